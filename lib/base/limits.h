/*
 * limits.h: the limits of the kernel.
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
	LIMIT_PIPE,      /* bytes that a pipe can hold, for those who are not privileged */
	LIMIT_PIPES,     /* pages that all pipes of a user can hold, likewise */
	LIMIT_PORT,      /* the first port for those who are not privileged */
	LIMIT_PACKET,    /* bytes in a packet of a Unix socket, about the half of which it is */
	LIMIT_FILES      /* open files of a process */
};

/* Its value; ULLONG_MAX where there is none, or none is known. */
unsigned long long limit_value(enum limit limit);

/* How much of it is in use; 0 where that is not known. For LIMIT_SHMALL, LIMIT_SHMMNI, LIMIT_SEMMNS and LIMIT_SEMMNI. */
unsigned long long limit_used(enum limit limit);

/* Adds its name, its value, what was asked for (0: one more than that) and what raises it. */
void limit_explain(struct text *text, enum limit limit, unsigned long long asked);

#endif
