/*
 * put.c: putting input into a segment. A put is refused or done completely: the input is measured before the segment
 * changes and again under the lock, and a segment that was created for a put that fails is removed.
 */
#include <errno.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "segment/internal.h"

/* Number of attempts to create the segment while other processes create and remove it. */
#define TRIES 20

/* Find how many bytes of input fit. Returns the bytes that the segment can have; OFFSET_MAX: as many as are needed. */
static off_t
measure(struct segment *segment)
{
	off_t most = segment->asked.size ? segment->asked.size : OFFSET_MAX, offset = segment->asked.offset;

	if (segment->state == SEGMENT_FOUND && (segment->backend->fixed || segment->asked.part))
		most = segment->size;
	segment->space = offset < most ? most - offset : 0;
	return most;
}

/* Check that input of that size fits. Returns 0 or -1. Errors: EMSGSIZE. */
static int
check(struct segment *segment, off_t size)
{
	off_t most = measure(segment);

	segment->step = SEGMENT_PUT;
	segment->input = size;
	if (size <= segment->space && segment->asked.offset <= most)
		return 0;
	return error_set(EMSGSIZE);
}

int
segment_stage(struct segment *segment, struct input *input)
{
	segment->step = SEGMENT_STAGE;
	return draft_stage(segment, input, measure(segment) == OFFSET_MAX);
}

void
segment_discard(struct segment *segment)
{
	int saved = errno;

	if (segment->state != SEGMENT_FRESH)
		return;
	(void)segment->backend->discard(segment);
	segment->changed = false;
	segment->state = SEGMENT_MISSING;
	errno = saved;
}

/* Create a missing segment, and lock it. Returns 0 or -1. Errors: EEXIST (the name was free, and is taken now). */
static int
claim(struct segment *segment, const struct deadline *deadline)
{
	off_t size = segment->asked.size;

	if (segment->state == SEGMENT_MISSING) {
		segment->step = SEGMENT_CREATE;
		if (segment->backend->create(segment, size ? size : segment->asked.offset + segment->input) == -1)
			return -1;
		segment->state = SEGMENT_FRESH;
	}
	segment->step = SEGMENT_LOCK;
	if (segment->backend->lock && segment->backend->lock(segment, deadline) == -1)
		return -1;
	if (segment->asked.exclusive && segment->state != SEGMENT_FRESH)
		return error_set(EEXIST);
	/* The size could change until the segment was locked. */
	return check(segment, segment->input);
}

/*
 * Prepare another attempt if the last one failed because other processes created or removed the segment. Returns 0 or
 * -1, with the errno value of the last attempt or another one.
 */
static int
start_over(struct segment *segment, int *tries)
{
	bool lost = errno == EIDRM && segment->step == SEGMENT_LOCK && segment->asked.create;

	segment_discard(segment);
	if ((errno != EEXIST && !lost) || segment->asked.exclusive)
		return -1;
	if (interrupt_caught())
		return error_set(EINTR);
	if (segment_find(segment) == 0) {
		*tries = TRIES;
		return 0;
	}
	if (segment->state != SEGMENT_MISSING)
		return -1;
	if (--*tries > 0)
		return 0;
	segment->step = SEGMENT_CREATE;
	return error_set(EBUSY);
}

int
segment_claim(struct segment *segment)
{
	struct deadline deadline;
	int tries = TRIES;

	deadline_set(&deadline, segment->asked.timeout);
	while (check(segment, 0) == -1 || claim(segment, &deadline) == -1)
		if (start_over(segment, &tries) == -1)
			return -1;
	segment->claimed = true;
	return 0;
}

/* Try to put the input. Returns 0 or -1. Errors: EEXIST (the name was free, and is taken now). */
static int
put(struct segment *segment, struct input *input, const struct deadline *deadline)
{
	int result, saved;

	if (check(segment, input->size) == -1 || (!segment->claimed && claim(segment, deadline) == -1))
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
	while (put(segment, input, &deadline) == -1)
		if (start_over(segment, &tries) == -1)
			return -1;
	segment->state = SEGMENT_FOUND;
	return 0;
}
