/*
 * limits.h: the kernel's limits behind the errors of IPC objects.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include "base/text.h"

enum limit {
	LIMIT_NONE,
	LIMIT_MQ_DEPTH,  /* messages in a POSIX queue */
	LIMIT_MQ_SIZE,   /* bytes in a message of a POSIX queue */
	LIMIT_MQ_QUEUES, /* POSIX queues */
	LIMIT_MQ_BYTES,  /* bytes in all POSIX queues of a user */
	LIMIT_MSGMAX,    /* bytes in a System V message */
	LIMIT_MSGMNB,    /* bytes in a System V queue */
	LIMIT_MSGMNI,    /* System V queues */
	LIMIT_SHMMAX,    /* bytes in a System V segment */
	LIMIT_SHMALL,    /* pages in all System V segments */
	LIMIT_SHMMNI,    /* System V segments */
	LIMIT_SEMMSL,    /* semaphores in a System V set */
	LIMIT_SEMMNS,    /* System V semaphores in all sets */
	LIMIT_SEMOPM,    /* operations of one semop call */
	LIMIT_SEMMNI,    /* System V semaphore sets */
	LIMIT_PIPE,      /* bytes in a pipe of an unprivileged user */
	LIMIT_PIPES,     /* pages in all pipes of an unprivileged user */
	LIMIT_PORT,      /* lowest port of an unprivileged user */
	LIMIT_PACKET,    /* about half of the bytes in a packet of a Unix socket */
	LIMIT_FILES      /* open files of a process */
};

/* Return the value of a limit, or ULLONG_MAX if there is none or it is not known. */
unsigned long long limit_value(enum limit limit);

/* Return how much of LIMIT_SHMALL, LIMIT_SHMMNI, LIMIT_SEMMNS or LIMIT_SEMMNI is in use, or 0 if that is not known. */
unsigned long long limit_used(enum limit limit);

/*
 * Append the limit's name, its value, the amount asked for (0: one more than the limit) and the command that raises it.
 */
void limit_explain(struct text *text, enum limit limit, unsigned long long asked);

#endif
