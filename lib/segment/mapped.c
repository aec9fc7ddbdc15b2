/*
 * mapped.c: segments that a descriptor is open on, POSIX shared memory and ordinary files alike. Who puts holds a
 * write lock on the whole object, who gets a read lock: record locks of fcntl(2), which every program can use and the
 * kernel gives back when their holder ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/name.h"
#include "base/text.h"
#include "base/trace.h"
#include "segment/internal.h"
#include "segment/segment.h"

/* The start of the part that lets waiting writers in first: no object has bytes there. */
#define TURNSTILE ((off_t)LLONG_MAX - 1)

/* How often, 10 ms apart, to look again at an object that was just made and is still empty. */
#define SETTLE 10

static bool
is_posix(const struct segment *segment)
{
	return segment->name->kind == NAME_POSIX;
}

/* Adds the call that opens the object, for the trace. */
static void
trace_open(const struct segment *segment, int flags, int result)
{
	struct text call = {0};

	if (!trace_on)
		return;
	text_format(&call, is_posix(segment) ? "shm_open(" : "open(");
	text_quote(&call, segment->name->path, strlen(segment->name->path), strlen(segment->name->path));
	text_format(&call, ", %s", flags & O_RDWR ? "O_RDWR" : "O_RDONLY");
	if (flags & O_CREAT)
		text_format(&call, "|O_CREAT|O_EXCL");
	if (flags & O_CREAT)
		text_format(&call, ", 0%03o", (unsigned int)segment->asked.mode);
	text_format(&call, flags & O_CREAT || !is_posix(segment) ? ")" : ", 0)");
	trace_end(&call, result);
}

static int
open_object(struct segment *segment, int flags)
{
	if (is_posix(segment))
		segment->fd = shm_open(segment->name->path, flags, flags & O_CREAT ? segment->asked.mode : 0);
	else /* a FIFO shall not be waited for */
		segment->fd = open(segment->name->path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		    flags & O_CREAT ? segment->asked.mode : 0);
	trace_open(segment, flags, segment->fd);
	return segment->fd == -1 ? -1 : 0;
}

static void
close_map(struct segment *segment)
{
	if (segment->fd != -1)
		close(segment->fd);
	segment->fd = -1;
}

/* Takes the size; EIDRM if the object has no name any more. */
static int
look(struct segment *segment, struct stat *st)
{
	if (fstat(segment->fd, st) == -1)
		return -1;
	segment->size = (size_t)st->st_size;
	if (st->st_nlink == 0 && !segment->unnamed) {
		errno = EIDRM;
		return -1;
	}
	return 0;
}

static int
open_map(struct segment *segment)
{
	struct stat st;

	close_map(segment);
	if (open_object(segment, segment->asked.write ? O_RDWR : O_RDONLY) == -1) {
		segment->foreign = errno == EISDIR || errno == ENXIO;
		return -1;
	}
	if (look(segment, &st) == -1) {
		/* It was removed between the two calls. */
		if (errno == EIDRM)
			errno = ENOENT;
		close_map(segment);
		return -1;
	}
	segment->foreign = S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode) || (!is_posix(segment) && !S_ISREG(st.st_mode));
	if (!segment->foreign)
		return 0;
	close_map(segment);
	errno = EINVAL;
	return -1;
}

static int
create_named(struct segment *segment)
{
	mode_t mask = umask(0);
	int result = open_object(segment, O_RDWR | O_CREAT | O_EXCL);

	umask(mask);
	return result;
}

static int
create_map(struct segment *segment, size_t size)
{
	(void)size;
	close_map(segment);
	segment->size = 0;
	segment->unnamed = false;
	if (pages_draft(segment) == 0)
		return 0;
	return errno == EEXIST ? -1 : create_named(segment);
}

static int
unlink_map(struct segment *segment)
{
	const char *path = segment->name->path;
	int result = is_posix(segment) ? shm_unlink(path) : unlink(path);

	if (trace_on) {
		struct text call = {0};

		text_format(&call, is_posix(segment) ? "shm_unlink(" : "unlink(");
		text_quote(&call, path, strlen(path), strlen(path));
		text_format(&call, ")");
		trace_end(&call, result);
	}
	return result;
}

static void
discard_map(struct segment *segment)
{
	struct segment now = *segment;

	/* Under its name there may be another one by now. */
	now.fd = -1;
	if (!segment->unnamed && open_object(&now, O_RDWR) == 0) {
		if (segment_same(&now, segment->fd))
			(void)unlink_map(segment);
		/* Closing this gives the lock back. */
		close_map(&now);
	}
	segment->unnamed = false;
}

static int
draft_map(struct segment *segment)
{
	int fd;

	close_map(segment);
	segment->size = 0;
	if (pages_draft(segment) == -1)
		return -1;
	fd = fcntl(segment->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	segment->filled = fd != -1;
	return fd;
}

/* Locks the object from that byte on. */
static int
lock_once(struct segment *segment, int command, off_t from)
{
	struct flock lock = {.l_type = segment->asked.write ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_start = from};
	int result = fcntl(segment->fd, command, &lock);

	if (trace_wanted(result))
		trace_call(result, "fcntl(%d, %s, {l_type=%s, l_whence=SEEK_SET, l_start=%lld, l_len=0})", segment->fd,
		    command == F_SETLK ? "F_SETLK" : "F_SETLKW", segment->asked.write ? "F_WRLCK" : "F_RDLCK",
		    (long long)from);
	return result;
}

static int
unlock(struct segment *segment, off_t from)
{
	struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = from};

	return fcntl(segment->fd, F_SETLK, &all);
}

/* Waits for the lock. Nothing wakes it when the object is removed, so it looks every so often. */
static int
lock_wait(struct segment *segment, off_t from, const struct deadline *deadline)
{
	struct stat st;

	for (;;) {
		if (look(segment, &st) == -1)
			return -1;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (deadline_tick(deadline) == -1)
			return -1;
		if (lock_once(segment, F_SETLKW, from) == 0)
			return 0;
		if (errno != EINTR || interrupt_caught())
			return -1;
	}
}

/*
 * True of an object that somebody is likely to be about to fill: where creating and locking are two steps, whoever
 * gets the lock between them would see nothing.
 */
static bool
newborn(const struct segment *segment, const struct stat *st)
{
	struct timespec now;

	if (segment->asked.write || st->st_size > 0 || clock_gettime(CLOCK_REALTIME, &now) == -1)
		return false;
	return now.tv_sec - st->st_ctim.tv_sec <= 1;
}

/*
 * Takes the lock. A writer that waits holds the turnstile, a part of the object that all who want the lock need first and
 * readers then leave: so those who come later do not get in before it.
 */
static int
lock_fairly(struct segment *segment, const struct deadline *deadline)
{
	int result = lock_once(segment, F_SETLK, 0);

	if (result == -1 && (errno == EAGAIN || errno == EACCES)) {
		if (segment->asked.write && lock_wait(segment, TURNSTILE, deadline) == -1)
			return -1;
		result = lock_wait(segment, 0, deadline);
	}
	if (result == 0 && !segment->asked.write)
		result = unlock(segment, TURNSTILE);
	return result;
}

static int
lock_map(struct segment *segment, const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	bool created = segment->fresh;
	int tries = SETTLE;
	struct stat st;

	if (segment->unnamed)
		return 0;
	/* What was created is ours alone only when it is locked and still empty. */
	segment->fresh = false;
	for (;;) {
		if (lock_fairly(segment, deadline) == -1 || look(segment, &st) == -1)
			return -1;
		if (!newborn(segment, &st) || --tries == 0)
			break;
		if (unlock(segment, 0) == -1)
			return -1;
		nanosleep(&moment, NULL);
	}
	segment->fresh = created && segment->size == 0;
	return 0;
}

static int
resize(struct segment *segment, size_t size)
{
	int result = ftruncate(segment->fd, (off_t)size);

	if (trace_on)
		trace_call(result, "ftruncate(%d, %zu)", segment->fd, size);
	if (result == 0)
		segment->size = size;
	return result;
}

/* Makes room for what will be put; the size of what exists stays, or is as before when it fails. */
static int
reserve(struct segment *segment, const struct segment_part *part, size_t end, size_t size)
{
	struct rlimit most;
	size_t old = segment->size;
	int result, saved;

	/* Writing would stop at this limit, and some file systems reserve beyond it. */
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && end > most.rlim_cur) {
		errno = EFBIG;
		return -1;
	}
	if (part->whole || segment->fresh)
		result = pages_reserve(segment, 0, size);
	else
		result = pages_reserve(segment, part->offset, end - part->offset);
	saved = errno;
	if (result == -1 && ftruncate(segment->fd, (off_t)old) == 0)
		segment->size = old;
	errno = saved;
	return result;
}

static int
put_map(struct segment *segment, struct source *source, const struct segment_part *part)
{
	size_t end = part->offset + source->size, old = segment->size, size = old;
	struct stat st;
	ssize_t filled;

	if (part->whole || segment->fresh)
		size = segment->asked.size ? segment->asked.size : end;
	if (segment->fresh && resize(segment, size) == -1)
		return -1;
	if (reserve(segment, part, end, size) == -1)
		return -1;
	if (segment->filled)
		return pages_publish(segment);
	segment->changed = true;
	filled = pages_fill(segment, part->offset, source);
	if (filled == -1)
		return -1;
	if (part->whole && !segment->asked.size)
		size = (size_t)filled;
	if (part->whole && !segment->fresh && (size_t)filled < (old < size ? old : size) &&
	    pages_zero(segment, (size_t)filled, (old < size ? old : size) - (size_t)filled) == -1)
		return -1;
	/* Reserving may have made it larger than an input that became shorter needs. */
	if ((size != segment->size || (size_t)filled != source->size) && resize(segment, size) == -1)
		return -1;
	if (segment->fresh)
		return pages_publish(segment);
	return look(segment, &st);
}

static int
get_map(struct segment *segment, int output, const struct segment_part *part, bool pass, size_t *written)
{
	return pages_write(segment, part->offset, part->length, output, pass, written);
}

/* What is left of the file system that the object is in. */
static void
explain_space(const struct segment *segment, size_t asked, struct text *text)
{
	unsigned long long space = pages_space(segment);

	asked += segment->offset;
	if (asked < segment->asked.size)
		asked = segment->asked.size;
	text_format(text, "%s has no room", is_posix(segment) ? "the file system of shared memory" : "the file system");
	if (asked)
		text_format(text, " for %zu bytes", asked);
	if (space < SSIZE_MAX)
		text_format(text, " (%llu are free)", space);
	if (is_posix(segment))
		text_format(text, " (make it larger with mount -o remount,size=... /dev/shm, or remove segments)");
}

static bool
explain_map(const struct segment *segment, enum segment_step step, int error, size_t asked, struct text *text)
{
	const char *path = segment->name->path;

	if (error == ENOSPC && step == SEGMENT_PUT)
		explain_space(segment, asked, text);
	else if (error == ENAMETOOLONG)
		text_format(text, "the name is too long");
	else if (segment->foreign)
		text_format(
		    text, is_posix(segment) ? "something that is no segment has this name" : "not an ordinary file");
	else if (error == EEXIST && !segment->asked.exclusive)
		text_format(text, "a symbolic link to nowhere stands there");
	else if (error == ENOENT && is_posix(segment) && segment->missing && step == SEGMENT_PUT)
		text_format(text, "the system has no file system for shared memory (/dev/shm)");
	else if (error == ENOENT && !is_posix(segment) && segment->asked.create)
		text_format(text, "there is no such directory");
	else if (error == ENOENT && !is_posix(segment))
		text_format(text, segment->asked.write ? "no such file (create it with -c)" : "no such file");
	else if (error == EACCES && segment->missing)
		text_format(text, "no permission to create %s", path);
	else
		return false;
	return true;
}

const struct segment_backend segment_map = {
    .open = open_map,
    .create = create_map,
    .draft = draft_map,
    .lock = lock_map,
    .put = put_map,
    .get = get_map,
    .discard = discard_map,
    .unlink = unlink_map,
    .close = close_map,
    .explain = explain_map,
};
