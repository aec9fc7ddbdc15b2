/*
 * linux.c: pages are handed on from pipe to pipe, and from file to pipe; a pipe has a capacity that can be
 * changed, and content that can be looked at without taking it. Source: splice(2), tee(2), pipe(7), fcntl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/trace.h"
#include "pipe/internal.h"
#include "pipe/pipe.h"

/* The most bytes of one call, and what a pipe is made to hold once it has been full: fewer switches between its ends. */
#define MOST     ((size_t)1024 * 1024)
#define CAPACITY (256 * 1024)

/* What is to be said of a pipe that may be empty: 1: it has bytes, 0: it has come to its end, -1: neither. */
static int
state(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLIN};
	int ready = poll(&look, 1, 0);

	return ready == 1 && look.revents & POLLIN ? 1 : ready == 1 ? 0 : -1;
}

int
stream_splice(struct stream *stream)
{
	ssize_t moved = splice(stream->in, NULL, stream->out, NULL, MOST,
	    stream->waits ? SPLICE_F_MOVE : SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	int saved = errno;

	if (trace_on && (moved != -1 || (errno != EAGAIN && errno != EINVAL)))
		trace_call((long)moved, "splice(%d, NULL, %d, NULL, %zu, SPLICE_F_MOVE%s)", stream->in, stream->out,
		    MOST, stream->waits ? "" : "|SPLICE_F_NONBLOCK");
	if (moved > 0) {
		stream->moved += (size_t)moved;
		stream->blocked = false;
		/* More than a little: where calls wait nobody else learns that it is full. */
		if (stream->waits && stream->moved >= 64 * 1024)
			stream_grow(stream);
	}
	if (moved >= 0)
		return moved > 0;
	/* A pipe or file that was opened for it can be read. */
	stream->output = errno != EBADF || (fcntl(stream->out, F_GETFL) & O_ACCMODE) == O_RDONLY;
	errno = saved;
	/* Where in has nothing, nothing needs a reader. */
	if (errno == EPIPE) {
		int is = state(stream->in);

		if (is != 1)
			return is == 0 ? 0 : stream_wait(stream, false) == -1 ? -1 : 1;
		errno = EPIPE;
	}
	if (errno == EINVAL || errno == ENOSYS) {
		errno = ENOTSUP;
		return -1;
	}
	if (errno == EINTR && !interrupt_caught()) {
		/* The tick: nothing is to be taken once nobody wants it. */
		if (!stream->waits || !stream->watch || !io_gone(stream->out))
			return 1;
		stream->output = true;
		errno = EPIPE;
		return -1;
	}
	if (errno != EAGAIN)
		return -1;
	/* Which of the two was it? Mostly in; if it has something, and it still does not go on, out. */
	stream->blocked = !stream->blocked && !stream->ready;
	if (stream->blocked)
		return stream_wait(stream, false) == -1 ? -1 : 1;
	stream_grow(stream);
	return stream_wait(stream, true) == -1 ? -1 : 1;
}

void
stream_grow(struct stream *stream)
{
	int capacity;

	if (!stream->grows)
		return;
	capacity = fcntl(stream->out, F_GETPIPE_SZ);
	if (capacity > 0 && capacity < CAPACITY)
		(void)fcntl(stream->out, F_SETPIPE_SZ, CAPACITY);
	stream->grows = false;
}

ssize_t
stream_peek(int fd, char *data, size_t size)
{
	static int ends[2] = {-1, -1};
	ssize_t there;

	if (ends[0] == -1 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	there = tee(fd, ends[1], size, SPLICE_F_NONBLOCK);
	if (there == -1 && errno == EINVAL)
		errno = ENOTSUP;
	return there > 0 ? read(ends[0], data, (size_t)there) : there;
}

int
stream_capacity(int fd, size_t size)
{
	int result = size > INT_MAX ? -1 : fcntl(fd, F_SETPIPE_SZ, (int)size);

	if (size > INT_MAX)
		errno = EPERM;
	if (trace_on)
		trace_call(result, "fcntl(%d, F_SETPIPE_SZ, %zu)", fd, size);
	return result == -1 ? -1 : 0;
}

long
stream_unread(int fd)
{
	int size;

	return ioctl(fd, FIONREAD, &size) == -1 ? -1 : size;
}
