/*
 * internal.h: declarations that the files of semaphore/ share.
 */
#ifndef SEMAPHORE_INTERNAL_H
#define SEMAPHORE_INTERNAL_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/explain.h"
#include "base/place.h"
#include "base/text.h"
#include "semaphore/semaphore.h"

/* A kind of semaphore. Functions that return int return 0, or -1 with an errno value of the contract in semaphore.h. */
struct semaphore_backend {
	/* Append the reason why this kind refuses the options or the operations, or nothing if it accepts them. */
	void (*refuse)(const struct name *name, const struct semaphore_options *options,
	    const struct semaphore_operation *operations, size_t count, struct text *text);

	/* Open the semaphore, or create it. Errors: ENOENT (it is missing), EEXIST (it is not missing). */
	int (*open)(struct semaphore *semaphore, bool create);

	int (*operate)(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count);
	int (*values)(struct semaphore *semaphore, struct text *text);
	int (*unlink)(struct semaphore *semaphore); /* ENOENT: the semaphore is already gone */
	void (*close)(struct semaphore *semaphore);

	/* Release a lock that the end of this process may not release. NULL: there is none. */
	void (*release)(struct semaphore *semaphore);

	/* Append the meaning of an errno value in a step, or nothing if it has no meaning of its own here. */
	void (*explain)(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text);

	int most;    /* largest value */
	bool undoes; /* the kernel gives a lock back when the process that took it ends, even after exec */
};

extern const struct semaphore_backend semaphore_posix, semaphore_sysv, semaphore_lock;

/* Steps in a table of explanations. */
#define STEP_OPEN    (1u << SEMAPHORE_OPEN)
#define STEP_OPERATE (1u << SEMAPHORE_OPERATE)
#define STEP_READ    (1u << SEMAPHORE_READ)
#define STEP_UNLINK  (1u << SEMAPHORE_UNLINK)
#define STEP_ANY     (STEP_OPEN | STEP_OPERATE | STEP_READ | STEP_UNLINK)

/* sysv_create.c: Create a set with its values. Errors: as semget(2), semop(2). */
int sysv_create(struct semaphore *semaphore);

/* sysv_assign.c: Set the members that the operations name, all at one moment. Errors: as semctl(2); EFBIG, EINTR. */
int sysv_assign(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count);

/* Words for a file that could not be opened by the deadline. */
#define LEASED "another process has a lease on the file, not given up in time (-t)"

/* calls.c: Make the system call of that name, with its result and errno, and print it if -v asks for that. */
sem_t *trace_sem_open(const char *path, int flags, mode_t mode, int value);
int trace_sem_unlink(const char *path);
int trace_sem_post(sem_t *semaphore);
int trace_sem_trywait(sem_t *semaphore);
int trace_sem_wait(sem_t *semaphore);
int trace_semget(key_t key, size_t count, int flags, mode_t mode);

/*
 * Make such a call of semctl(2): SETVAL; GETALL or SETALL; IPC_SET of the mode of a set that this process made;
 * IPC_RMID.
 */
int trace_setval(int id, unsigned int member, int value);
int trace_all_values(int id, int command, unsigned short *values, size_t count);
int trace_set_mode(int id, mode_t mode);
int trace_remove(int id);

/* Call semctl(2) with IPC_STAT, without a line of -v. */
int sysv_status(int id, struct semid_ds *status);

/* Make such a call of semop(2), or of semaphore_timed_semop if deadline is limited; deadline may be NULL. */
int trace_semop(int id, struct sembuf *operations, size_t count, const struct deadline *deadline);

/* Bits of a word for the programs whose POSIX semaphores have another size than ours. */
#define POSIX_OTHER_BITS (sizeof(void *) == 8 ? 32 : 64)

/* posix_open.c: Open a semaphore, or create it, and close it: see struct semaphore_backend. */
int posix_semaphore_open(struct semaphore *semaphore, bool create);
void posix_semaphore_close(struct semaphore *semaphore);

/*
 * posix_open.c: Read the value of a struct semaphore_posix, for guard_call. Returns 0 or -1. Errors: EBADMSG (it is no
 * value that a program which uses the semaphore can give it).
 */
int posix_semaphore_read(void *to);

/*
 * guard.c: Make a call on a semaphore's memory. Returns its result, or -1 with EBADMSG if it raised SIGBUS, or SIGABRT
 * in this process. Signals have their former effect afterwards.
 */
int guard_call(int (*call)(void *), void *argument);

/* What trace_lock does with a byte: lock it if it is free, wait for it, unlock it. */
enum lock_action { LOCK_TRY, LOCK_WAIT, LOCK_RELEASE };

int trace_lock(int fd, long byte, enum lock_action action);

/* Largest number of places that a lock has. */
#define LOCK_PLACES (1L << 30)

/*
 * lock_take.c: Wait for a place of an open lock, and lock it. Returns its byte, or -1. Errors: ETIMEDOUT, EINTR, those
 * of fcntl(2).
 */
long lock_take(const struct semaphore *semaphore);

/* Trace the open(2) of a lock's file. */
void trace_lock_open(const struct place *place, int fd, bool create, mode_t mode);

/*
 * linux.c, portable.c: Call semop(2), and wait at most until a limited deadline. Returns 0 or -1. Errors: EAGAIN (the
 * deadline has come, or an operation says IPC_NOWAIT), EINTR (even if only a tick interrupted the call).
 */
int semaphore_timed_semop(int id, struct sembuf *operations, size_t count, const struct deadline *deadline);

/* True if semaphore_timed_semop calls semtimedop(2). */
extern const bool semaphore_has_semtimedop;

/*
 * Open the file of a POSIX semaphore, as place_file does. Returns a descriptor or -1; ENOENT: it is missing, or the
 * system keeps it elsewhere.
 */
int semaphore_file(const char *name, bool careful, const struct deadline *deadline, struct stat *st);

/* Return true if the name of a POSIX semaphore is no longer that of its open file. */
bool semaphore_renamed(const char *name, int file);

/*
 * Open a descriptor from which can be read once the open file of a semaphore has lost a name, or its mode or owner has
 * changed. Returns it, or -1: the system has nothing that tells. See inotify(7).
 */
int semaphore_watch(int file);

/* Read all events of such a descriptor (-1: none); or stop the watch first, so no more come. */
void semaphore_drain(int watch);
void semaphore_unwatch(int watch);

/*
 * Lock, wait for, or unlock a byte of a file, for all processes that share the descriptor. Returns 0 or -1. Errors:
 * EAGAIN or EACCES (it is locked), ENOSYS, those of fcntl(2).
 */
int semaphore_lock_byte(int fd, long byte, enum lock_action action);

/* Return the first byte after the lock that another open file description has on a byte; without one, byte + 1. */
long semaphore_lock_end(int fd, long byte);

/* Open the file of a descriptor for writing, as another description. Returns a descriptor or -1. */
int semaphore_reopen(int fd);

#endif
