/*
 * region_map.c: segments that a descriptor is open on, POSIX shared memory and ordinary files alike. Who puts holds a
 * write lock on the whole object, who gets a read lock: record locks of fcntl(2), which every program can use and the
 * kernel gives back when their holder ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

/* The start of the part that lets waiting writers in first: no object has bytes there. */
#define TURNSTILE ((off_t)LLONG_MAX - 1)

/* How often, 10 ms apart, to look again at an object that was just made and is still empty. */
#define SETTLE 10

static bool
is_posix(const struct region *region)
{
	return region->name->kind == NAME_POSIX;
}

/* Adds the call that opens the object, for the trace. */
static void
trace_open(const struct region *region, int flags, int result)
{
	struct text call = {0};

	if (!trace_on)
		return;
	text_format(&call, is_posix(region) ? "shm_open(" : "open(");
	text_quote(&call, region->name->path, strlen(region->name->path), strlen(region->name->path));
	text_format(&call, ", %s", flags & O_RDWR ? "O_RDWR" : "O_RDONLY");
	if (flags & O_CREAT)
		text_format(&call, "|O_CREAT|O_EXCL");
	if (flags & O_CREAT)
		text_format(&call, ", 0%03o", (unsigned int)region->asked.mode);
	text_format(&call, flags & O_CREAT || !is_posix(region) ? ")" : ", 0)");
	trace_end(&call, result);
}

static int
open_object(struct region *region, int flags)
{
	if (is_posix(region))
		region->fd = shm_open(region->name->path, flags, flags & O_CREAT ? region->asked.mode : 0);
	else /* a FIFO shall not be waited for */
		region->fd = open(region->name->path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		    flags & O_CREAT ? region->asked.mode : 0);
	trace_open(region, flags, region->fd);
	return region->fd == -1 ? -1 : 0;
}

static void
close_map(struct region *region)
{
	if (region->fd != -1)
		close(region->fd);
	region->fd = -1;
}

/* Takes the size; EIDRM if the object has no name any more. */
static int
look(struct region *region, struct stat *st)
{
	if (fstat(region->fd, st) == -1)
		return -1;
	region->size = (size_t)st->st_size;
	if (st->st_nlink == 0 && !region->unnamed) {
		errno = EIDRM;
		return -1;
	}
	return 0;
}

static int
open_map(struct region *region)
{
	struct stat st;

	close_map(region);
	if (open_object(region, region->asked.write ? O_RDWR : O_RDONLY) == -1) {
		region->foreign = errno == EISDIR || errno == ENXIO;
		return -1;
	}
	if (look(region, &st) == -1) {
		/* It was removed between the two calls. */
		if (errno == EIDRM)
			errno = ENOENT;
		close_map(region);
		return -1;
	}
	region->foreign = S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode) || (!is_posix(region) && !S_ISREG(st.st_mode));
	if (!region->foreign)
		return 0;
	close_map(region);
	errno = EINVAL;
	return -1;
}

static int
create_named(struct region *region)
{
	mode_t mask = umask(0);
	int result = open_object(region, O_RDWR | O_CREAT | O_EXCL);

	umask(mask);
	return result;
}

static int
create_map(struct region *region, size_t size)
{
	(void)size;
	close_map(region);
	region->size = 0;
	region->unnamed = false;
	if (pages_draft(region) == 0)
		return 0;
	return errno == EEXIST ? -1 : create_named(region);
}

static int
unlink_map(struct region *region)
{
	const char *path = region->name->path;
	int result = is_posix(region) ? shm_unlink(path) : unlink(path);

	if (trace_on) {
		struct text call = {0};

		text_format(&call, is_posix(region) ? "shm_unlink(" : "unlink(");
		text_quote(&call, path, strlen(path), strlen(path));
		text_format(&call, ")");
		trace_end(&call, result);
	}
	return result;
}

static void
discard_map(struct region *region)
{
	struct region now = *region;

	/* Under its name there may be another one by now. */
	now.fd = -1;
	if (!region->unnamed && open_object(&now, O_RDWR) == 0) {
		if (region_same(&now, region->fd))
			(void)unlink_map(region);
		/* Closing this gives the lock back. */
		close_map(&now);
	}
	region->unnamed = false;
}

static int
draft_map(struct region *region)
{
	int fd;

	close_map(region);
	region->size = 0;
	if (pages_draft(region) == -1)
		return -1;
	fd = fcntl(region->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	region->filled = fd != -1;
	return fd;
}

/* Locks the object from that byte on. */
static int
lock_once(struct region *region, int command, off_t from)
{
	struct flock lock = {.l_type = region->asked.write ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_start = from};
	int result = fcntl(region->fd, command, &lock);

	if (trace_wanted(result))
		trace_call(result, "fcntl(%d, %s, {l_type=%s, l_whence=SEEK_SET, l_start=%lld, l_len=0})", region->fd,
		    command == F_SETLK ? "F_SETLK" : "F_SETLKW", region->asked.write ? "F_WRLCK" : "F_RDLCK",
		    (long long)from);
	return result;
}

static int
unlock(struct region *region, off_t from)
{
	struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = from};

	return fcntl(region->fd, F_SETLK, &all);
}

/* Waits for the lock. Nothing wakes it when the object is removed, so it looks every so often. */
static int
lock_wait(struct region *region, off_t from, const struct deadline *deadline)
{
	struct stat st;

	for (;;) {
		if (look(region, &st) == -1)
			return -1;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (deadline_tick(deadline) == -1)
			return -1;
		if (lock_once(region, F_SETLKW, from) == 0)
			return 0;
		if (errno != EINTR || sigs_caught())
			return -1;
	}
}

/*
 * True of an object that somebody is likely to be about to fill: where creating and locking are two steps, whoever
 * gets the lock between them would see nothing.
 */
static bool
newborn(const struct region *region, const struct stat *st)
{
	struct timespec now;

	if (region->asked.write || st->st_size > 0 || clock_gettime(CLOCK_REALTIME, &now) == -1)
		return false;
	return now.tv_sec - st->st_ctim.tv_sec <= 1;
}

/*
 * Takes the lock. A writer that waits holds the turnstile, a part of the object that all who want the lock need first and
 * readers then leave: so those who come later do not get in before it.
 */
static int
lock_fairly(struct region *region, const struct deadline *deadline)
{
	int result = lock_once(region, F_SETLK, 0);

	if (result == -1 && (errno == EAGAIN || errno == EACCES)) {
		if (region->asked.write && lock_wait(region, TURNSTILE, deadline) == -1)
			return -1;
		result = lock_wait(region, 0, deadline);
	}
	if (result == 0 && !region->asked.write)
		result = unlock(region, TURNSTILE);
	return result;
}

static int
lock_map(struct region *region, const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	bool created = region->fresh;
	int tries = SETTLE;
	struct stat st;

	if (region->unnamed)
		return 0;
	/* What was created is ours alone only when it is locked and still empty. */
	region->fresh = false;
	for (;;) {
		if (lock_fairly(region, deadline) == -1 || look(region, &st) == -1)
			return -1;
		if (!newborn(region, &st) || --tries == 0)
			break;
		if (unlock(region, 0) == -1)
			return -1;
		nanosleep(&moment, NULL);
	}
	region->fresh = created && region->size == 0;
	return 0;
}

static int
resize(struct region *region, size_t size)
{
	int result = ftruncate(region->fd, (off_t)size);

	if (trace_on)
		trace_call(result, "ftruncate(%d, %zu)", region->fd, size);
	if (result == 0)
		region->size = size;
	return result;
}

/* Makes room for what will be put; the size of what exists stays, or is as before when it fails. */
static int
reserve(struct region *region, const struct region_part *part, size_t end, size_t size)
{
	struct rlimit most;
	size_t old = region->size;
	int result, saved;

	/* Writing would stop at this limit, and some file systems reserve beyond it. */
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && end > most.rlim_cur) {
		errno = EFBIG;
		return -1;
	}
	if (part->whole || region->fresh)
		result = pages_reserve(region, 0, size);
	else
		result = pages_reserve(region, part->offset, end - part->offset);
	saved = errno;
	if (result == -1 && ftruncate(region->fd, (off_t)old) == 0)
		region->size = old;
	errno = saved;
	return result;
}

static int
put_map(struct region *region, struct source *source, const struct region_part *part)
{
	size_t end = part->offset + source->size, old = region->size, size = old;
	struct stat st;
	ssize_t filled;

	if (part->whole || region->fresh)
		size = region->asked.size ? region->asked.size : end;
	if (region->fresh && resize(region, size) == -1)
		return -1;
	if (reserve(region, part, end, size) == -1)
		return -1;
	if (region->filled)
		return pages_publish(region);
	region->changed = true;
	filled = pages_fill(region, part->offset, source);
	if (filled == -1)
		return -1;
	if (part->whole && !region->asked.size)
		size = (size_t)filled;
	if (part->whole && !region->fresh && (size_t)filled < (old < size ? old : size) &&
	    pages_zero(region, (size_t)filled, (old < size ? old : size) - (size_t)filled) == -1)
		return -1;
	/* Reserving may have made it larger than an input that became shorter needs. */
	if ((size != region->size || (size_t)filled != source->size) && resize(region, size) == -1)
		return -1;
	if (region->fresh)
		return pages_publish(region);
	return look(region, &st);
}

static int
get_map(struct region *region, int output, const struct region_part *part, bool pass, size_t *written)
{
	return pages_write(region, part->offset, part->length, output, pass, written);
}

/* What is left of the file system that the object is in. */
static void
explain_space(const struct region *region, size_t asked, struct text *text)
{
	unsigned long long space = pages_space(region);

	asked += region->offset;
	if (asked < region->asked.size)
		asked = region->asked.size;
	text_format(text, "%s has no room", is_posix(region) ? "the file system of shared memory" : "the file system");
	if (asked)
		text_format(text, " for %zu bytes", asked);
	if (space < SSIZE_MAX)
		text_format(text, " (%llu are free)", space);
	if (is_posix(region))
		text_format(text, " (make it larger with mount -o remount,size=... /dev/shm, or remove segments)");
}

static bool
explain_map(const struct region *region, enum region_step step, int error, size_t asked, struct text *text)
{
	const char *path = region->name->path;

	if (error == ENOSPC && step == REGION_PUT)
		explain_space(region, asked, text);
	else if (error == ENAMETOOLONG)
		text_format(text, "the name is too long");
	else if (region->foreign)
		text_format(
		    text, is_posix(region) ? "something that is no segment has this name" : "not an ordinary file");
	else if (error == EEXIST && !region->asked.exclusive)
		text_format(text, "a symbolic link to nowhere stands there");
	else if (error == ENOENT && is_posix(region) && region->missing && step == REGION_PUT)
		text_format(text, "the system has no file system for shared memory (/dev/shm)");
	else if (error == ENOENT && !is_posix(region) && region->asked.create)
		text_format(text, "there is no such directory");
	else if (error == ENOENT && !is_posix(region))
		text_format(text, region->asked.write ? "no such file (create it with -c)" : "no such file");
	else if (error == EACCES && region->missing)
		text_format(text, "no permission to create %s", path);
	else
		return false;
	return true;
}

const struct region_backend region_map = {
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
