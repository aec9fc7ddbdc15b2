/*
 * internal.h: declarations that the files of object/ share. Each file calls only those below it: change.c, find.c,
 * sysv.c and the platform's files, posix.c, object.c, calls.c.
 */
#ifndef OBJECT_INTERNAL_H
#define OBJECT_INTERNAL_H

#include <mqueue.h>
#include <stdbool.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include "base/explain.h"
#include "object/object.h"
#include "semaphore/semctl.h"

/* calls.c: system calls, which are traced. Each returns the result of the call. */

/* Close a descriptor and keep errno. Do nothing for -1. */
void object_close(int fd);

/*
 * Print a call that names a file of a directory (-1: the call takes no directory), with the arguments after the name,
 * which printf(3) formats. Returns result.
 */
int object_trace(long result, const char *call, int directory, const char *name, const char *format, ...);

/* Open a queue to inspect it: for reading or, if that is not permitted, for writing. Returns as mq_open(3). */
mqd_t object_open_queue(const char *name);

/* The state of a System V object: the structure of its kind, and the values that only some systems show. */
struct sysv_state {
	struct msqid_ds queue;
	struct shmid_ds segment;
	struct semid_ds set;
	const char *command; /* name of the control command that filled in the structure */
	int result;          /* return value of that command */
	long long key;       /* key, or OBJECT_UNKNOWN */
	long long used;      /* bytes of the messages in a queue, or OBJECT_UNKNOWN */
};

/* Return the start of the names of a kind's System V calls: "msg", "shm" or "sem". */
const char *object_prefix(enum object_kind kind);

/* Return the owner and mode in the structure of a kind. */
struct ipc_perm *object_permissions(enum object_kind kind, struct sysv_state *state);

/* Return the identifier of a key. */
int object_get_sysv(enum object_kind kind, key_t key);

/* Call msgctl(2), shmctl(2) or semctl(2), without a line of -v. */
int object_control_sysv(enum object_kind kind, int id, int command, struct sysv_state *state);

/* Print that call, with the command and its argument, which printf(3) formats. Returns result. */
int object_trace_sysv(enum object_kind kind, int id, int result, const char *format, ...);

/* object.c */

/* Add an object of which only the name is known; printf(3) formats the name. Returns NULL with ENOMEM. */
struct object *objects_add(struct objects *objects, enum object_kind kind, bool posix, const char *format, ...);

/* Remove the last object. */
void objects_drop(struct objects *objects);

/* posix.c: the properties that both platforms read of POSIX objects. */

/* Set size, count, depth and message_size from the attributes of a queue. See mq_getattr(3). */
void object_set_attributes(struct object *object, mqd_t queue);

/* Set the properties that the file of an object shows: owner, group, mode, and those that depend on the kind. */
void object_set_file(struct object *object, const struct stat *st);

/* account.c: Append the name of a user or, with group, of a group; or the number, if it has no name. */
void account_add(bool group, unsigned long id, struct text *text);

/* sysv.c. Errors: ENOMEM; objects_find_sysv: ENOENT, EACCES too. */

/* Add all System V objects of a kind. Returns 0 or -1. Errors: ENOSYS (the system has none) too. */
int objects_list_sysv(enum object_kind kind, struct objects *objects);

/* Add the object that has a key or, if that is IPC_PRIVATE, an identifier. Returns 0 or -1. */
int objects_find_sysv(enum object_kind kind, key_t key, int id, struct objects *objects);

/* linux_sysv.c, portable_sysv.c */

/*
 * Read the object with an identifier or, on a system that lists objects, at an index of its table. Returns the
 * identifier or -1. Errors: EINVAL and EIDRM (none), EACCES.
 */
int object_stat_sysv(enum object_kind kind, int index, struct sysv_state *state);

/* Return the highest index of a kind's table, or -1 if there is no table. Errors: ENOSYS. */
int object_last_sysv(enum object_kind kind);

/* linux_files.c, portable_posix.c */

/*
 * Add all POSIX objects of a kind. Returns 0 or -1. Errors: ENOSYS (not on this system), ENOMEM, and those of the
 * table.
 */
int objects_list_posix(enum object_kind kind, struct objects *objects);

/* The reason if the system has no POSIX queues. */
#define NO_QUEUES "this kernel has no POSIX message queues (CONFIG_POSIX_MQUEUE)"

/* Reasons why they cannot be listed; the step is the kind. */
extern const struct explanation objects_unlisted[];

/* Add one POSIX object. Returns 0 or -1. Errors: ENOENT, EACCES, ENOMEM, EBADMSG (not a semaphore). */
int objects_find_posix(enum object_kind kind, const char *name, struct objects *objects);

/* Open a POSIX object to change its file. Returns a descriptor, which the caller closes, or -1. */
int object_open(const struct object *object);

/* Return NULL, or the reason why the system cannot change a POSIX object. */
const char *object_unchanging(const struct object *object);

/*
 * Change the file that object_open opened; -1: the user or group stays. Each returns 0 or -1. See fchown(2), fchmod(2).
 */
int object_chown(int fd, uid_t uid, gid_t gid);
int object_chmod(int fd, mode_t mode);

/* linux_mqueue.c, only on Linux */

/* Read a file, and trace the call. See read(2). */
ssize_t object_read(int fd, void *data, size_t size);

/*
 * Open the directory whose files are the queues of this IPC namespace or, without CAP_SYS_ADMIN, perhaps those of
 * another namespace. Returns a descriptor, which the caller closes, or -1. Errors: ENOENT (no such directory is
 * mounted), ENODEV (the kernel has no queues).
 */
int object_open_queues(void);

/*
 * Add the queue that a file of such a directory stands for. Returns 0 or -1. Errors: ENOENT, ENOMEM, EXDEV (of another
 * namespace).
 */
int objects_add_queue(int directory, const char *file, struct objects *objects);

/* Add the queue that a name opens. Returns 0 or -1. Errors: ENOENT, EACCES, ENOMEM. */
int objects_find_queue(const char *name, struct objects *objects);

#endif
