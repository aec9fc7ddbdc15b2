/*
 * queue.h: message queues of POSIX and System V, and an output for messages (work.h runs a COMMAND on them). Functions
 * return 0, or -1 with errno. A function that returns an exit status has printed a line, or returns GO_ON.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <mqueue.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/deadline.h"
#include "base/name.h"
#include "base/record.h"
#include "base/text.h"

struct message {
	const char *data;
	size_t size;   /* bytes; 0 is a message too */
	long priority; /* POSIX priority, or System V type */
};

/* Options with which a queue is opened. If all members but mode are zero, an existing queue is opened for sending. */
struct queue_options {
	bool receive;             /* the queue is opened for receiving; false: for sending */
	bool create;              /* a missing queue is created */
	bool exclusive;           /* the queue must not exist; implies create */
	bool unlink;              /* the queue is unlinked on the way out, so its creator matters */
	bool peek;                /* queue_receive copies messages and leaves them in the queue */
	mode_t mode;              /* exact mode of a queue that is created */
	unsigned long long depth; /* messages; 0: any number */
	size_t size;              /* bytes a message; 0: any number */
	const char *select;       /* messages to receive: N, -N or ^N, as -p of mqrecv; NULL: the next message */
};

/* The bounds of a wait: a deadline, and an output. */
struct queue_wait {
	struct deadline deadline;
	int output; /* descriptor that must accept PIPE_BUF bytes before a message is taken; -1: none */
};

/*
 * The step in which an errno value was met. Callers of queue_report pass one of the first four. For QUEUE_OPEN, it uses
 * the step that queue_open stored in the queue, which can be one of the last three.
 */
enum queue_step {
	QUEUE_OPEN,
	QUEUE_SEND,
	QUEUE_RECEIVE,
	QUEUE_UNLINK,
	QUEUE_KEY,        /* getting a key from a path */
	QUEUE_IDENTIFIER, /* using an identifier */
	QUEUE_SHAPE       /* comparing depth and size with those asked for */
};

struct queue_posix {
	mqd_t mqd;
	size_t depth;  /* mq_maxmsg */
	int watch;     /* inotify(7) descriptor; 0: not opened yet; -1: not available */
	bool unlinked; /* the queue no longer has a name */
	size_t large;  /* bytes that the next message is taken to have at most; 0: none was received yet */
};

struct queue_sysv {
	int id;
	unsigned long long capacity; /* msg_qbytes; ULLONG_MAX: no permission to read it */
	long type;                   /* type that msgrcv(2) selects by */
	int flags;                   /* flags that msgrcv(2) selects by */
	bool full;                   /* the queue has been full: a call without a deadline blocks at once */
	long copied;                 /* position after the message that was copied last */
	long copied_rank;            /* rank of that message (sysv_receive.c) */
	char handle[24];             /* name of a new private queue */
};

/* A queue, which the caller owns. The members after size are private to queue/. */
struct queue {
	const char *text;           /* name that is printed and that other commands accept */
	struct queue_options asked; /* options with which it was opened */
	bool open;                  /* queue_open succeeded */
	bool created;               /* this run created it; known if the options say unlink */
	bool taken;                 /* a message was taken from it */
	bool returned;              /* a message was put back into it */
	size_t size;                /* bytes of the largest message that the queue can take */
	size_t most; /* bytes of the largest message that is received without waiting; the caller sets it */
	const struct queue_backend *backend;
	enum queue_step step; /* step of queue_open that failed */
	char *buffer;         /* message that was received last */
	size_t capacity;      /* bytes of buffer */
	struct hand *hand;    /* where messages are received; NULL: the buffer is allocated */
	union {
		struct queue_posix posix;
		struct queue_sysv sysv;
	} as;
};

/*
 * Check, before an object is touched, that name and options fit together. Returns GO_ON, STATUS_USAGE, or STATUS_FAILED
 * if this kind of queue, or this system, lacks a feature that the options need.
 */
CHECKED int queue_check(const struct name *name, const struct queue_options *options);

/* The priorities (POSIX) or types (System V) that messages can have. */
struct queue_priorities {
	long lowest, highest, usual;
};

/* Return the priorities of queues with that kind of name. */
const struct queue_priorities *queue_priorities(const struct name *name);

/*
 * Open a queue that queue_check has accepted. name must last until queue_close, which is permitted even after a
 * failure. May sleep up to 0.2 s while the creator of a System V queue sets its capacity. Returns 0 or -1. Errors:
 * EEXIST (also: the queue has other attributes), EMSGSIZE (size is above msgmax), EOVERFLOW, EIDRM, EINVAL (also: no
 * such identifier), those of mq_open(3), msgget(2), msgctl(2), ftok(3).
 */
CHECKED int queue_open(struct queue *queue, const struct name *name, const struct queue_options *options);

/* Open a queue as queue_open does. Returns GO_ON, or an exit status after a line. */
CHECKED int queue_start(struct queue *queue, const struct name *name, const struct queue_options *options);

/*
 * Send a message. If wait is NULL, do not wait. Returns 0 or -1. Errors: EAGAIN (full, and wait is NULL; or no timer is
 * left), ETIMEDOUT, EINTR (a signal was caught), EIDRM (the queue was removed; an unlinked POSIX queue still accepts
 * messages, and fails only if the call would wait), EMSGSIZE, EINVAL, ENOMEM, EACCES. See mq_send(3), msgsnd(2).
 */
CHECKED int queue_send(struct queue *queue, const struct message *message, const struct queue_wait *wait);

/* Send a message of another queue, with the nearest priority that this queue can have. Otherwise as queue_send. */
CHECKED int queue_send_nearest(struct queue *queue, const struct message *message, const struct queue_wait *wait);

/*
 * Receive a message, whose data last until the next queue_receive or queue_send. If wait is NULL, do not wait. Call
 * without waiting first: a call that waits may fail at once if its deadline has passed, even if a message is there.
 * Returns 0 or -1. Errors: EAGAIN (empty, and wait is NULL; or no timer is left), ETIMEDOUT, EINTR (a signal was
 * caught), EIDRM (the queue was removed and is empty), EPIPE (wait->output has lost its reader, and no message was
 * taken), ENOSYS (this kernel cannot copy messages), ENOMEM, EACCES; E2BIG (wait is NULL, and the next message has more
 * than queue->most bytes; of a POSIX queue, whose next message has an unknown size: may have). See mq_receive(3),
 * msgrcv(2).
 */
CHECKED int queue_receive(struct queue *queue, struct message *message, const struct queue_wait *wait);

/* Return true if a POSIX queue was removed while open. Always false for System V, whose calls fail with EIDRM. */
bool queue_removed(const struct queue *queue);

/* Return the number of messages in a removed POSIX queue, which its last close loses; 0: none, or unknown. */
unsigned long queue_stranded(const struct queue *queue);

/* Return true if both are the same queue, even under two names. */
bool queue_same(const struct queue *one, const struct queue *other);

/*
 * Remove the queue, on POSIX by name. Returns 0, or -1 with errno of mq_unlink(3) or msgctl(2); ENOENT: it is gone, or
 * another queue has its name.
 */
CHECKED int queue_unlink(struct queue *queue);

/* Release the resources of the queue in this process. Do nothing if all members are zero. */
void queue_close(struct queue *queue);

/*
 * Print one line about an errno value of a step (EAGAIN: no timer is left), with its remedy, and then extra (may be
 * NULL). If error is 0, print extra alone. Returns the exit status: STATUS_REMOVED, STATUS_TIMEOUT or STATUS_FAILED.
 */
int queue_report(const struct queue *queue, enum queue_step step, int error, const char *extra);

/* What became of messages that were put back. */
struct put_back {
	size_t back;    /* messages that are in the queue again */
	size_t waiting; /* messages that another process sends once the queue has space */
	size_t printed; /* messages that were printed on standard error, because the queue is gone or refuses them */
	pid_t process;  /* that process; 0: the next receiver */
	int error;      /* why they wait */
};

/*
 * Put received messages back, each with its priority, in this order, without waiting. If the queue is full, leave a
 * process behind that sends the rest once there is space, however long that takes. A message that the queue refuses, or
 * that no process can be forked for, is printed on standard error, escaped. A queue opened to peek still has the
 * messages: do nothing.
 */
CHECKED struct put_back queue_put_back(struct queue *queue, const struct message *messages, size_t count);

/* Append what became of the messages, as the end of an error line; its: they belong to a COMMAND that was named. */
void put_back_words(const struct put_back *result, bool its, struct text *text);

struct held;

/*
 * Messages on their way to a descriptor. They are written in whole records of up to PIPE_BUF bytes a write, which other
 * writers of the same pipe cannot split. The caller owns the struct, which starts with queue, fd, form and prefix set,
 * and zero elsewhere.
 */
struct output {
	struct queue *queue;
	int fd;
	enum record_form form;
	bool prefix;    /* each record starts with the priority and a tab */
	char label[24]; /* priority of the last record */
	bool watched;   /* fd is a pipe, a socket or a terminal, whose other end can close and can block writes */
	bool ready;     /* fd accepted PIPE_BUF bytes after the last write */
	char *buffer;   /* records that are not yet written */
	size_t used, capacity; /* bytes in buffer, and bytes of its space */
	struct held *held;     /* place of each message in buffer */
	struct message *list;  /* space for the same messages, when they are put back */
	size_t count;          /* messages held */
	bool gone;             /* the output has lost its reader */
};

/* Find out what kind of file fd is. */
void output_open(struct output *output);

/*
 * Wait until the next message may be taken: write the messages that are held if they fill a write, and wait until fd
 * accepts PIPE_BUF bytes. Returns as output_flush.
 */
int output_ready(struct output *output);

/* Return the most bytes that the next message may have, so that it shares a write with those that are held. */
size_t output_space(const struct output *output);

/*
 * Add a message, and write those before it if there is no space for it. Returns 0 or -1. Errors: those of output_flush,
 * after which the message is held too; ENOMEM, after which it was put back.
 */
CHECKED int output_add(struct output *output, const struct message *message);

/*
 * Write the messages that are held, however long that blocks. Returns 0, or -1 with errno of write(2), EPIPE (fd has
 * lost its reader), or EINTR after a caught signal. After a failure the rest is still held, and only output_fail or
 * output_close may follow.
 */
CHECKED int output_flush(struct output *output);

/*
 * Give up because of an errno value: put back the messages that are held. Returns STATUS_FAILED after a line; or, if
 * all went back, STATUS_OK after EPIPE, or STATUS_FAILED after a caught signal, without a line.
 */
CHECKED int output_fail(struct output *output, int error);

/* Release the memory. */
void output_close(struct output *output);

#endif
