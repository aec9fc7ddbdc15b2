/*
 * internal.h: declarations that the files of queue/ share: the table of a back end, functions that both back ends need,
 * and those that the platform offers them.
 */
#ifndef QUEUE_INTERNAL_H
#define QUEUE_INTERNAL_H

#include <mqueue.h>
#include <stdbool.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>

#include "base/text.h"
#include "base/trace.h"
#include "queue/queue.h"
#include "queue/work.h"

/* A back end. The contract of each function is that of its namesake in queue.h, unless a comment adds to it. */
struct queue_backend {
	int (*open)(struct queue *queue, const struct name *name);
	void (*close)(struct queue *queue); /* NULL: there is nothing to close */
	int (*unlink)(struct queue *queue);
	int (*send)(struct queue *queue, const struct message *message, const struct queue_wait *wait);
	int (*receive)(struct queue *queue, struct message *message, const struct queue_wait *wait);

	/*
	 * Send a message, blocking in the kernel's line of senders while the queue is full, because a process that
	 * polls for space loses every freed place to a sender that blocks. All signals are blocked, and no other
	 * process uses the descriptor. Returns 0, or -1 as queue_send.
	 */
	int (*insist)(struct queue *queue, const struct message *message);
	int (*descriptor)(const struct queue *queue); /* NULL: the queue has none */

	/* Append a name of the queue that is the same for each name that users give it. */
	void (*identify)(const struct queue *queue, struct text *text);
	size_t envelope;                            /* bytes in front of a message in queue->buffer, for its priority */
	bool (*removed)(const struct queue *queue); /* NULL: its calls report the removal */
	unsigned long (*stranded)(const struct queue *queue); /* NULL: a removed queue takes its messages with it */
	bool (*same)(const struct queue *one, const struct queue *other); /* NULL: equal names mean the same queue */

	/*
	 * Read the selection of -p. Returns 0 or -1. Errors: EINVAL, ENOTSUP. NULL: it cannot select, for the reason
	 * no_select.
	 */
	int (*select)(const char *select, long *type, int *flags);
	const char *no_select;
	const char *no_peek; /* reason why it cannot copy messages; NULL: it can, if the system can */
	struct queue_priorities priorities;

	/*
	 * Append the meaning of an errno value, with its remedy. Returns false if the value has no meaning of its own
	 * here.
	 */
	bool (*explain)(const struct queue *queue, enum queue_step step, int error, struct text *text);
};

extern const struct queue_backend queue_posix, queue_sysv;

/*
 * hand.c: the file of the messages in hand. The guard and later receivers read it, so its layout is the same for all.
 */
struct hand_head {
	char magic[8];
	size_t start;          /* offset of the first message */
	volatile size_t first; /* messages that have left the file again */
	volatile size_t count; /* messages that were received, with the first ones */
	volatile pid_t group;  /* process group of COMMAND; 0: none */
	volatile bool told;    /* the receiver has printed why messages are left, and ends */
	char queue[];          /* name of the queue */
};

/* A message in hand. The System V calls take it as it is: the data follow the type without a gap. */
struct hand_message {
	size_t size;
	long priority;
	char data[];
};

#define HAND_MAGIC "ipc7han"

/* Return the offset of the first message in the file of a queue whose name has length bytes, with its NUL. */
size_t hand_start(size_t length);

/* Return the message at an offset, and the offset of the message after it. */
struct hand_message *hand_at(const struct hand *hand, size_t offset);
size_t hand_after(const struct hand *hand, size_t offset);

/* Append the part of the file's name that all receivers of this user and queue share: ipc7.hand.UID.HASH. */
void hand_prefix(const char *queue, struct text *text);

/* Make the file, locked, and let the queue receive there. Returns 0 or -1 with errno of mmap(2), or ENOSPC. */
int hand_open(struct hand *hand, struct queue *queue);

/* Map the whole file, whose size another process may have changed. Returns 0 or -1 with errno of mmap(2). */
int hand_map(struct hand *hand);

/* Point queue->buffer at the place of the next message, with at least size bytes. Returns 0, or -1 with ENOSPC. */
int hand_reserve(struct queue *queue, size_t size);

/* Note that a message of that size and priority was received there. */
void hand_took(struct hand *hand, size_t size, long priority);

/* Find the messages from the first one on; list has space for all. Returns their number. */
size_t hand_list(const struct hand *hand, struct message *list);

/* Return the number of messages in hand. */
size_t hand_count(const struct hand *hand);

/* Release all messages. */
void hand_clear(struct hand *hand);

/* Unmap and close the file; remove: remove its name too. */
void hand_close(struct hand *hand, bool remove);

/* recover.c */

/*
 * Send the messages back, and release each that was sent; insist: block while the queue is full. Returns 0, or -1 with
 * errno of the first failure.
 */
int hand_send_back(struct hand *hand, struct queue *queue, bool insist);

/*
 * Put back the messages that receivers of this user and queue had in hand when they and their guards were killed: find
 * the files that no process has locked. insist: as in hand_send_back. Returns true if some files are left, because the
 * queue is full.
 */
bool hand_recover(struct queue *queue, bool insist);

/* Return true if the queue will never take the message back: it was removed, or it refuses this user. */
bool put_back_refused(int error);

/* guard.c */

/* Start a guard unless one lives. Returns 0, or -1 with errno of pipe(2), fork(2). */
int guard_start(struct work *work);

/* Leave the messages in hand to the guard, which puts them back. This process has said so, and ends. */
void guard_leave(struct work *work);

/* End the guard, which has nothing to do. */
void guard_end(struct work *work);

/* attempt.c: run COMMAND once on messages. Returns 0 with its wait status, or an errno value. */
int attempt_run(struct work *work, const struct message *messages, size_t count, unsigned long long number, int *end);

/* Print a message that cannot be put back, for the reason of an errno value. */
void put_back_print(const struct queue *queue, const struct message *message, int error);

/* dead_letter.c */

/* Open the queue or the file. Returns GO_ON, or an exit status after a line. */
int dead_letters_open(struct work *work, const struct queue_options *options);

/*
 * Send messages to the queue, or append them to the file in one write, synced. Wait for space in the queue, at most
 * work->timeout, until a signal is caught. Returns 0, or -1 with errno, after which the messages from *done on were not
 * sent.
 */
int dead_letters_send(struct work *work, const struct message *messages, size_t count, size_t *done);

/* Print a line about a failure of dead_letters_send, which ends with extra. Returns an exit status. */
int dead_letters_report(const struct work *work, int error, const char *extra);

void dead_letters_close(struct dead_letters *dead);

/* backend.c: functions that both back ends need. */

/* Make queue->buffer hold at least size bytes. Returns 0, or -1 with ENOMEM. */
int queue_reserve(struct queue *queue, size_t size);

/* Check whether a wait that was interrupted continues. Returns 0, or -1 with EINTR, EPIPE or ETIMEDOUT. */
int queue_wait_check(const struct queue_wait *wait);

/* Wait until a descriptor (-1: none) accepts PIPE_BUF bytes. Returns 0, or -1 with EINTR or EPIPE. */
int queue_wait_output(int output);

/* The argument of msgsnd(2) and msgrcv(2): the message follows its type without a gap. */
struct sysv_envelope {
	long type;
	char data[];
};

/* Return the message in the queue's buffer. */
static inline struct sysv_envelope *
sysv_envelope(const struct queue *queue)
{
	return (struct sysv_envelope *)(void *)queue->buffer;
}

/* posix_open.c: opening a POSIX queue, and the meaning of its errors. */
int posix_open(struct queue *queue, const struct name *name);
bool posix_explain(const struct queue *queue, enum queue_step step, int error, struct text *text);

/* sysv_open.c: the life of a System V queue. */
int sysv_open(struct queue *queue, const struct name *name);
int sysv_unlink(struct queue *queue);
int sysv_select(const char *select, long *type, int *flags);

/* Turn EINVAL of a call on an open queue into EIDRM if the queue was removed. Returns -1. */
int sysv_failed(const struct queue *queue);

/*
 * sysv_receive.c: Take, or with sysv_copy copy, a message of any size without waiting, with a line of -v if traced is
 * true. Returns as msgrcv(2), but with EAGAIN in place of ENOMSG.
 */
ssize_t sysv_receive(struct queue *queue, long type, int flags, bool traced);

/*
 * Copy the next message that is selected, after the message that was copied last. Returns its size, or as
 * queue_receive.
 */
ssize_t sysv_peek(struct queue *queue, const struct queue_wait *wait);

/*
 * trace.c: Make the system call of that name, with its line of -v. Each returns as the call; until NULL: the call that
 * has no timeout.
 */
mqd_t trace_mq_open(const struct queue *queue, int flags, struct mq_attr *attr);
int trace_msgget(key_t key, int flags, mode_t mode);

/* Print the line of a call. */
void trace_print_mq_send(
    const struct queue *queue, const struct message *message, const struct timespec *until, int result);
void trace_print_mq_receive(
    const struct queue *queue, unsigned int priority, const struct timespec *until, ssize_t result);
void trace_print_msgsnd(const struct queue *queue, const struct message *message, int flags, int result);
void trace_print_msgrcv(const struct queue *queue, size_t space, long type, int flags, ssize_t result);

/* These are inline because a message costs little more than its call, after which each return is slow. */
static inline int
trace_mq_send(const struct queue *queue, const struct message *message, const struct timespec *until)
{
	mqd_t mqd = queue->as.posix.mqd;
	unsigned int priority = (unsigned int)message->priority;
	int result = until ? mq_timedsend(mqd, message->data, message->size, priority, until)
	                   : mq_send(mqd, message->data, message->size, priority);

	if (trace_on)
		trace_print_mq_send(queue, message, until, result);
	return result;
}

static inline ssize_t
trace_mq_receive(const struct queue *queue, unsigned int *priority, const struct timespec *until)
{
	mqd_t mqd = queue->as.posix.mqd;
	ssize_t result = until ? mq_timedreceive(mqd, queue->buffer, queue->size, priority, until)
	                       : mq_receive(mqd, queue->buffer, queue->size, priority);

	/* Before anything that may block, such as the trace. */
	if (queue->hand && result >= 0)
		hand_took(queue->hand, (size_t)result, (long)*priority);
	if (trace_on)
		trace_print_mq_receive(queue, *priority, until, result);
	return result;
}

static inline int
trace_msgsnd(const struct queue *queue, const struct message *message, int flags)
{
	int result = msgsnd(queue->as.sysv.id, queue->buffer, message->size, flags);

	if (trace_on)
		trace_print_msgsnd(queue, message, flags, result);
	return result;
}

static inline ssize_t
trace_msgrcv(const struct queue *queue, size_t space, long type, int flags)
{
	ssize_t result = msgrcv(queue->as.sysv.id, queue->buffer, space, type, flags);

	if (queue->hand && result >= 0)
		hand_took(queue->hand, (size_t)result, sysv_envelope(queue)->type);
	if (trace_on)
		trace_print_msgrcv(queue, space, type, flags, result);
	return result;
}

/* linux.c, portable.c: functions that the system offers beyond POSIX, or that replace them. */

/*
 * Flag with which a queue is opened: O_NONBLOCK where posix_wait waits; 0 where posix_wait only prepares for a call of
 * mq_send(3) or mq_receive(3) that waits.
 */
extern const int posix_nonblock;

/*
 * Wait for space in the queue (POLLOUT) or for a message (POLLIN), or prepare for a call that waits. Returns 0 if the
 * call is to be made again, or -1. Errors: EINTR, EPIPE, ETIMEDOUT, EIDRM, as queue_receive.
 */
int posix_wait(struct queue_posix *posix, short event, const struct queue_wait *wait);

/*
 * Open the queue again so that sending blocks, even if it was unlinked. Returns its descriptor, or -1 with errno of
 * open(2) or mq_open(3).
 */
mqd_t posix_blocking(const struct queue *queue);

/* Return true if the queue was unlinked. name is the name of the queue. */
bool posix_unlinked(const struct queue_posix *posix, const char *name);

/* Release the resources of posix_wait. */
void posix_release(const struct queue_posix *posix);

/* Flags of msgrcv(2) for any type but one, and for a copy; 0 where the system has none. */
extern const int sysv_except, sysv_copy;

/*
 * Get the status of a queue, even of a queue that must not be read where the system allows that. Returns as msgctl(2),
 * IPC_STAT.
 */
int queue_sysv_status(int id, struct msqid_ds *status);

#endif
