/*
 * internal.h: what the files of object/ share.
 */
#ifndef OBJECT_INTERNAL_H
#define OBJECT_INTERNAL_H

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "object/object.h"

/* Prints a call that opens a name: call, up to its bracket; the name; and the rest of its arguments. */
void contents_trace(const char *call, const char *name, const char *rest, long result);

/* Opens a queue, which the caller closes, to look at it: to read or, if that is not permitted, to send. -1: errno. */
mqd_t contents_open(const char *name);

/* Sets the size, count, depth and message size of a queue. */
void contents_queue(struct object *object, mqd_t queue);

/* The identifier of a System V object, as those find it who only want to look. -1: ENOENT. */
int contents_key(enum object_kind kind, key_t key);

/* Each sets what POSIX lets a System V object tell. */
void contents_sysv_queue(struct object *object, const struct msqid_ds *queue);
void contents_sysv_segment(struct object *object, const struct shmid_ds *segment);
void contents_sysv_set(struct object *object, const struct semid_ds *set);

/* Adds the System V objects of a set of kinds. -1: ENOMEM. */
int catalog_sysv(unsigned int set, struct object_list *list);

/* Adds the POSIX objects. Returns the exit status; what cannot be listed has got a line. */
int catalog_posix(unsigned int set, struct object_list *list);

/* Adds one POSIX object, with what is known of it. -1: ENOENT, EACCES, EBADMSG: it is no semaphore. */
int catalog_find(enum object_kind kind, const char *name, struct object_list *list);

/* The same for a System V object: the one that has the key, or if there is none (IPC_PRIVATE) the identifier. */
int catalog_find_sysv(enum object_kind kind, key_t key, int id, struct object_list *list);

/* A descriptor of a POSIX object that catalog_unchanging has nothing against, good to change it. -1: errno. */
int catalog_open(const struct object *object);

/* Whose the queues of a directory are: only those of this IPC namespace can be opened by name. */
enum mounts { MOUNTS_OURS, MOUNTS_STRANGE, MOUNTS_UNKNOWN };

/*
 * A directory of queues, which the caller closes. mounted: it was mounted for this, appears nowhere, and is certainly that of
 * this namespace; else it is what is mounted at /dev/mqueue. -1: ENOENT: nothing is, and to mount it needs CAP_SYS_ADMIN.
 */
int mounts_queues(bool *mounted);

/* The first queue that may be opened decides; if there is none, it is not known. */
enum mounts mounts_whose(int directory);

/* NULL, or what keeps the system from changing an object. */
const char *catalog_unchanging(const struct object *object);

/* Changes a POSIX object. -1: errno. */
int catalog_change(const struct object *object, const struct change *change);

enum right {
	RIGHT_FILES,   /* change and remove POSIX objects */
	RIGHT_GIVE,    /* give POSIX objects to other users and groups */
	RIGHT_SYSV,    /* change and remove System V objects */
	RIGHT_CAPACITY /* go beyond kernel.msgmnb */
};

/* Source: capabilities(7). */
bool rights_have(enum right right);

#endif
