/*
 * linux.c: the bytes of segments by descriptor. Fresh pages cost more than copying, and touching them through
 * a mapping costs most; sendfile copies a file's pages once. What is created gets its name with its content, so that
 * nobody opens half of it. Source: sendfile(2), fallocate(2), splice(2), open(2) O_TMPFILE.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/text.h"
#include "base/trace.h"
#include "segment/internal.h"
#include "segment/segment.h"

/* The most bytes of one call, so that the kernel never takes a length for a negative one. */
#define MOST ((size_t)1 << 30)

/* What is written at once, and what a pipe is asked to hold: fewer switches between writer and reader. */
#define BLOCK     ((size_t)128 * 1024)
#define PIPE_SIZE (1024 * 1024)

static char block[BLOCK];

/* Where shm_open(3) keeps what it opens. */
#define SHM "/dev/shm"

/* Traces a call that moved data to or from fd. */
static void
trace_data(const char *call, int fd, const char *data, size_t size, size_t offset, ssize_t result)
{
	struct text text = {0};

	if (!trace_wanted(result))
		return;
	text_format(&text, "%s(%d, ", call, fd);
	text_quote(&text, data, size, 32);
	text_format(&text, ", %zu, %zu)", size, offset);
	trace_end(&text, result);
}

/* The path of the object. */
static int
object_path(const struct segment *segment, struct text *path)
{
	text_format(path, "%s%s", segment->name->kind == NAME_POSIX ? SHM : "", segment->name->path);
	if (path->data)
		return 0;
	errno = ENOMEM;
	return -1;
}

int
pages_draft(struct segment *segment)
{
	struct text path = {0};
	struct stat st;
	char *directory;
	mode_t mask;

	/* Without /proc it could not be given its name later. */
	if (access("/proc/self/fd", X_OK) == -1 || object_path(segment, &path) == -1)
		return -1;
	/* What is there, a symbolic link to nowhere say, cannot be created. */
	if (lstat(path.data, &st) == 0) {
		text_free(&path);
		errno = EEXIST;
		return -1;
	}
	directory = dirname(path.data);
	mask = umask(0);
	segment->fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, segment->asked.mode);
	umask(mask);
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "open(");
		text_quote(&call, directory, strlen(directory), PATH_MAX);
		text_format(&call, ", O_RDWR|O_TMPFILE, 0%03o)", (unsigned int)segment->asked.mode);
		trace_end(&call, segment->fd);
	}
	text_free(&path);
	segment->unnamed = segment->fd != -1;
	return segment->unnamed ? 0 : -1;
}

int
pages_publish(struct segment *segment)
{
	struct text from = {0}, to = {0}, call = {0};
	int result = -1;

	if (!segment->unnamed)
		return 0;
	text_format(&from, "/proc/self/fd/%d", segment->fd);
	if (from.data && object_path(segment, &to) == 0) {
		result = linkat(AT_FDCWD, from.data, AT_FDCWD, to.data, AT_SYMLINK_FOLLOW);
		if (trace_on) {
			text_format(&call, "linkat(AT_FDCWD, \"%s\", AT_FDCWD, ", from.data);
			text_quote(&call, to.data, to.size, PATH_MAX);
			text_format(&call, ", AT_SYMLINK_FOLLOW)");
			trace_end(&call, result);
		}
	}
	if (result == 0)
		segment->unnamed = false;
	text_free(&from);
	text_free(&to);
	return result;
}

unsigned long long
pages_space(const struct segment *segment)
{
	struct statvfs system;
	struct text path = {0};
	int result = -1;

	if (segment->fd != -1)
		result = fstatvfs(segment->fd, &system);
	else if (object_path(segment, &path) == 0)
		result = statvfs(dirname(path.data), &system);
	text_free(&path);
	/* No blocks: no limit, or none that it tells. */
	if (result == -1 || system.f_blocks == 0)
		return SSIZE_MAX;
	return (unsigned long long)(geteuid() == 0 ? system.f_bfree : system.f_bavail) * system.f_frsize;
}

int
pages_reserve(struct segment *segment, size_t offset, size_t size)
{
	int result;

	if (size == 0)
		return 0;
	while (
	    (result = fallocate(segment->fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size)) == -1 && errno == EINTR)
		;
	if (trace_on)
		trace_call(result, "fallocate(%d, FALLOC_FL_KEEP_SIZE, %zu, %zu)", segment->fd, offset, size);
	/* Where it cannot be reserved, writing will tell. */
	return result == -1 && (errno == EOPNOTSUPP || errno == ENOSYS) ? 0 : result;
}

/* pwrite of it all. */
static int
put(struct segment *segment, const char *data, size_t size, size_t offset)
{
	ssize_t took;

	while (size > 0) {
		took = pwrite(segment->fd, data, size, (off_t)offset);
		trace_data("pwrite", segment->fd, data, size, offset, took);
		if (took == -1 && errno == EINTR)
			continue;
		if (took == -1)
			return -1;
		data += took;
		offset += (size_t)took;
		size -= (size_t)took;
	}
	return 0;
}

/* The rest by read and pwrite. Returns 0 at its end. */
static int
fill_copying(struct segment *segment, size_t offset, struct source *source)
{
	ssize_t took = 0;

	while (segment->got < source->size) {
		size_t left = source->size - segment->got;

		took = source_read(source, block, left < BLOCK ? left : BLOCK);
		if (took <= 0)
			break;
		if (put(segment, block, (size_t)took, offset + segment->got) == -1)
			return -1;
		segment->got += (size_t)took;
	}
	return took == -1 ? -1 : 0;
}

ssize_t
pages_fill(struct segment *segment, size_t offset, struct source *source)
{
	ssize_t took = 1;

	segment->got = 0;
	if (put(segment, source->ahead, source->first, offset) == -1)
		return -1;
	segment->got = source->first;
	if (segment->got == source->size)
		return (ssize_t)segment->got;
	if (lseek(segment->fd, (off_t)(offset + segment->got), SEEK_SET) == -1)
		return -1;
	while (segment->got < source->size && took > 0) {
		size_t left = source->size - segment->got;

		left = left < MOST ? left : MOST;
		took = sendfile(segment->fd, source->fd, NULL, left);
		if (trace_wanted(took))
			trace_call(took, "sendfile(%d, %d, NULL, %zu)", segment->fd, source->fd, left);
		if (took > 0)
			segment->got += (size_t)took;
		else if (took == -1 && errno == EINTR)
			took = 1;
		else if (took == -1 && (errno == EINVAL || errno == ENOSYS))
			return fill_copying(segment, offset, source) == -1 ? -1 : (ssize_t)segment->got;
		else if (took == -1)
			return -1;
	}
	return (ssize_t)segment->got;
}

int
pages_zero(struct segment *segment, size_t offset, size_t size)
{
	memset(block, 0, sizeof(block));
	while (size > 0) {
		size_t now = size < BLOCK ? size : BLOCK;

		if (put(segment, block, now, offset) == -1)
			return -1;
		offset += now;
		size -= now;
	}
	return 0;
}

/* Copies up to size bytes at offset to output, through memory. Returns how many, 0 at the end of the object. */
static ssize_t
write_block(struct segment *segment, size_t offset, size_t size, int output, size_t *written)
{
	ssize_t got;

	if (interrupt_caught()) {
		errno = EINTR;
		return -1;
	}
	while ((got = pread(segment->fd, block, size < BLOCK ? size : BLOCK, (off_t)offset)) == -1 && errno == EINTR)
		;
	trace_data("pread", segment->fd, block, got > 0 ? (size_t)got : 0, offset, got);
	if (got == -1)
		segment->writing = false;
	if (got <= 0)
		return got;
	return io_write(output, block, (size_t)got, written) == -1 ? -1 : got;
}

/* Lets the kernel move them: splice, or for output that is no pipe sendfile. -1 with EINVAL where it cannot. */
static ssize_t
pass_block(struct segment *segment, size_t offset, size_t size, int output, bool pipe)
{
	off_t from = (off_t)offset;
	ssize_t took;

	size = size < MOST ? size : MOST;
	if (interrupt_caught()) {
		errno = EINTR;
		return -1;
	}
	for (;;) {
		if (pipe)
			took = splice(segment->fd, &from, output, NULL, size, 0);
		else
			took = sendfile(output, segment->fd, &from, size);
		if (trace_wanted(took) && pipe)
			trace_call(took, "splice(%d, [%zu], %d, NULL, %zu, 0)", segment->fd, offset, output, size);
		else if (trace_wanted(took))
			trace_call(took, "sendfile(%d, %d, [%zu], %zu)", output, segment->fd, offset, size);
		if (took != -1 || io_again(output, POLLOUT) == -1)
			return took;
	}
}

/* Lets a pipe hold more, for fewer switches between its writer and its reader; it never holds less. */
static void
widen(int pipe)
{
	int size = fcntl(pipe, F_GETPIPE_SZ);

	if (size != -1 && size < PIPE_SIZE)
		(void)fcntl(pipe, F_SETPIPE_SZ, PIPE_SIZE);
}

int
pages_write(struct segment *segment, size_t offset, size_t size, int output, bool pass, size_t *written)
{
	struct stat st = {0};
	bool moves, pipe;

	(void)fstat(output, &st);
	pipe = S_ISFIFO(st.st_mode);
	/* To an ordinary file the kernel copies at once; to anything else it would pass live pages. */
	moves = pass || S_ISREG(st.st_mode);
	if (pipe && size > BLOCK)
		widen(output);
	*written = 0;
	while (*written < size) {
		size_t left = size - *written, part = 0;
		ssize_t took;

		if (moves) {
			took = pass_block(segment, offset + *written, left, output, pipe);
			if (took == -1 && (errno == EINVAL || errno == ENOSYS)) {
				moves = false; /* an output that was opened for appending, or a terminal */
				continue;
			}
			part = took > 0 ? (size_t)took : 0;
		} else {
			took = write_block(segment, offset + *written, left, output, &part);
		}
		*written += part;
		if (took == -1)
			return -1;
		if (took == 0) {
			errno = ESTALE;
			return -1;
		}
	}
	return 0;
}

int
pages_write_memory(const char *data, size_t size, int output, bool pass, size_t *written)
{
	struct stat st = {0};

	*written = 0;
	(void)fstat(output, &st);
	if (!S_ISFIFO(st.st_mode))
		return io_write(output, data, size, written);
	if (size > BLOCK)
		widen(output);
	while (pass && *written < size) {
		size_t left = size - *written;
		struct iovec memory = {(char *)(uintptr_t)data + *written, left < MOST ? left : MOST};
		ssize_t took = vmsplice(output, &memory, 1, 0);

		if (trace_wanted(took))
			trace_call(took, "vmsplice(%d, {%p, %zu}, 1, 0)", output, memory.iov_base, memory.iov_len);
		if (took >= 0)
			*written += (size_t)took;
		else if (io_again(output, POLLOUT) == -1)
			return -1;
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
	}
	return pass ? 0 : io_write(output, data, size, written);
}

bool
segment_removed(const struct segment *segment)
{
	struct shmid_ds status;

	if (shmctl(segment->id, IPC_STAT, &status) == -1)
		return errno == EINVAL || errno == EIDRM;
	return status.shm_perm.mode & SHM_DEST;
}

void
pages_large(char *data, size_t size)
{
	if (size >= 2 * 1024 * 1024)
		(void)madvise(data, size, MADV_HUGEPAGE);
}
