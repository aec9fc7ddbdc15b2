/*
 * contents.c: what objects tell of themselves: a POSIX queue or semaphore to those who may open it. Source: mq_getattr(3p),
 * sem_getvalue(3p), <sys/ipc.h>.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <semaphore.h>
#include <string.h>

#include "backend.h"

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
contents_semaphore(struct object *object, bool value)
{
	sem_t *semaphore = semaphore_sound(object->name) == -1 ? SEM_FAILED : sem_open(object->name, 0);
	struct text text = {0}, call = {0};
	int number;

	if (trace_on) {
		text_format(&call, "sem_open(");
		text_quote(&call, object->name, strlen(object->name), strlen(object->name));
		text_format(&call, ", 0)");
		trace_pointer(&call, semaphore == SEM_FAILED ? NULL : (void *)semaphore, "SEM_FAILED");
	}
	if (semaphore == SEM_FAILED)
		return -1;
	if (value && sem_getvalue(semaphore, &number) == 0) {
		text_format(&text, "%d", number);
		object->values = text.data;
		if (trace_on)
			trace_call(0, "sem_getvalue(%p, [%d])", (void *)semaphore, number);
	}
	sem_close(semaphore);
	return 0;
}

void
contents_owner(struct object *object, const struct ipc_perm *owner)
{
	object->owned = true;
	object->uid = owner->uid;
	object->gid = owner->gid;
	object->creator_uid = owner->cuid;
	object->mode = owner->mode & 0777;
}
