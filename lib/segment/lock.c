/*
 * lock.c: the lock of POSIX segments and files: a record lock of fcntl(2) on the whole object, exclusive to put and
 * shared to get. Every program can take it, and the kernel releases it when its holder ends. A writer that waits gets
 * in before later readers and writers.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "segment/internal.h"

/* The start of the part that a writer locks while it waits: no object has bytes there. */
#define TURNSTILE (OFFSET_MAX - 1)

/* Number of checks, 10 ms apart, of an object that was just made and is still empty. */
#define SETTLE 10

int
mapped_look(struct segment *segment, struct stat *st)
{
	if (fstat(segment->mapped.fd, st) == -1)
		return -1;
	segment->size = st->st_size;
	if (st->st_nlink == 0 && segment->mapped.draft == MAPPED_NAMED)
		return error_set(EIDRM);
	return 0;
}

/* Lock the object from that byte on. */
static int
lock_once(const struct segment *segment, int command, off_t from)
{
	struct flock lock = {.l_type = segment->asked.write ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_start = from};

	int result = TRACED(fcntl(segment->mapped.fd, command, &lock));

	/* The caller looks whether another wait is due. */
	while (command == F_SETLK && result == -1 && interrupt_again())
		result = TRACED(fcntl(segment->mapped.fd, command, &lock));
	return trace_call(result, "fcntl(%d, %s, {l_type=%s, l_whence=SEEK_SET, l_start=%lld, l_len=0})",
	    segment->mapped.fd, command == F_SETLK ? "F_SETLK" : "F_SETLKW",
	    segment->asked.write ? "F_WRLCK" : "F_RDLCK", (long long)from);
}

static int
unlock(const struct segment *segment, off_t from)
{
	struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = from};

	while (fcntl(segment->mapped.fd, F_SETLK, &all) == -1)
		if (!interrupt_again())
			return -1;
	return 0;
}

/* Wait for the lock. Check every tick whether the object was removed, because its removal does not wake the wait. */
static int
lock_wait(struct segment *segment, off_t from, const struct deadline *deadline)
{
	struct stat st;

	for (;;) {
		if (mapped_look(segment, &st) == -1)
			return -1;
		if (deadline_passed(deadline))
			return error_set(ETIMEDOUT);
		if (deadline_tick(deadline) == -1)
			return -1;
		if (lock_once(segment, F_SETLKW, from) == 0)
			return 0;
		if (!interrupt_again())
			return -1;
	}
}

/*
 * Take the lock. A writer that waits locks the turnstile first. Every lock covers that byte too, and readers then
 * release it, so no later process gets in before the writer.
 */
static int
lock_fairly(struct segment *segment, const struct deadline *deadline)
{
	const struct deadline never = {0};
	int result = lock_once(segment, F_SETLK, 0);

	if (result == -1 && (errno == EAGAIN || errno == EACCES)) {
		if (segment->asked.write && lock_wait(segment, TURNSTILE, deadline) == -1)
			return -1;
		result = lock_wait(segment, 0, deadline);
		/* Ticks would interrupt a long fallocate(2), which some kernels then start over. */
		if (result == 0)
			result = deadline_alarm(&never);
	}
	if (result == 0 && !segment->asked.write)
		result = unlock(segment, TURNSTILE);
	return result;
}

int
mapped_lock_now(const struct segment *segment)
{
	return lock_once(segment, F_SETLK, 0);
}

int
mapped_unlock(const struct segment *segment)
{
	return unlock(segment, 0);
}

/*
 * Return true if another process is likely to be about to fill the object. Where creating and locking are two steps, a
 * reader may get the lock between them.
 */
static bool
newborn(const struct segment *segment, const struct stat *st)
{
	struct timespec now;

	if (segment->asked.write || st->st_size > 0 || clock_gettime(CLOCK_REALTIME, &now) == -1)
		return false;
	return now.tv_sec - st->st_ctim.tv_sec <= 1;
}

int
mapped_lock(struct segment *segment, const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	bool created = segment->state == SEGMENT_FRESH;
	int tries = SETTLE;
	struct stat st;

	if (segment->mapped.draft != MAPPED_NAMED)
		return 0;
	/* A segment that was created belongs to this process only if the segment is still empty when it is locked. */
	segment->state = SEGMENT_FOUND;
	for (;;) {
		if (lock_fairly(segment, deadline) == -1 || mapped_look(segment, &st) == -1)
			return -1;
		if (!newborn(segment, &st) || --tries == 0)
			break;
		if (unlock(segment, 0) == -1)
			return -1;
		nanosleep(&moment, NULL);
	}
	if (created && segment->size == 0)
		segment->state = SEGMENT_FRESH;
	return 0;
}
