/*
 * posix.c: the properties that POSIX objects show once they are open, on both platforms. See mq_getattr(3), fstat(2).
 */

#include "base/trace.h"
#include "object/internal.h"

void
object_set_attributes(struct object *object, mqd_t queue)
{
	struct mq_attr attributes;

	if (mq_getattr(queue, &attributes) == -1)
		return;
	object->depth = attributes.mq_maxmsg;
	object->message_size = attributes.mq_msgsize;
	object->size = object->depth * object->message_size;
	object->count = attributes.mq_curmsgs;
	trace_call(0, "mq_getattr(%ld, {mq_maxmsg=%ld, mq_msgsize=%ld, mq_curmsgs=%ld})", (long)queue,
	    attributes.mq_maxmsg, attributes.mq_msgsize, attributes.mq_curmsgs);
}

void
object_set_file(struct object *object, const struct stat *st)
{
	object->owned = true;
	object->uid = object->creator_uid = st->st_uid;
	object->gid = st->st_gid;
	object->mode = st->st_mode & 0777;
	/* Reading the file of a queue sets its ctime. Only messages set its mtime. */
	object->changed = object->kind == OBJECT_QUEUE ? st->st_mtime : st->st_ctime;
	if (object->kind == OBJECT_SEGMENT)
		object->size = st->st_size;
	if (object->kind == OBJECT_SEMAPHORE)
		object->count = 1;
}
