/*
 * linux_catalog.c: all System V objects of this IPC namespace, by the kernel's tables of them, which also those may
 * read who may not read the objects. Source: msgctl(2), shmctl(2), semctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

/* Of <linux/msg.h> and its like, newer than some C libraries. */
#define MSG_ANY 13
#define SHM_ANY 15
#define SEM_ANY 20

/* How many bytes of values, and how many members, a trace shows. */
#define SHOWN 32U

union argument {
	int value;
	struct semid_ds *set;
	unsigned short *values;
	struct seminfo *info;
};

/*
 * What a table has at an index, or for an identifier, whose lower part is its index; before Linux 4.17 only if it may be
 * read. Returns the identifier. -1: nothing.
 */
static int
stat_queue(int index, struct msqid_ds *queue)
{
	int id = msgctl(index, MSG_ANY, queue);
	bool any = id != -1 || errno != EINVAL;

	if (!any)
		id = msgctl(index, MSG_STAT, queue);
	if (id != -1 && trace_on)
		trace_call(id, "msgctl(%d, %s, {msg_qnum=%llu, msg_cbytes=%llu, msg_qbytes=%llu})", index,
		    any ? "MSG_STAT_ANY" : "MSG_STAT", (unsigned long long)queue->msg_qnum,
		    (unsigned long long)queue->__msg_cbytes, (unsigned long long)queue->msg_qbytes);
	return id;
}

/* Adds a queue. -1: ENOMEM; 0: there is none. */
static int
add_queue(int index, bool exact, struct object_list *list)
{
	struct msqid_ds queue;
	int id = stat_queue(index, &queue);
	struct object *object;

	if (id == -1 || (exact && id != index))
		return 0;
	object = object_add_sysv(list, OBJECT_QUEUE, id, queue.msg_perm.__key);
	if (!object)
		return -1;
	contents_sysv_queue(object, &queue);
	object->used = (long long)queue.__msg_cbytes;
	return 1;
}

static int
stat_segment(int index, struct shmid_ds *segment)
{
	int id = shmctl(index, SHM_ANY, segment);
	bool any = id != -1 || errno != EINVAL;

	if (!any)
		id = shmctl(index, SHM_STAT, segment);
	if (id != -1 && trace_on)
		trace_call(id, "shmctl(%d, %s, {shm_segsz=%zu, shm_nattch=%llu})", index,
		    any ? "SHM_STAT_ANY" : "SHM_STAT", segment->shm_segsz, (unsigned long long)segment->shm_nattch);
	return id;
}

static int
add_segment(int index, bool exact, struct object_list *list)
{
	struct shmid_ds segment;
	int id = stat_segment(index, &segment);
	struct object *object;

	if (id == -1 || (exact && id != index))
		return 0;
	object = object_add_sysv(list, OBJECT_SEGMENT, id, segment.shm_perm.__key);
	if (!object)
		return -1;
	contents_sysv_segment(object, &segment);
	return 1;
}

static int
stat_set(int index, struct semid_ds *set)
{
	union argument argument = {.set = set};
	int id = semctl(index, 0, SEM_ANY, argument);
	bool any = id != -1 || errno != EINVAL;

	if (!any)
		id = semctl(index, 0, SEM_STAT, argument);
	if (id != -1 && trace_on)
		trace_call(id, "semctl(%d, 0, %s, {sem_nsems=%llu})", index, any ? "SEM_STAT_ANY" : "SEM_STAT",
		    (unsigned long long)set->sem_nsems);
	return id;
}

/* What the members of a set have, if this user may read it. -1: ENOMEM. */
static int
read_values(struct object *object)
{
	unsigned short *values = calloc((size_t)object->count + 1, sizeof(*values));
	union argument argument = {.values = values};
	struct text text = {0};
	int i, id = (int)object->id, result;

	if (!values)
		return -1;
	result = semctl(id, 0, GETALL, argument);
	for (i = 0; result == 0 && i < object->count; i++)
		text_format(&text, i ? ",%d" : "%d", (int)values[i]);
	free(values);
	if (trace_on)
		trace_call(result, "semctl(%d, 0, GETALL, {%.*s%s})", id, (int)SHOWN, text.data ? text.data : "",
		    text.size > SHOWN ? "..." : "");
	object->values = text.data;
	if (result == 0)
		object->last = semctl(id, 0, GETPID);
	return text.cut ? -1 : 0;
}

/* How many wait for its members, to take or for zero. */
static void
count_waiting(struct object *object)
{
	int i, id = (int)object->id;
	long long waiting = 0;

	for (i = 0; i < object->count; i++) {
		int more = semctl(id, i, GETNCNT), zero = more == -1 ? -1 : semctl(id, i, GETZCNT);

		if (zero == -1)
			return;
		if (trace_on && i < (int)SHOWN) {
			trace_call(more, "semctl(%d, %d, GETNCNT)", id, i);
			trace_call(zero, "semctl(%d, %d, GETZCNT)", id, i);
		}
		waiting += more + zero;
	}
	object->waiting = waiting;
}

static int
add_set(int index, bool exact, struct object_list *list)
{
	struct semid_ds set;
	int id = stat_set(index, &set);
	struct object *object;

	if (id == -1 || (exact && id != index))
		return 0;
	object = object_add_sysv(list, OBJECT_SEMAPHORE, id, set.sem_perm.__key);
	if (!object)
		return -1;
	contents_sysv_set(object, &set);
	if (list->wanted & OBJECT_VALUES && read_values(object) == -1)
		return -1;
	if (list->wanted & OBJECT_WAITING)
		count_waiting(object);
	return 1;
}

static int
add(enum object_kind kind, int index, bool exact, struct object_list *list)
{
	return kind == OBJECT_QUEUE     ? add_queue(index, exact, list)
	       : kind == OBJECT_SEGMENT ? add_segment(index, exact, list)
	                                : add_set(index, exact, list);
}

/* The highest index in use; -1: there is none. */
static int
last_index(enum object_kind kind)
{
	struct msginfo queues;
	struct shm_info segments;
	struct seminfo sets;
	union argument argument = {.info = &sets};
	int last = kind == OBJECT_QUEUE     ? msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&queues)
	           : kind == OBJECT_SEGMENT ? shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&segments)
	                                    : semctl(0, 0, SEM_INFO, argument);

	if (trace_on)
		trace_call(last, kind == OBJECT_QUEUE     ? "msgctl(0, MSG_INFO)"
		                 : kind == OBJECT_SEGMENT ? "shmctl(0, SHM_INFO)"
		                                          : "semctl(0, 0, SEM_INFO)");
	return last;
}

/* All of a kind. The system is asked for every index, since objects come and go meanwhile. */
static int
add_all(enum object_kind kind, struct object_list *list)
{
	int last = last_index(kind), i;

	for (i = 0; i <= last; i++)
		if (add(kind, i, false, list) == -1)
			return -1;
	return 0;
}

int
catalog_sysv(unsigned int set, struct object_list *list)
{
	if (set & OBJECT_QUEUE && add_all(OBJECT_QUEUE, list) == -1)
		return -1;
	if (set & OBJECT_SEGMENT && add_all(OBJECT_SEGMENT, list) == -1)
		return -1;
	return set & OBJECT_SEMAPHORE ? add_all(OBJECT_SEMAPHORE, list) : 0;
}

int
catalog_find_sysv(enum object_kind kind, key_t key, int id, struct object_list *list)
{
	int found;

	if (key != IPC_PRIVATE)
		id = contents_key(kind, key);
	found = id == -1 ? -1 : add(kind, id, true, list);
	if (found == 0)
		errno = ENOENT;
	return found == 1 ? 0 : -1;
}
