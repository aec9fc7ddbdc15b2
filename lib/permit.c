/*
 * permit.c: whether this process may change or remove an object, which is asked before anything is touched, so that of
 * several objects all are changed, or none.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <unistd.h>

#include "backend.h"

/* True if a group is this process's, or one of its others. */
static bool
is_member(gid_t gid)
{
	int count = getgroups(0, NULL), i;
	gid_t *groups = count > 0 ? calloc((size_t)count, sizeof(*groups)) : NULL;
	bool found = gid == getegid();

	if (groups)
		count = getgroups(count, groups);
	for (i = 0; groups && i < count; i++)
		found = found || groups[i] == gid;
	free(groups);
	return found;
}

/* Looks whether the owner's part is for this process to play. */
static bool
is_owner(const struct object *object)
{
	uid_t self = geteuid();

	return !object->owned || object->uid == self || object->creator_uid == self ||
	       rights_have(object->posix ? RIGHT_FILES : RIGHT_SYSV);
}

/* What the system would refuse of a change. */
static const char *
refused(const struct object *object, const struct change *change)
{
	if (object->posix && !catalog_changes(object))
		return "this system has no way to change it";
	if (!is_owner(object))
		return "not permitted: only its owner and root may change it";
	/* A System V object its owner may give to anybody. */
	if (!object->posix || !object->owned || rights_have(RIGHT_GIVE))
		return NULL;
	if (change->uid_given && change->uid != object->uid)
		return "not permitted: only root may give it to another user";
	if (change->gid_given && change->gid != object->gid && !is_member(change->gid))
		return "not permitted: its owner may give it only to a group of his own";
	return NULL;
}

int
permit_capacity(const struct object *object, size_t capacity)
{
	struct text why = {0};
	int status;

	limit_explain(&why, LIMIT_MSGMNB, capacity);
	status = object_say(object, why.data ? why.data : "");
	text_free(&why);
	return status;
}

int
permit_change(const struct object *object, const struct change *change)
{
	const char *why;

	if (!change)
		return is_owner(object) ? -1
		                        : object_say(object, "not permitted: only its owner and root may remove it");
	if (change->capacity && (object->posix || object->kind != OBJECT_QUEUE))
		return command_usage(
		    "%s:%s: -s is for System V queues (msg_qbytes); what others can hold is not changed",
		    object_kind_word(object->kind), object->name);
	why = refused(object, change);
	if (why)
		return object_say(object, why);
	if (change->capacity > limit_value(LIMIT_MSGMNB) && !rights_have(RIGHT_CAPACITY))
		return permit_capacity(object, change->capacity);
	return -1;
}
