/*
 * segment.c: shared memory, the front end of the two back ends: opening a segment, and closing it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "segment/internal.h"

int
segment_find(struct segment *segment)
{
	segment->step = segment->asked.write ? SEGMENT_OPEN_WRITE : SEGMENT_OPEN_READ;
	segment->state = SEGMENT_FOUND;
	if (segment->backend->open(segment) == 0)
		return 0;
	if (errno == ENOENT && segment->step != SEGMENT_KEY)
		segment->state = SEGMENT_MISSING;
	return -1;
}

static int
start(struct segment *segment)
{
	enum name_kind kind = segment->name->kind;

	if (kind == NAME_NEW) {
		segment->state = SEGMENT_MISSING;
		return 0;
	}
	if (segment_find(segment) == 0) {
		errno = EEXIST;
		return segment->asked.exclusive ? -1 : 0;
	}
	return segment->state == SEGMENT_MISSING && segment->asked.create && kind != NAME_ID ? 0 : -1;
}

int
segment_start(struct segment *segment, const struct name *name, const struct segment_options *options)
{
	static const char reserved[] = "/sem.";
	bool create = options->create || options->exclusive;
	int status = command_object(name, "segment", create, options->exclusive);

	if (name->kind == NAME_POSIX && strncmp(name->path, reserved, strlen(reserved)) == 0)
		status = command_usage("%s: names that start with sem. are those of semaphores", name->text);
	if (status != GO_ON)
		return status;
	*segment = (struct segment){
	    .backend = name->kind == NAME_POSIX || name->kind == NAME_FILE ? &segment_mapped : &segment_sysv,
	    .name = name,
	    .text = name->text,
	    .asked = *options,
	    .mapped.fd = -1,
	    .source = -1,
	};
	segment->asked.create = create;
	if (start(segment) == -1) {
		status = segment_report(segment, errno);
		segment->backend->close(segment);
		segment->backend = NULL;
	}
	segment->step = SEGMENT_INPUT;
	return status;
}

bool
segment_unsized(const struct segment *segment, const struct input *input)
{
	return segment->state == SEGMENT_MISSING && segment->backend->fixed && segment->asked.size == 0 &&
	       (!input->ordinary || input->size == 0);
}

int
segment_unlink(struct segment *segment)
{
	segment->step = SEGMENT_UNLINK;
	return segment->backend->unlink(segment);
}

/*
 * Return true if the segment is to be removed. A run that a signal stops does not remove a segment that another process
 * has locked. If the put failed, a segment that this run created was discarded already.
 */
static bool
unlinks(const struct segment *segment, int status)
{
	if (!segment->asked.unlink || segment->state == SEGMENT_MISSING || !command_unlinks(false, false, status))
		return false;
	return status == STATUS_OK ||
	       (segment->step != SEGMENT_LOCK && (!segment->backend->lock || mapped_lock_now(segment) == 0));
}

int
segment_end(struct segment *segment, int status)
{
	if (!segment->backend)
		return status;
	if (unlinks(segment, status) && segment_unlink(segment) == -1 && errno != ENOENT && status == STATUS_OK)
		status = segment_report(segment, errno);
	segment->backend->close(segment);
	segment->backend = NULL;
	/* Closing any descriptor of the segment releases the lock. */
	if (segment->source != -1)
		close(segment->source);
	return status;
}
