/*
 * segment.c: shared memory, the front end of the two back ends. A put is refused or done completely: the input is
 * measured before the segment changes and again under the lock, and a segment that was created for a put that fails is
 * removed.
 */
#include <errno.h>
#include <string.h>

#include "base/command.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "segment/internal.h"

/* Number of attempts to put while other processes create and remove the segment. */
#define TRIES 20

/* Open the segment if it exists. */
static int
find(struct segment *segment)
{
	segment->step = segment->asked.write ? SEGMENT_OPEN_WRITE : SEGMENT_OPEN_READ;
	segment->state = SEGMENT_FOUND;
	if (segment->backend->open(segment) == 0)
		return 0;
	if (errno == ENOENT && segment->step != SEGMENT_KEY)
		segment->state = SEGMENT_MISSING;
	return -1;
}

/* Find how many bytes of input fit. Returns the bytes that the segment can have; SSIZE_MAX: as many as are needed. */
static size_t
measure(struct segment *segment)
{
	size_t most = segment->asked.size ? segment->asked.size : SSIZE_MAX, offset = segment->asked.offset;

	if (segment->state == SEGMENT_FOUND && (segment->backend->fixed || segment->asked.part))
		most = segment->size;
	segment->space = offset < most ? most - offset : 0;
	return most;
}

/* Check that the input fits. Returns 0 or -1. Errors: EMSGSIZE. */
static int
check(struct segment *segment, const struct input *input)
{
	size_t most = measure(segment);

	segment->step = SEGMENT_PUT;
	segment->input = input->size;
	if (input->size <= segment->space && segment->asked.offset <= most)
		return 0;
	return error_set(EMSGSIZE);
}

static int
start(struct segment *segment)
{
	enum name_kind kind = segment->name->kind;

	if (kind == NAME_NEW) {
		segment->state = SEGMENT_MISSING;
		return 0;
	}
	if (find(segment) == 0) {
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
segment_stage(struct segment *segment, struct input *input)
{
	segment->step = SEGMENT_STAGE;
	return draft_stage(segment, input, measure(segment) == SSIZE_MAX);
}

/* Remove the segment that was created. */
static void
discard(struct segment *segment)
{
	int saved = errno;

	(void)segment->backend->discard(segment);
	segment->changed = false;
	segment->state = SEGMENT_MISSING;
	errno = saved;
}

static int
lock(struct segment *segment, const struct deadline *deadline)
{
	segment->step = SEGMENT_LOCK;
	return segment->backend->lock ? segment->backend->lock(segment, deadline) : 0;
}

/* Try to put the input. Returns 0 or -1. Errors: EEXIST (the name was free, and is taken now). */
static int
put(struct segment *segment, struct input *input, const struct deadline *deadline)
{
	size_t size = segment->asked.size;
	int result, saved;

	if (check(segment, input) == -1)
		return -1;
	if (segment->state == SEGMENT_MISSING) {
		segment->step = SEGMENT_CREATE;
		if (segment->backend->create(segment, size ? size : segment->asked.offset + input->size) == -1)
			return -1;
		segment->state = SEGMENT_FRESH;
	}
	if (lock(segment, deadline) == -1)
		return -1;
	if (segment->asked.exclusive && segment->state != SEGMENT_FRESH)
		return error_set(EEXIST);
	/* The size could change until the segment was locked. */
	if (check(segment, input) == -1)
		return -1;
	if (interrupt_caught())
		return error_set(EINTR);
	if (input_rewind(input) == -1 || interrupt_hold() == -1)
		return -1;
	result = segment->backend->put(segment, input);
	saved = errno;
	interrupt_release();
	errno = saved;
	return result;
}

int
segment_put(struct segment *segment, struct input *input)
{
	struct deadline deadline;
	int tries = TRIES;

	deadline_set(&deadline, segment->asked.timeout);
	while (put(segment, input, &deadline) == -1) {
		if (segment->state == SEGMENT_FRESH)
			discard(segment);
		if (errno != EEXIST || segment->asked.exclusive)
			return -1;
		if (--tries == 0) {
			segment->step = SEGMENT_CREATE;
			return error_set(EBUSY);
		}
		if (find(segment) == -1 && segment->state != SEGMENT_MISSING)
			return -1;
	}
	segment->state = SEGMENT_FOUND;
	return 0;
}

int
segment_get(struct segment *segment, int output)
{
	struct outflow flow = {
	    .fd = segment->mapped.fd,
	    .data = segment->sysv.address,
	    .offset = segment->asked.offset,
	    .size = segment->asked.length,
	    .output = output,
	    .pass = segment->asked.pass,
	};
	struct deadline deadline;
	int result;

	deadline_set(&deadline, segment->asked.timeout);
	if (lock(segment, &deadline) == -1)
		return -1;
	segment->step = SEGMENT_GET;
	if (flow.offset <= segment->size && flow.size == SEGMENT_ALL)
		flow.size = segment->size - flow.offset;
	if (flow.offset > segment->size || flow.size > segment->size - flow.offset)
		return error_set(ERANGE);
	result = pages_write(&flow);
	segment->moved = flow.written;
	segment->step = flow.unreadable ? SEGMENT_GET : SEGMENT_OUTPUT;
	return result;
}

int
segment_unlink(struct segment *segment)
{
	segment->step = SEGMENT_UNLINK;
	return segment->backend->unlink(segment);
}

int
segment_end(struct segment *segment, int status)
{
	if (!segment->backend)
		return status;
	/* A segment that this run created was discarded already if the put failed. */
	if (segment->asked.unlink && command_unlinks(false, false, status) && segment->state != SEGMENT_MISSING &&
	    segment_unlink(segment) == -1 && errno != ENOENT && status == STATUS_OK)
		status = segment_report(segment, errno);
	segment->backend->close(segment);
	segment->backend = NULL;
	return status;
}
