/*
 * permit.c: whether this process may change or remove an object, which is asked before anything is touched, so that of
 * several objects all are changed, or none.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "object/internal.h"
#include "object/object.h"

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

static const char not_owner[] = "not permitted: only its owner and root may change it";

/* What the system would refuse of a change to a file. */
static const char *
refused_file(const struct object *object, const struct change *change)
{
	uid_t self = geteuid(), later = change->uid_given ? change->uid : object->uid;
	bool files = rights_have(RIGHT_FILES), give = rights_have(RIGHT_GIVE);

	if ((change->uid_given || change->gid_given) && !give) {
		if (object->uid != self)
			return not_owner;
		if (later != object->uid)
			return "not permitted: only root may give it to another user";
		if (change->gid_given && change->gid != object->gid && !is_member(change->gid))
			return "not permitted: its owner may give it only to a group of his own";
	}
	/* The mode is changed when it has its new owner. */
	return change->mode_given && !files && later != self ? not_owner : NULL;
}

/* What the system would refuse of a change. */
static const char *
refused(const struct object *object, const struct change *change)
{
	const char *why = object->posix ? catalog_unchanging(object) : NULL;

	if (why || !object->owned)
		return why;
	if (object->posix)
		return refused_file(object, change);
	/* A System V object its owner may give to anybody. */
	return is_owner(object) ? NULL : not_owner;
}

size_t
permit_capacity(const struct object *object, const struct change *change)
{
	if (object->posix || object->kind != OBJECT_QUEUE)
		return 0;
	return change->capacity ? change->capacity : (size_t)object->size;
}

int
permit_explain(const struct object *object, size_t capacity)
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
	size_t capacity;

	if (!change)
		return is_owner(object) ? -1
		                        : object_say(object, "not permitted: only its owner and root may remove it");
	why = refused(object, change);
	if (why)
		return object_say(object, why);
	/* Also one that it has already: the limit may have been lowered, and the system is given all again. */
	capacity = permit_capacity(object, change);
	if (capacity > limit_value(LIMIT_MSGMNB) && !rights_have(RIGHT_CAPACITY))
		return permit_explain(object, capacity);
	return -1;
}
