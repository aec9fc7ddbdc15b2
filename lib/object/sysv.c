/*
 * sysv.c: lists and finds System V objects, and reads the properties that POSIX defines. The kernel's table, if there
 * is one, is read index by index, because objects come and go meanwhile. See msgctl(2), shmctl(2), semctl(2).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/trace.h"
#include "object/internal.h"

/* The most bytes of values, and the most members, in the trace. */
#define SHOWN 32U

static void
trace_stat(enum object_kind kind, int index, const struct sysv_state *state)
{
	if (state->result == -1)
		object_trace_sysv(kind, index, -1, "%s", state->command);
	else if (kind == OBJECT_SEGMENT)
		object_trace_sysv(kind, index, state->result, "%s, {shm_segsz=%zu, shm_nattch=%llu}", state->command,
		    state->segment.shm_segsz, (unsigned long long)state->segment.shm_nattch);
	else if (kind == OBJECT_SEMAPHORE)
		object_trace_sysv(kind, index, state->result, "%s, {sem_nsems=%llu}", state->command,
		    (unsigned long long)state->set.sem_nsems);
	else if (state->used == OBJECT_UNKNOWN)
		object_trace_sysv(kind, index, state->result, "%s, {msg_qnum=%llu, msg_qbytes=%llu}", state->command,
		    (unsigned long long)state->queue.msg_qnum, (unsigned long long)state->queue.msg_qbytes);
	else
		object_trace_sysv(kind, index, state->result, "%s, {msg_qnum=%llu, msg_cbytes=%lld, msg_qbytes=%llu}",
		    state->command, (unsigned long long)state->queue.msg_qnum, state->used,
		    (unsigned long long)state->queue.msg_qbytes);
}

static void
set_queue(struct object *object, const struct msqid_ds *queue)
{
	object->size = (long long)queue->msg_qbytes;
	object->count = (long long)queue->msg_qnum;
	object->last = queue->msg_rtime > queue->msg_stime ? queue->msg_lrpid : queue->msg_lspid;
	object->changed = queue->msg_ctime;
}

static void
set_segment(struct object *object, const struct shmid_ds *segment)
{
	object->size = (long long)segment->shm_segsz;
	object->count = (long long)segment->shm_nattch;
	object->creator = segment->shm_cpid;
	object->last = segment->shm_lpid;
	object->changed = segment->shm_ctime;
}

/* Read the values of all members, if this user may read the set. Returns 0, or -1 with ENOMEM. */
static int
read_values(struct object *object)
{
	unsigned short *values = calloc((size_t)object->count + 1, sizeof(*values));
	struct text text = {0};
	int i, id = (int)object->id, result;

	if (!values)
		return -1;
	result = semctl(id, 0, GETALL, (union semctl_argument){.values = values});
	for (i = 0; result == 0 && i < object->count; i++)
		text_format(&text, i ? ",%d" : "%d", (int)values[i]);
	free(values);
	trace_call(result, "semctl(%d, 0, GETALL, {%.*s%s})", id, (int)SHOWN, text.data ? text.data : "",
	    text.size > SHOWN ? "..." : "");
	if (result == -1)
		return 0;
	object->last = semctl(id, 0, GETPID);
	object->values = text_take(&text);
	return object->values ? 0 : -1;
}

/* Count the processes that wait for a member, to take from it or until it becomes 0. */
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
set_semaphores(struct object *object, const struct semid_ds *set, unsigned int details)
{
	object->count = (long long)set->sem_nsems;
	object->changed = set->sem_ctime;
	if (details & OBJECT_WAITING)
		count_waiting(object);
	return details & OBJECT_VALUES ? read_values(object) : 0;
}

/* Add the object that has an identifier. Its key is key or, if that is IPC_PRIVATE, the key of state. */
static int
add(enum object_kind kind, int id, key_t key, struct sysv_state *state, struct objects *objects)
{
	const struct ipc_perm *permissions = object_permissions(kind, state);
	long long known = key == IPC_PRIVATE ? state->key : (long long)(unsigned int)key;
	struct object *object = known == OBJECT_UNKNOWN || known == IPC_PRIVATE
	                            ? objects_add(objects, kind, false, "sysv:@%d", id)
	                            : objects_add(objects, kind, false, "sysv:0x%llx", known);

	if (!object)
		return -1;
	object->id = id;
	object->key = known;
	object->used = state->used;
	object->owned = true;
	object->uid = permissions->uid;
	object->gid = permissions->gid;
	object->creator_uid = permissions->cuid;
	object->mode = permissions->mode & 0777;
	if (kind == OBJECT_SEMAPHORE)
		return set_semaphores(object, &state->set, objects->details);
	if (kind == OBJECT_QUEUE)
		set_queue(object, &state->queue);
	else
		set_segment(object, &state->segment);
	return 0;
}

int
objects_list_sysv(enum object_kind kind, struct objects *objects)
{
	int last = object_last_sysv(kind), index;
	struct sysv_state state;

	if (last == -1)
		return -1;
	for (index = 0; index <= last; index++) {
		int id = object_stat_sysv(kind, index, &state);

		if (id == -1)
			continue;
		trace_stat(kind, index, &state);
		if (add(kind, id, IPC_PRIVATE, &state, objects) == -1)
			return -1;
	}
	return 0;
}

int
objects_find_sysv(enum object_kind kind, key_t key, int id, struct objects *objects)
{
	struct sysv_state state;
	int found;

	if (key != IPC_PRIVATE)
		id = object_get_sysv(kind, key);
	if (id == -1)
		return -1;
	found = object_stat_sysv(kind, id, &state);
	trace_stat(kind, id, &state);
	if (found == id)
		return add(kind, id, key, &state, objects);
	/* The table has another object at the index that the identifier contains. */
	if (found != -1 || errno == EINVAL || errno == EIDRM)
		errno = ENOENT;
	return -1;
}
