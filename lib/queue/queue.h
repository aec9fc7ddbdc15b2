/*
 * queue.h: message queues.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/name.h"
#include "base/record.h"

struct queue;

struct message {
	const char *data;
	size_t size;
	long priority; /* POSIX priority, or System V type */
};

/* How queue_open opens. Zero in every member but mode: opens what exists, for sending. */
struct queue_options {
	bool receive;       /* else: send */
	bool create;        /* if it is missing */
	bool exclusive;     /* it must not exist; implies create */
	bool peek;          /* queue_peek will be used */
	mode_t mode;        /* of what is created, exact */
	size_t depth;       /* messages; 0: not asked for */
	size_t size;        /* bytes a message; 0: not asked for */
	const char *select; /* what queue_receive takes, as -p of mqrecv has it; NULL: the next */
};

/* How long a call may wait, and for what besides the queue. */
struct queue_wait {
	struct deadline deadline;
	int output; /* stop waiting when the reader of this descriptor has gone (io_gone); -1: none */
};

/* What was being done when an error came; for queue_report. */
enum queue_step { QUEUE_OPEN, QUEUE_SEND, QUEUE_RECEIVE, QUEUE_UNLINK };

/*
 * Looks whether name and options go together, before anything is touched. Returns -1 if so; else it prints a line and
 * returns the exit status (STATUS_USAGE; STATUS_FAILED where only this kind of queue, or system, cannot do it).
 */
int queue_check(const struct name *name, const struct queue_options *options);

/* The lowest, highest and usual priority (POSIX) or type (System V) of messages in a queue of that name. */
void queue_priorities(const struct name *name, long *lowest, long *highest, long *usual);

/* The priority or type nearest to that one which messages of the queue can have. */
long queue_nearest(const struct queue *queue, long priority);

/*
 * Opens a queue: mq_open(3), or msgget(2). Always returns a queue unless memory is short (NULL); queue_failed tells
 * whether it is open. Either way queue_report can speak of it and queue_close releases it. name must stay until then.
 */
struct queue *queue_open(const struct name *name, const struct queue_options *options);

/*
 * 0 if the queue is open, else the errno value that queue_open met. EEXIST also where attributes differ from those
 * asked for.
 */
int queue_failed(const struct queue *queue);

/* queue_open into *queue, with a line if that fails. Returns -1 to go on, else the exit status. */
int queue_start(struct queue **queue, const struct name *name, const struct queue_options *options);

/* Its name as other commands take it. */
const char *queue_name(const struct queue *queue);

/* The size of the largest message it can ever take. */
size_t queue_limit(const struct queue *queue);

/*
 * Sends a message; wait NULL: never waits. -1: EAGAIN (full, and wait is NULL), ETIMEDOUT, EINTR (a signal was
 * caught), EIDRM (the queue was removed), EMSGSIZE, EACCES. Source: mq_send(3), msgsnd(2).
 */
int queue_send(struct queue *queue, const struct message *message, const struct queue_wait *wait);

/*
 * Receives a message, whose data are valid until the next call; wait NULL: never waits. -1: EAGAIN (none, and wait is
 * NULL), ETIMEDOUT, EINTR, EIDRM, EPIPE (wait->output has lost its reader; no message was taken), EACCES. Source:
 * mq_receive(3), msgrcv(2).
 */
int queue_receive(struct queue *queue, struct message *message, const struct queue_wait *wait);

/*
 * Copies the next message without removing it: of those selected, the one behind that of the last call. Waits and fails
 * as queue_receive. Source: msgrcv(2), MSG_COPY.
 */
int queue_peek(struct queue *queue, struct message *message, const struct queue_wait *wait);

/* True if the queue was removed under its user, and that can be told. */
bool queue_removed(struct queue *queue);

/* The number of messages in a queue that was removed, which nobody new can receive; 0 where that cannot be told. */
unsigned long queue_stranded(struct queue *queue);

/* True if both are the same queue, whatever their names. */
bool queue_same(const struct queue *one, const struct queue *other);

/* Removes the queue: mq_unlink(3), msgctl(2). */
int queue_unlink(struct queue *queue);

void queue_close(struct queue *queue);

/*
 * Prints the one line that explains errno value error, met at a step, with its remedy and what follows it in extra (may
 * be NULL). queue may be NULL too. Returns the exit status that belongs to it.
 */
int queue_report(const struct queue *queue, enum queue_step step, int error, const char *extra);

/*
 * Holds records until they are written, in whole records of up to PIPE_BUF bytes a write, which other writers of the
 * same pipe cannot split; what cannot be written goes back to its queue.
 */
struct delivery;

/*
 * A delivery of messages of queue to descriptor output; prefix: each with its priority and a tab; copies: the messages
 * are still in the queue and never go back.
 */
struct delivery *delivery_open(struct queue *queue, int output, enum record_form form, bool prefix, bool copies);

/*
 * Adds a message, and writes those before it when there is no room for it. -1: as delivery_flush; the message is held
 * all the same. With ENOMEM it was put back.
 */
int delivery_add(struct delivery *delivery, const struct message *message);

/* Writes what is held. -1: errno of write(2), or EINTR after a caught signal; what was not written is still held. */
int delivery_flush(struct delivery *delivery);

void delivery_close(struct delivery *delivery);

/*
 * Puts one message back into its queue with its priority, waiting at most patience nanoseconds for room. If that fails
 * it goes to spare (may be NULL); else it is printed on standard error, escaped, so that it is not lost. Returns the
 * queue that took it, or NULL.
 */
struct queue *delivery_put_back(
    struct queue *queue, struct queue *spare, const struct message *message, long long patience);

/*
 * Gives up for errno value error: puts what is held back, each as delivery_put_back does, all within patience, and
 * prints a line about it. Returns the exit status. *returned is set if something was put back.
 */
int delivery_fail(struct delivery *delivery, int error, long long patience, bool *returned);

struct worker {
	char **argv;           /* COMMAND and its arguments, to a NULL */
	struct name dead_name; /* where a message goes whose COMMAND failed; text NULL: back */
	enum record_form form; /* of what COMMAND reads */
	bool prefix;           /* with its priority and a tab in front */
	bool copies;           /* the messages are still in the queue */
	long long patience;    /* how long a message that is put back may wait for room */
	long long timeout;     /* how long one may wait for room in the dead-letter queue; DEADLINE_NEVER: not at all */
	bool returned;         /* a message was put back */
	bool ended;            /* the status that worker_run returned is COMMAND's own */
	char *path;            /* the rest is worker.c's own */
	struct queue *queue, *dead;
};

/*
 * Finds COMMAND, before a message is taken for it. Returns -1 to go on; else it prints a line and returns the exit
 * status.
 */
int worker_find(struct worker *worker);

/*
 * Sets up for the messages of queue: opens the dead-letter queue as options say, which must be another one; sets
 * IPC7_QUEUE. Returns as worker_find.
 */
int worker_open(struct worker *worker, struct queue *queue, const struct queue_options *options);

/* Releases what the functions above made. */
void worker_close(struct worker *worker);

/*
 * Runs COMMAND with the message as its standard input, IPC7_PRIO set. Returns -1 to go on; else it has put the message
 * back, prints a line, and returns the exit status: COMMAND's own, or what kept it from being run.
 */
int worker_run(struct worker *worker, const struct message *message);

#endif
