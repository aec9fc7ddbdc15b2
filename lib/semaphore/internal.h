/*
 * internal.h: what the files of semaphore/ share.
 */
#ifndef SEMAPHORE_INTERNAL_H
#define SEMAPHORE_INTERNAL_H

#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#include "base/text.h"
#include "semaphore/semaphore.h"

struct semaphore {
	const struct semaphore_backend *backend;
	const struct name *name;
	const char *text;               /* its name, as printed */
	struct semaphore_options asked; /* as opened */
	int value;                      /* of the one member where none were asked for */
	sem_t *semaphore;               /* POSIX; NULL: not open */
	bool created;                   /* POSIX: by this process */
	bool foreign;                   /* POSIX: what has its name is no semaphore */
	int id;                         /* System V; -1: none */
	size_t members;                 /* System V; 0: may not be known */
	size_t calls;                   /* System V: operations of the last call */
	bool differs;                   /* System V: it exists with other members than values were given */
	bool unkeyed;                   /* System V: ftok found no key */
	char handle[24];                /* System V: the name of a new private set */
};

struct semaphore_backend {
	int (*open)(struct semaphore *semaphore);
	int (*operate)(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
	    const struct deadline *deadline, bool undo);
	int (*values)(struct semaphore *semaphore, int **values, size_t *count);
	int (*unlink)(struct semaphore *semaphore);
	void (*close)(struct semaphore *semaphore);
	/* As that of queues. */
	bool (*explain)(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text);
	int most;    /* the largest value */
	bool undoes; /* SEM_UNDO */
};

extern const struct semaphore_backend semaphore_posix, semaphore_sysv;

/* The fourth argument of semctl, which its callers have to define. */
union semctl_argument {
	int value;
	struct semid_ds *status;
	unsigned short *values;
};

/* After a call on an open set that failed: errno EINVAL becomes EIDRM if it was removed. Returns -1. */
int set_failed(const struct semaphore *semaphore);

/* The values of all members, for the caller to free; NULL: failed. */
unsigned short *set_values(const struct semaphore *semaphore, size_t *count);

/* Traces semctl with the values. */
void set_trace(
    const struct semaphore *semaphore, const char *command, const unsigned short *values, size_t count, int result);

/* semop until it is done. -1: EAGAIN (the deadline has come, or an operation says IPC_NOWAIT), EINTR (caught), EIDRM. */
int set_operate(struct semaphore *semaphore, struct sembuf *operations, size_t count, const struct deadline *deadline);

/* semaphore_operate with =N among the operations; alone: nothing else. */
int set_assign(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count, bool alone,
    const struct deadline *deadline);

/* True where semaphore_set_operate calls semtimedop. */
extern const bool semaphore_times;

/*
 * semop(2), waiting until deadline. -1: EAGAIN (only where an operation says IPC_NOWAIT, or time ran out), EINTR (may
 * be nothing but a tick).
 */
int semaphore_set_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline);

#endif
