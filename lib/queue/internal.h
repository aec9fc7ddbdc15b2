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
#include "queue/hand.h"
#include "queue/queue.h"

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
	int result = TRACED(until ? mq_timedsend(mqd, message->data, message->size, priority, until)
	                          : mq_send(mqd, message->data, message->size, priority));

	if (trace_on)
		trace_print_mq_send(queue, message, until, result);
	return result;
}

static inline ssize_t
trace_mq_receive(const struct queue *queue, unsigned int *priority, const struct timespec *until)
{
	mqd_t mqd = queue->as.posix.mqd;
	unsigned int *to = queue->hand ? hand_expect(queue->hand) : priority;
	ssize_t result = TRACED(until ? mq_timedreceive(mqd, queue->buffer, queue->size, to, until)
	                              : mq_receive(mqd, queue->buffer, queue->size, to));

	/* The trace may block, so record the message first. */
	if (queue->hand && result >= 0)
		hand_took(queue->hand, (size_t)result, (long)(*priority = *to));
	if (trace_on)
		trace_print_mq_receive(queue, *priority, until, result);
	return result;
}

static inline int
trace_msgsnd(const struct queue *queue, const struct message *message, int flags)
{
	int result = TRACED(msgsnd(queue->as.sysv.id, queue->buffer, message->size, flags));

	if (trace_on)
		trace_print_msgsnd(queue, message, flags, result);
	return result;
}

static inline ssize_t
trace_msgrcv(const struct queue *queue, size_t space, long type, int flags)
{
	ssize_t result;

	if (queue->hand)
		hand_expect(queue->hand);
	result = TRACED(msgrcv(queue->as.sysv.id, queue->buffer, space, type, flags));
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
