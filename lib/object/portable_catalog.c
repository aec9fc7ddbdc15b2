/*
 * portable_catalog.c for POSIX, which has no way to list System V objects: they are found by key or identifier. Source: msgget(3p),
 * msgctl(3p), shmctl(3p), semctl(3p).
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

union argument {
	int value;
	struct semid_ds *set;
	unsigned short *values;
};

int
catalog_sysv(unsigned int set, struct object_list *list)
{
	(void)set;
	(void)list;
	return 0;
}

static int
stat_queue(int id, struct object *object)
{
	struct msqid_ds queue = {0};
	int result = msgctl(id, IPC_STAT, &queue);

	if (trace_on)
		trace_call(result,
		    result == -1 ? "msgctl(%d, IPC_STAT)" : "msgctl(%d, IPC_STAT, {msg_qnum=%llu, msg_qbytes=%llu})",
		    id, (unsigned long long)queue.msg_qnum, (unsigned long long)queue.msg_qbytes);
	if (result == -1)
		return -1;
	contents_sysv_queue(object, &queue);
	return 0;
}

static int
stat_segment(int id, struct object *object)
{
	struct shmid_ds segment = {0};
	int result = shmctl(id, IPC_STAT, &segment);

	if (trace_on)
		trace_call(result,
		    result == -1 ? "shmctl(%d, IPC_STAT)" : "shmctl(%d, IPC_STAT, {shm_segsz=%zu, shm_nattch=%llu})",
		    id, segment.shm_segsz, (unsigned long long)segment.shm_nattch);
	if (result == -1)
		return -1;
	contents_sysv_segment(object, &segment);
	return 0;
}

/* What the members of a set have, and how many wait for them. -1: ENOMEM, or it may not be read. */
static int
read_set(struct object *object)
{
	int i, id = (int)object->id, value, more, zero;
	struct text values = {0};
	long long waiting = 0;

	for (i = 0; i < object->count; i++) {
		value = semctl(id, i, GETVAL);
		more = value == -1 ? -1 : semctl(id, i, GETNCNT);
		zero = more == -1 ? -1 : semctl(id, i, GETZCNT);
		if (trace_on)
			trace_call(value, "semctl(%d, %d, GETVAL)", id, i);
		if (zero == -1) {
			text_free(&values);
			return -1;
		}
		text_format(&values, i ? ",%d" : "%d", value);
		waiting += more + zero;
	}
	object->values = values.data;
	object->waiting = waiting;
	object->last = semctl(id, 0, GETPID);
	return values.data || object->count == 0 ? 0 : -1;
}

static int
stat_set(int id, struct object *object, unsigned int wanted)
{
	struct semid_ds set = {0};
	union argument argument = {.set = &set};
	int result = semctl(id, 0, IPC_STAT, argument);

	if (trace_on)
		trace_call(result,
		    result == -1 ? "semctl(%d, 0, IPC_STAT)" : "semctl(%d, 0, IPC_STAT, {sem_nsems=%llu})", id,
		    (unsigned long long)set.sem_nsems);
	if (result == -1)
		return -1;
	contents_sysv_set(object, &set);
	return wanted & (OBJECT_VALUES | OBJECT_WAITING) ? read_set(object) : 0;
}

int
catalog_find_sysv(enum object_kind kind, key_t key, int id, struct object_list *list)
{
	struct object *object;
	int result;

	if (key != IPC_PRIVATE)
		id = contents_key(kind, key);
	object = id == -1 ? NULL : object_add_sysv(list, kind, id, key);
	if (!object)
		return -1;
	/* The key of what was named by its identifier is not known. */
	if (key == IPC_PRIVATE)
		object->key = OBJECT_UNKNOWN;
	result = kind == OBJECT_QUEUE     ? stat_queue(id, object)
	         : kind == OBJECT_SEGMENT ? stat_segment(id, object)
	                                  : stat_set(id, object, list->wanted);
	if (result == 0)
		return 0;
	if (errno == EINVAL || errno == EIDRM)
		errno = ENOENT;
	result = errno;
	object_drop(list);
	errno = result;
	return -1;
}
