/*
 * follow.c: writing a segment each time it changes. A record is written from a copy, after the lock is released: a
 * reader that is slow delays no put, and next gets the newest state.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "segment/internal.h"

/* Bytes that are read and compared at once. */
#define BLOCK ((size_t)64 * 1024)

struct follower {
	struct segment *segment;
	int output;
	enum record_form form;
	unsigned long long left;  /* records still to write */
	int watch;                /* descriptor of watch_open, or -1 */
	bool modified;            /* the watch has reported a change that was not copied yet */
	bool removed;             /* the segment has lost its name */
	struct deadline deadline; /* until when a change is waited for */
	char *record;             /* space for the start of a record, the copy, and the byte that ends the record */
	size_t capacity;          /* bytes allocated */
	size_t size;              /* bytes of the copy; SIZE_MAX: there is no copy */
};

static int
reserve(struct follower *follower, size_t size)
{
	size_t needed = SEGMENT_HEAD + size + 1;
	char *grown;

	if (needed > size && needed <= follower->capacity)
		return 0;
	grown = needed > size ? realloc(follower->record, needed) : NULL;
	if (!grown)
		return error_set(ENOMEM);
	follower->record = grown;
	follower->capacity = needed;
	return 0;
}

/* Copy the part of the locked segment. Returns 1 if the copy has changed, 0, or -1. */
static int
copy(struct follower *follower)
{
	static char block[BLOCK];
	const struct segment *segment = follower->segment;
	size_t size, done;
	off_t length;
	bool differs;

	if (segment_part(segment, &length) == -1) {
		/* Skip a state that lacks the part, unless it is the first. */
		follower->size = SIZE_MAX;
		return follower->record ? 0 : -1;
	}
	size = (size_t)length;
	if ((off_t)size != length)
		return error_set(ENOMEM);
	if (reserve(follower, size) == -1)
		return -1;
	differs = size != follower->size;
	follower->size = SIZE_MAX;
	for (done = 0; done < size;) {
		char *to = follower->record + SEGMENT_HEAD + done;
		size_t most = size - done < BLOCK ? size - done : BLOCK;
		ssize_t got = pread(segment->mapped.fd, block, most, segment->asked.offset + (off_t)done);

		if (got == -1 && errno != EINTR)
			return -1;
		/* A program that takes no lock shortens the segment: its next change is copied. */
		if (got == 0)
			return 0;
		if (got > 0 && (differs || memcmp(to, block, (size_t)got) != 0)) {
			memcpy(to, block, (size_t)got);
			differs = true;
		}
		done += got > 0 ? (size_t)got : 0;
	}
	follower->size = size;
	return differs;
}

/* Lock the segment, even if it was removed, unless it is then being changed. Returns 1, 0 without the lock, or -1. */
static int
lock(struct follower *follower)
{
	struct segment *segment = follower->segment;
	struct deadline deadline;

	segment->step = SEGMENT_LOCK;
	deadline_set(&deadline, segment->asked.timeout);
	if (mapped_lock(segment, &deadline) == 0)
		return 1;
	/* A segment that was removed before the first look had no state: the COMMAND of its creator may have failed. */
	if (errno != EIDRM || !follower->record)
		return -1;
	follower->removed = true;
	return mapped_lock_now(segment) == 0;
}

/* Copy the segment as it is now. Returns 1 if the copy is to be written, 0, or -1. */
static int
take(struct follower *follower)
{
	struct segment *segment = follower->segment;
	int result = lock(follower);

	if (result != 1)
		return result;
	/* All puts up to this one have ended, so the copy has their changes. */
	if (follower->watch != -1 && watch_read(follower->watch) & WATCH_MODIFIED)
		follower->modified = true;
	segment->step = SEGMENT_GET;
	result = copy(follower);
	if (mapped_unlock(segment) == -1 || result == -1)
		return -1;
	if (follower->modified && follower->size != SIZE_MAX)
		result = 1;
	follower->modified = false;
	return result;
}

/* Write the copy as a record. */
static int
write_copy(struct follower *follower)
{
	char head[SEGMENT_HEAD], *start = follower->record + SEGMENT_HEAD;
	size_t size = segment_head(follower->form, (off_t)follower->size, head), written = 0;
	int result;

	start[follower->size] = follower->form == RECORD_NETSTRING ? ',' : '\0';
	start -= size;
	memcpy(start, head, size);
	follower->segment->step = SEGMENT_OUTPUT;
	result = io_write(follower->output, start, size + follower->size + 1, &written);
	follower->segment->moved += (off_t)written;
	return result;
}

/* Wait until the segment may have changed. Returns 0 or -1. Errors: ETIMEDOUT, EINTR, EPIPE (the output is gone). */
static int
wait_change(struct follower *follower)
{
	struct pollfd fds[2] = {{.fd = follower->watch, .events = POLLIN}, {.fd = follower->output}};
	unsigned int events = 0;
	int ready;

	while (!(events & WATCH_ENDED)) {
		ready = deadline_wait(fds, 2, &follower->deadline, follower->watch == -1 ? DEADLINE_TICK : -1);
		if (ready == -1)
			return -1;
		if (ready > 0 && fds[1].revents) {
			follower->segment->step = SEGMENT_OUTPUT;
			return error_set(EPIPE);
		}
		if (follower->watch == -1)
			break;
		events = watch_read(follower->watch);
		if (events & WATCH_MODIFIED)
			follower->modified = true;
	}
	return 0;
}

/*
 * Wait until the reader has read all records, so that the next one is the newest state at that time. A pipe or socket
 * would hold thousands of older ones. Returns 0 or -1. Errors: EINTR, EPIPE.
 */
static int
wait_reader(struct follower *follower)
{
	const struct deadline never = {.limited = false};
	long long nap = 0;

	while (watch_unread(follower->output)) {
		if (io_gone(follower->output)) {
			follower->segment->step = SEGMENT_OUTPUT;
			return error_set(EPIPE);
		}
		if (deadline_nap(&never, &nap) == -1)
			return -1;
	}
	return 0;
}

static int
follow(struct follower *follower)
{
	int result;

	while (follower->left > 0) {
		result = take(follower);
		if (result == -1 || (result == 1 && write_copy(follower) == -1))
			return -1;
		if (result == 1) {
			if (--follower->left == 0)
				break;
			deadline_set(&follower->deadline, follower->segment->asked.timeout);
		}
		follower->segment->step = SEGMENT_WATCH;
		if (follower->removed)
			return error_set(EIDRM);
		if (wait_change(follower) == -1 || wait_reader(follower) == -1)
			return -1;
	}
	return 0;
}

int
segment_follow(struct segment *segment, int output, enum record_form form, unsigned long long count)
{
	struct follower follower = {
	    .segment = segment,
	    .output = output,
	    .form = form,
	    .left = count,
	    .size = SIZE_MAX,
	};
	int result, error;

	segment->step = SEGMENT_WATCH;
	if (segment->backend->fixed)
		return error_set(ENOTSUP);
	/* The watch comes before the first copy, so it reports every later put. */
	follower.watch = watch_open(segment->mapped.fd);
	result = follow(&follower);
	error = errno;
	if (follower.watch != -1)
		close(follower.watch);
	free(follower.record);
	/* A reader that has seen enough loses nothing. */
	if (result == -1 && error == EPIPE && segment->step == SEGMENT_OUTPUT)
		return 0;
	errno = error;
	return result;
}
