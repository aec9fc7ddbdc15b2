/*
 * change.c: changing and removing objects. What the system would refuse is looked for before (permit.c).
 */
#include <errno.h>
#include <limits.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

/* What an errno value means here. */
static int
explain(const struct object *object, const struct change *change, int error)
{
	size_t capacity = change ? permit_capacity(object, change) : 0;

	if (error == EPERM && capacity > limit_value(LIMIT_MSGMNB))
		return permit_explain(object, capacity);
	if (error == EINVAL && change && (change->uid_given || change->gid_given))
		return object_say(object, "this user namespace has no such user or group");
	return object_say(object, strerror(error));
}

/*
 * IPC_SET takes all of these, so that what is not to change is given as it is now, or, to those who may not read it, as it
 * was found.
 */
static void
set_perm(struct ipc_perm *perm, bool known, const struct object *object, const struct change *change)
{
	if (!known) {
		perm->mode = object->mode;
		perm->uid = object->uid;
		perm->gid = object->gid;
	}
	if (change->mode_given)
		perm->mode = change->mode;
	if (change->uid_given)
		perm->uid = change->uid;
	if (change->gid_given)
		perm->gid = change->gid;
}

static void
trace_perm(struct text *call, const char *name, const struct ipc_perm *perm)
{
	text_format(call, "%s={uid=%lu, gid=%lu, mode=%04o}", name, (unsigned long)perm->uid, (unsigned long)perm->gid,
	    (unsigned int)perm->mode & 0777);
}

static int
change_queue(const struct object *object, const struct change *change)
{
	struct msqid_ds queue = {0};
	struct text call = {0};
	bool known = msgctl((int)object->id, IPC_STAT, &queue) == 0;
	int result;

	set_perm(&queue.msg_perm, known, object, change);
	if (change->capacity || !known)
		queue.msg_qbytes = (msglen_t)permit_capacity(object, change);
	result = msgctl((int)object->id, IPC_SET, &queue);
	if (trace_on) {
		text_format(&call, "msgctl(%lld, IPC_SET, {", object->id);
		trace_perm(&call, "msg_perm", &queue.msg_perm);
		text_format(&call, ", msg_qbytes=%llu})", (unsigned long long)queue.msg_qbytes);
		trace_end(&call, result);
	}
	return result;
}

static int
change_segment(const struct object *object, const struct change *change)
{
	struct shmid_ds segment = {0};
	struct text call = {0};
	bool known = shmctl((int)object->id, IPC_STAT, &segment) == 0;
	int result;

	set_perm(&segment.shm_perm, known, object, change);
	result = shmctl((int)object->id, IPC_SET, &segment);
	if (trace_on) {
		text_format(&call, "shmctl(%lld, IPC_SET, {", object->id);
		trace_perm(&call, "shm_perm", &segment.shm_perm);
		text_format(&call, "})");
		trace_end(&call, result);
	}
	return result;
}

static int
change_set(const struct object *object, const struct change *change)
{
	struct semid_ds set = {0};
	union {
		int value;
		struct semid_ds *set;
		unsigned short *values;
	} argument = {.set = &set};
	struct text call = {0};
	bool known = semctl((int)object->id, 0, IPC_STAT, argument) == 0;
	int result;

	set_perm(&set.sem_perm, known, object, change);
	result = semctl((int)object->id, 0, IPC_SET, argument);
	if (trace_on) {
		text_format(&call, "semctl(%lld, 0, IPC_SET, {", object->id);
		trace_perm(&call, "sem_perm", &set.sem_perm);
		text_format(&call, "})");
		trace_end(&call, result);
	}
	return result;
}

int
change_apply(const struct object *object, const struct change *change)
{
	int result = object->posix                    ? catalog_change(object, change)
	             : object->kind == OBJECT_QUEUE   ? change_queue(object, change)
	             : object->kind == OBJECT_SEGMENT ? change_segment(object, change)
	                                              : change_set(object, change);

	return result == 0 ? STATUS_OK : explain(object, change, errno);
}

static int
remove_posix(const struct object *object)
{
	const char *call = object->kind == OBJECT_QUEUE     ? "mq_unlink"
	                   : object->kind == OBJECT_SEGMENT ? "shm_unlink"
	                                                    : "sem_unlink";
	int result = object->kind == OBJECT_QUEUE     ? mq_unlink(object->name)
	             : object->kind == OBJECT_SEGMENT ? shm_unlink(object->name)
	                                              : sem_unlink(object->name);

	if (trace_on) {
		struct text line = {0};

		text_format(&line, "%s(", call);
		text_quote(&line, object->name, strlen(object->name), NAME_MAX);
		text_format(&line, ")");
		trace_end(&line, result);
	}
	return result;
}

static int
remove_sysv(const struct object *object)
{
	int id = (int)object->id, result = object->kind == OBJECT_QUEUE     ? msgctl(id, IPC_RMID, NULL)
	                                   : object->kind == OBJECT_SEGMENT ? shmctl(id, IPC_RMID, NULL)
	                                                                    : semctl(id, 0, IPC_RMID);

	if (trace_on)
		trace_call(result,
		    object->kind == OBJECT_QUEUE     ? "msgctl(%d, IPC_RMID)"
		    : object->kind == OBJECT_SEGMENT ? "shmctl(%d, IPC_RMID)"
		                                     : "semctl(%d, 0, IPC_RMID)",
		    id);
	return result;
}

int
change_remove(const struct object *object)
{
	int result = object->posix ? remove_posix(object) : remove_sysv(object);

	/* Somebody else was quicker. */
	if (result == 0 || errno == ENOENT || errno == EIDRM || (!object->posix && errno == EINVAL))
		return STATUS_OK;
	return explain(object, NULL, errno);
}
