/*
 * semaphore.h: semaphores.
 */
#ifndef SEMAPHORE_SEMAPHORE_H
#define SEMAPHORE_SEMAPHORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/name.h"

struct semaphore;

struct semaphore_options {
	bool create;       /* if it is missing */
	bool exclusive;    /* it must not exist; implies create */
	mode_t mode;       /* of what is created, exact */
	const int *values; /* of what is created, one for each member */
	size_t count;      /* of them; 0: not asked for, one member with value 1 */
};

struct semaphore_operation {
	unsigned int member; /* of a System V set, from 0 */
	bool indexed;        /* the member was named */
	bool set;            /* to value; else: */
	int value;           /* negative: wait for as much and take it; positive: give; 0: wait for zero */
};

/* What was being done when an error came; for semaphore_report. */
enum semaphore_step { SEMAPHORE_OPEN, SEMAPHORE_OPERATE, SEMAPHORE_READ, SEMAPHORE_UNLINK };

/* The largest value of a POSIX semaphore is the system's (SEM_VALUE_MAX), of a System V semaphore the type's. */
#define SEMAPHORE_SYSV_MAX 32767

/* Reads an OP of semop(1): -N, +N, 0 or =N, with INDEX: in front. EINVAL, ERANGE. */
int semaphore_parse(const char *text, struct semaphore_operation *operation);

/* Looks whether name, options and operations go together; as queue_check. */
int semaphore_check(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count);

/*
 * Opens a semaphore, or creates and initialises it in one step that no other process sees half done: sem_open(3),
 * semget(2). Returns -1 to go on; else it prints a line and returns the exit status. name must stay until semaphore_close;
 * one at a time can be open.
 */
int semaphore_start(struct semaphore **semaphore, const struct name *name, const struct semaphore_options *options);

/* Its name as other commands take it. */
const char *semaphore_name(const struct semaphore *semaphore);

/* True if the kernel can give back what a process took, when it ends (SEM_UNDO). */
bool semaphore_undoes(const struct semaphore *semaphore);

/*
 * Does all operations, System V: as one; waits for them until deadline. lock: what is taken is held as a lock; where
 * semaphore_undoes the kernel gives it back when this process ends, also after exec. -1: ETIMEDOUT, EINTR (a signal was
 * caught), EIDRM (removed), EFBIG (no such member), ERANGE (beyond the largest value), E2BIG, ENOSPC, EACCES. Source:
 * semop(2), semctl(2), sem_wait(3), sem_post(3).
 */
int semaphore_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    const struct deadline *deadline, bool lock);

/* semaphore_operate, with a line if that fails; timeout in nanoseconds. Returns -1 to go on, else the exit status. */
int semaphore_apply(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    long long timeout, bool lock);

/* The values of all members, of one moment; the caller frees *values. Source: semctl(2) GETALL, sem_getvalue(3). */
int semaphore_values(struct semaphore *semaphore, int **values, size_t *count);

/* Removes it: sem_unlink(3), semctl(2). */
int semaphore_unlink(struct semaphore *semaphore);

/* The same, with a line if that fails; what is gone already is no failure. Returns the exit status. */
int semaphore_remove(struct semaphore *semaphore);

void semaphore_close(struct semaphore *semaphore);

/* As queue_report. */
int semaphore_report(const struct semaphore *semaphore, enum semaphore_step step, int error);

struct holder {
	char **argv;       /* COMMAND and its arguments, to a NULL */
	long long timeout; /* how long to wait for the semaphore, in nanoseconds */
	bool unlink;       /* the semaphore is to be unlinked behind it; false once that is done, or must not be */
	char *path;        /* holder.c's own */
};

/* Finds COMMAND. Returns -1 to go on; else it prints a line and returns the exit status. */
int holder_find(struct holder *holder);

/*
 * Takes the semaphore, runs COMMAND, and gives it back; where semaphore_undoes, this process becomes COMMAND. Returns the
 * exit status: COMMAND's own, or what kept it from being run, with a line. Source: semop(2), execve(2).
 */
int holder_run(struct holder *holder, struct semaphore *semaphore);

void holder_close(struct holder *holder);

/* Looks whether what has the name of a POSIX semaphore can be one, before it is used. EBADMSG: it is not. */
int semaphore_sound(const char *name);

#endif
