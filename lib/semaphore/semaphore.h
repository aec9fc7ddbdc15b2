/*
 * semaphore.h: semaphores: POSIX named semaphores, System V sets, locks on files, and a COMMAND that runs while a
 * semaphore is held.
 *
 * The caller owns struct semaphore, and may read text and created in it. Parse the operations, check them, and start
 * the semaphore, in this order. The functions after semaphore_start work on a semaphore that it opened.
 */
#ifndef SEMAPHORE_SEMAPHORE_H
#define SEMAPHORE_SEMAPHORE_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/deadline.h"
#include "base/name.h"
#include "base/text.h"

/* Mode of a new semaphore for which the user gave none: 0600. */
#define SEMAPHORE_MODE ((mode_t)-1)

struct semaphore_options {
	bool create;       /* create the semaphore if it is missing */
	bool exclusive;    /* the semaphore must not exist; implies create */
	bool unlink;       /* the semaphore is unlinked on the way out */
	bool command;      /* a COMMAND runs while the operations are in effect */
	mode_t mode;       /* mode of a new semaphore, whatever the umask, or SEMAPHORE_MODE */
	const int *values; /* initial values, one for each member */
	size_t count; /* number of values; 0: create one member with value 1, or accept an existing set of any size */
	long long timeout; /* longest wait, in nanoseconds, or DEADLINE_NEVER */
	int failure;       /* exit status of semaphore_report: STATUS_FAILED, or STATUS_RUNNER with a COMMAND */
	int late;          /* exit status of semaphore_report once the time is up; 0: print no line either */
};

/* One OP of semop(1). */
struct semaphore_operation {
	unsigned int member; /* index in a System V set */
	bool indexed;        /* INDEX was given */
	bool set;            /* value is assigned, not added */
	int value;           /* positive: amount to give; negative: amount to take; 0: wait for zero */
};

/* A POSIX semaphore, of posix.c. */
struct semaphore_posix {
	sem_t *opened; /* NULL: not open */
	int file;      /* descriptor of its file; -1: not known */
	int watch;     /* descriptor that tells of its removal; -1: none */
	mode_t kind;   /* kind of the object that has its name */
	int value;     /* value that was read last */
};

/* A System V set, of sysv.c. */
struct semaphore_sysv {
	int id;
	size_t members;   /* number of members; 0: unknown, because the set may not be read */
	size_t requested; /* members or operations in the last system call, for the line about a limit */
	char handle[24];  /* name of a new private set */
};

/* A lock on a file, of lock.c. */
struct semaphore_lock {
	int fd;      /* descriptor; -1: not open */
	long byte;   /* byte that is locked; -1: none */
	mode_t kind; /* kind of the object that has the name */
};

/* An open semaphore. options.values has at least one value. */
struct semaphore {
	const struct semaphore_backend *backend;
	const struct name *name;
	const char *text; /* name that is printed and that other commands accept */
	key_t key;        /* key of the name; IPC_PRIVATE: it has none; -1: ftok(3) failed */
	struct semaphore_options options;
	struct deadline deadline; /* end of the longest wait */
	bool created;             /* this run created it */
	bool creating;            /* the last attempt to open it was to create it */
	union {
		struct semaphore_posix posix;
		struct semaphore_sysv sysv;
		struct semaphore_lock lock;
	} of; /* state of the back end */
};

/* The step in which an error occurred, for semaphore_report. */
enum semaphore_step { SEMAPHORE_OPEN, SEMAPHORE_OPERATE, SEMAPHORE_READ, SEMAPHORE_UNLINK };

/* Parse an OP of semop(1): -N, +N, 0 or =N, with INDEX: in front of it. Returns 0 or -1. Errors: EINVAL, ERANGE. */
CHECKED int semaphore_parse(const char *text, struct semaphore_operation *operation);

/*
 * Check, without a system call, that this kind of semaphore can be opened with the options and can do all count
 * operations in one call. Returns GO_ON, or STATUS_USAGE after a line.
 */
CHECKED int semaphore_check(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count);

/*
 * Open a semaphore, or create it with its values; the longest wait begins. A process that opens it by this function
 * sees its initial values, or later ones. May sleep about 0.2 s for the first operation on a new System V set. name
 * must outlive semaphore, and the caller calls semaphore_close even after a failure. Returns GO_ON, or an exit status
 * after a line. See sem_open(3), semget(2).
 */
CHECKED int semaphore_start(
    struct semaphore *semaphore, const struct name *name, const struct semaphore_options *options);

/*
 * Perform count operations, on a System V set as one, and wait for them until the longest wait ends. With a COMMAND,
 * the kernel undoes what was done to a System V set when this process ends, even after exec (SEM_UNDO). Returns 0 or
 * -1; after -1 nothing is taken. Errors: ETIMEDOUT, EINTR (a signal was caught), EIDRM (removed), EAGAIN (no timer is
 * left), ENOMEM, EFBIG (no such member), ERANGE (beyond the largest value), E2BIG, ENOSPC, EACCES, EBADMSG (another
 * program has damaged the semaphore), ENOSYS. See semop(2), semctl(2), sem_wait(3), sem_post(3), fcntl(2).
 */
CHECKED int semaphore_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count);

/*
 * Append the values of all members, read at one moment, one a line. Returns 0 or -1. Errors: EACCES, EIDRM, ENOMEM. See
 * sem_getvalue(3), GETALL in semctl(2).
 */
CHECKED int semaphore_values(struct semaphore *semaphore, struct text *text);

/*
 * Unlink the semaphore. Returns 0 even if it is already gone or another semaphore has its name, or -1. Errors: EACCES,
 * EPERM. See sem_unlink(3), semctl(2).
 */
CHECKED int semaphore_unlink(struct semaphore *semaphore);

/* Release the memory of the semaphore in this process. Do nothing if all members are zero. See sem_close(3). */
void semaphore_close(struct semaphore *semaphore);

/*
 * Print the line for an errno value met in a step, but none for EINTR, as nothing is lost. Returns the exit status:
 * STATUS_REMOVED, options.late or options.failure.
 */
int semaphore_report(const struct semaphore *semaphore, enum semaphore_step step, int error);

/* A COMMAND that runs while operations are in effect. */
struct hold {
	char **argv; /* COMMAND and its arguments, up to a NULL */
	char *path;  /* file of COMMAND, from launch_find; the caller frees it */
	const struct semaphore_operation *operations;
	size_t count; /* number of operations */
};

/*
 * Perform the operations, run COMMAND, and undo them. On System V, and with a lock on a file, this process becomes
 * COMMAND, or with -u its child does; a POSIX semaphore, of which one operation takes 1, is given back by this process.
 * Do not unlink a semaphore that could not be taken, unless this run created it. Returns the exit status: that of
 * COMMAND, or after a line that of the failure. See SEM_UNDO in semop(2), execve(2).
 */
CHECKED int hold_run(const struct hold *hold, struct semaphore *semaphore);

/*
 * Check that the object with the name of a POSIX semaphore is large enough for a semaphore, before it is used. Returns
 * 0, even if there is no such object, or -1. Errors: EBADMSG.
 */
CHECKED int semaphore_sound(const char *name);

#endif
