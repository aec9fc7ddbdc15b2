/*
 * internal.h: what the files of queue/ share.
 */
#ifndef QUEUE_INTERNAL_H
#define QUEUE_INTERNAL_H

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>

#include "queue/queue.h"

/* What -c makes where -d and -s leave it open: the shape that Linux gives a queue too. */
#define QUEUE_DEPTH 10
#define QUEUE_SIZE  8192

struct queue {
	const struct queue_backend *backend;
	const char *text;           /* its name, as printed */
	const char *path;           /* POSIX: the name for mq_open and mq_unlink */
	int error;                  /* what opening it met, or 0 */
	bool differs;               /* it exists with other attributes than those asked for */
	struct queue_options asked; /* as opened */
	size_t depth;               /* POSIX: mq_maxmsg; System V: unused */
	size_t size;                /* POSIX: mq_msgsize; System V: the smaller of msg_qbytes and msgmax */
	size_t bytes;               /* System V: msg_qbytes */
	char *buffer;               /* the message received last */
	size_t capacity;
	bool open;
	mqd_t mqd; /* POSIX */
	int id;    /* System V */
	long type; /* System V: what msgrcv selects, and how */
	int flags;
	unsigned long peeked; /* System V: where the next copy starts, */
	long peeked_rank;     /* and the rank of the last (sysv_peek) */
	char handle[24];      /* System V: the name of a new private queue */
	bool allocated;       /* by queue_open, so that queue_close frees it */
	bool unseen;          /* System V: its status may not be read */
	bool unkeyed;         /* System V: ftok found no key */
	bool unlinked;        /* POSIX on Linux: it is known to have no name any more */
	int watch;            /* POSIX on Linux: tells that the queue was unlinked; -1: cannot; 0: not yet asked */
	bool ticking;         /* the timer of deadline_tick runs, so blocking calls return */
};

struct queue_backend {
	int (*open)(struct queue *queue, const struct name *name);
	void (*close)(struct queue *queue);
	int (*unlink)(struct queue *queue);
	int (*send)(struct queue *queue, const struct message *message, const struct queue_wait *wait);
	int (*receive)(struct queue *queue, struct message *message, const struct queue_wait *wait);
	int (*select)(const char *select, long *type, int *flags); /* EINVAL, ENOTSUP */
	int (*peek)(struct queue *queue, struct message *message);
	bool (*removed)(struct queue *queue);           /* NULL: its calls tell */
	unsigned long (*stranded)(struct queue *queue); /* NULL: it leaves none */
	long lowest, highest, usual;                    /* priorities or types */

	/* Adds what errno value error means here; false: nothing better than the common words. */
	bool (*explain)(const struct queue *queue, enum queue_step step, int error, struct text *text);
	const char *no_select, *no_peek; /* why those slots are NULL */
};

extern const struct queue_backend queue_posix, queue_sysv;

/* Makes queue->buffer hold at least size bytes. */
int queue_room(struct queue *queue, size_t size);

/* Called once on a queue that was opened, before the calls below. */
int mqueue_prepare(struct queue *queue);

/* Send and receive without waiting; EAGAIN. Receiving returns the size of the message. */
int mqueue_send(struct queue *queue, const struct message *message);
ssize_t mqueue_receive(struct queue *queue, unsigned int *priority);

/* The same, waiting. -1 as queue_send and queue_receive. */
int mqueue_send_wait(struct queue *queue, const struct message *message, const struct queue_wait *wait);
ssize_t mqueue_receive_wait(struct queue *queue, unsigned int *priority, const struct queue_wait *wait);

/* Releases what the calls above made. */
void mqueue_release(struct queue *queue);

/* True if the queue was unlinked. */
bool mqueue_removed(const struct queue *queue);

int traced_send(struct queue *queue, const struct message *message, const struct timespec *deadline);
ssize_t traced_receive(struct queue *queue, unsigned int *priority, const struct timespec *deadline);

/* The flag of msgrcv that takes any type but the one named, or 0. */
extern const int message_except;

/* True where message_copy works. */
extern const bool message_copies;

/* msgctl(IPC_STAT), also for those who may not read the queue where the system allows it. */
int message_status(int id, struct msqid_ds *status);

/*
 * Copies the message at position index, from 0, into queue->buffer without removing it. Returns its size; ENOMSG: there
 * are not so many; ENOTSUP.
 */
ssize_t message_copy(struct queue *queue, unsigned long index);

#endif
