/*
 * catalog.c for Linux: all System V objects of this IPC namespace, by the kernel's tables of them, which also those may
 * read who may not read the objects. Source: msgctl(2), shmctl(2), semctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "../backend.h"

/* Of <linux/msg.h> and its like, newer than some C libraries. */
#define MSG_ANY 13
#define SHM_ANY 15
#define SEM_ANY 20

union argument {
	int value;
	struct semid_ds *set;
	unsigned short *values;
	struct seminfo *info;
};

/* The object that is looked for; all if there is none. */
struct sought {
	key_t key; /* IPC_PRIVATE: it goes by its identifier */
	int id;
};

static bool
is_sought(const struct sought *sought, key_t key, int id)
{
	return !sought || (sought->key == IPC_PRIVATE ? sought->id == id : sought->key == key);
}

/*
 * What a table has at an index, before Linux 4.17 only if it may be read. -1: nothing. The tables have gaps, and the system
 * says how many objects are left to be found.
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

static int
queues(const struct sought *sought, struct object_list *list)
{
	struct msginfo info;
	struct msqid_ds queue;
	int last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info), left = last == -1 ? 0 : info.msgpool, i, id;

	for (i = 0; i <= last && left > 0; i++) {
		struct object *object;

		id = stat_queue(i, &queue);
		left -= id != -1;
		if (id == -1 || !is_sought(sought, queue.msg_perm.__key, id))
			continue;
		object = object_add_sysv(list, OBJECT_QUEUE, id, queue.msg_perm.__key);
		if (!object)
			return -1;
		contents_owner(object, &queue.msg_perm);
		object->size = (long long)queue.msg_qbytes;
		object->used = (long long)queue.__msg_cbytes;
		object->count = (long long)queue.msg_qnum;
		object->last = queue.msg_rtime > queue.msg_stime ? queue.msg_lrpid : queue.msg_lspid;
		object->changed = queue.msg_ctime;
	}
	return 0;
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
segments(const struct sought *sought, struct object_list *list)
{
	struct shm_info info;
	struct shmid_ds segment;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info), left = last == -1 ? 0 : info.used_ids, i, id;

	for (i = 0; i <= last && left > 0; i++) {
		struct object *object;

		id = stat_segment(i, &segment);
		left -= id != -1;
		if (id == -1 || !is_sought(sought, segment.shm_perm.__key, id))
			continue;
		object = object_add_sysv(list, OBJECT_SEGMENT, id, segment.shm_perm.__key);
		if (!object)
			return -1;
		contents_owner(object, &segment.shm_perm);
		object->size = (long long)segment.shm_segsz;
		object->count = (long long)segment.shm_nattch;
		object->creator = segment.shm_cpid;
		object->last = segment.shm_lpid;
		object->changed = segment.shm_ctime;
	}
	return 0;
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
		trace_call(result, "semctl(%d, 0, GETALL, {%s})", id, text.data ? text.data : "");
	object->values = text.data;
	if (result == 0)
		object->last = semctl(id, 0, GETPID);
	return result == 0 && !text.data ? -1 : 0;
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
		if (trace_on) {
			trace_call(more, "semctl(%d, %d, GETNCNT)", id, i);
			trace_call(zero, "semctl(%d, %d, GETZCNT)", id, i);
		}
		waiting += more + zero;
	}
	object->waiting = waiting;
}

static int
sets(const struct sought *sought, struct object_list *list)
{
	struct seminfo info;
	struct semid_ds set;
	union argument argument = {.info = &info};
	int last = semctl(0, 0, SEM_INFO, argument), left = last == -1 ? 0 : info.semusz, i, id;

	for (i = 0; i <= last && left > 0; i++) {
		struct object *object;

		id = stat_set(i, &set);
		left -= id != -1;
		if (id == -1 || !is_sought(sought, set.sem_perm.__key, id))
			continue;
		object = object_add_sysv(list, OBJECT_SEMAPHORE, id, set.sem_perm.__key);
		if (!object)
			return -1;
		contents_owner(object, &set.sem_perm);
		object->count = (long long)set.sem_nsems;
		object->changed = set.sem_ctime;
		if (list->wanted & OBJECT_VALUES && read_values(object) == -1)
			return -1;
		if (list->wanted & OBJECT_WAITING)
			count_waiting(object);
	}
	return 0;
}

static int
add(unsigned int set, const struct sought *sought, struct object_list *list)
{
	if (set & OBJECT_QUEUE && queues(sought, list) == -1)
		return -1;
	if (set & OBJECT_SEGMENT && segments(sought, list) == -1)
		return -1;
	return set & OBJECT_SEMAPHORE ? sets(sought, list) : 0;
}

int
catalog_sysv(unsigned int set, struct object_list *list)
{
	return add(set, NULL, list);
}

int
catalog_find_sysv(enum object_kind kind, key_t key, int id, struct object_list *list)
{
	struct sought sought = {key, id};
	size_t before = list->count;

	if (add(kind, &sought, list) == -1)
		return -1;
	errno = ENOENT;
	return list->count > before ? 0 : -1;
}
