/*
 * contents.c: what objects tell of themselves wherever the system is POSIX. Source: mq_getattr(3p), msgget(3p),
 * <sys/ipc.h>.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

void
contents_trace(const char *call, const char *name, const char *rest, long result)
{
	struct text text = {0};

	text_format(&text, "%s", call);
	text_quote(&text, name, strlen(name), strlen(name));
	text_format(&text, ", %s)", rest);
	trace_end(&text, result);
}

mqd_t
contents_open(const char *name)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK);
	bool write = queue == (mqd_t)-1 && errno == EACCES;

	if (write)
		queue = mq_open(name, O_WRONLY | O_NONBLOCK);
	if (trace_on)
		contents_trace("mq_open(", name, write ? "O_WRONLY|O_NONBLOCK" : "O_RDONLY|O_NONBLOCK", (long)queue);
	return queue;
}

void
contents_queue(struct object *object, mqd_t queue)
{
	struct mq_attr attributes;

	if (mq_getattr(queue, &attributes) == -1)
		return;
	object->depth = attributes.mq_maxmsg;
	object->message_size = attributes.mq_msgsize;
	object->size = object->depth * object->message_size;
	object->count = attributes.mq_curmsgs;
	if (trace_on)
		trace_call(0, "mq_getattr(%ld, {mq_maxmsg=%ld, mq_msgsize=%ld, mq_curmsgs=%ld})", (long)queue,
		    attributes.mq_maxmsg, attributes.mq_msgsize, attributes.mq_curmsgs);
}

int
contents_key(enum object_kind kind, key_t key)
{
	int id = kind == OBJECT_QUEUE ? msgget(key, 0) : kind == OBJECT_SEGMENT ? shmget(key, 0, 0) : semget(key, 0, 0);

	if (trace_on)
		trace_call(id,
		    kind == OBJECT_QUEUE     ? "msgget(0x%x, 0)"
		    : kind == OBJECT_SEGMENT ? "shmget(0x%x, 0, 0)"
		                             : "semget(0x%x, 0, 0)",
		    (unsigned int)key);
	return id;
}

static void
set_owner(struct object *object, const struct ipc_perm *owner)
{
	object->owned = true;
	object->uid = owner->uid;
	object->gid = owner->gid;
	object->creator_uid = owner->cuid;
	object->mode = owner->mode & 0777;
}

void
contents_sysv_queue(struct object *object, const struct msqid_ds *queue)
{
	set_owner(object, &queue->msg_perm);
	object->size = (long long)queue->msg_qbytes;
	object->count = (long long)queue->msg_qnum;
	object->last = queue->msg_rtime > queue->msg_stime ? queue->msg_lrpid : queue->msg_lspid;
	object->changed = queue->msg_ctime;
}

void
contents_sysv_segment(struct object *object, const struct shmid_ds *segment)
{
	set_owner(object, &segment->shm_perm);
	object->size = (long long)segment->shm_segsz;
	object->count = (long long)segment->shm_nattch;
	object->creator = segment->shm_cpid;
	object->last = segment->shm_lpid;
	object->changed = segment->shm_ctime;
}

void
contents_sysv_set(struct object *object, const struct semid_ds *set)
{
	set_owner(object, &set->sem_perm);
	object->count = (long long)set->sem_nsems;
	object->changed = set->sem_ctime;
}
