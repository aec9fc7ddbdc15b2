/*
 * stream.c: bytes from one descriptor to another, of which one is a FIFO. What comes out of a pipe is handed on without
 * copying where the system can; else it is read and written. Where a wait is bounded, or a call that waits would keep others
 * from the pipe, poll(2) alone waits; else the call itself does, and the tick of the open (deadline_tick) sees to it that no
 * signal is missed.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/trace.h"
#include "pipe/internal.h"
#include "pipe/pipe.h"

void
stream_open(struct stream *stream, int in, int out)
{
	struct stat st;

	*stream = (struct stream){.in = in, .out = out, .in_timeout = DEADLINE_NEVER, .out_timeout = DEADLINE_NEVER};
	stream->ready = fstat(in, &st) == 0 && S_ISREG(st.st_mode);
}

/* Waits for one event of poll(2) on fd, and for nobody to be there any more who reads output (-1: not looked at). */
static int
await(struct stream *stream, int fd, short event, int output, long long timeout)
{
	struct pollfd wait[2] = {{.fd = fd, .events = event}, {.fd = output}};
	/* What is taken already shall go out, whatever becomes of in. */
	int (*tick)(void *) = stream->output ? NULL : stream->tick;
	struct deadline deadline;

	deadline_set(&deadline, timeout);
	for (;;) {
		int ready;

		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		ready = poll(wait, 2,
		    tick               ? deadline_poll(&deadline, 10 * DEADLINE_TICK)
		    : deadline.limited ? deadline_poll(&deadline, INT_MAX)
		                       : -1);
		if (ready == -1 && errno != EINTR)
			return -1;
		if (ready > 0 && wait[1].revents) {
			stream->output = true;
			errno = EPIPE;
			return -1;
		}
		if (ready > 0)
			return 0;
		if (ready == 0 && deadline_passed(&deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (ready <= 0 && tick && tick(stream->owner) == -1)
			return -1;
	}
}

int
stream_wait(struct stream *stream, bool output)
{
	stream->output = output;
	if (output)
		return await(stream, stream->out, POLLOUT, -1, stream->out_timeout);
	/* A file is always ready. */
	return stream->ready ? 0
	                     : await(stream, stream->in, POLLIN, stream->watch ? stream->out : -1, stream->in_timeout);
}

ssize_t
stream_read(struct stream *stream, char *data, size_t size)
{
	ssize_t got;

	for (;;) {
		stream->output = false;
		got = read(stream->in, data, size);
		if (trace_on && (got != -1 || errno != EAGAIN)) {
			struct text call = {0};

			text_format(&call, "read(%d, ", stream->in);
			text_quote(&call, data, got > 0 ? (size_t)got : 0, 32);
			text_format(&call, ", %zu)", size);
			trace_end(&call, (long)got);
		}
		if (got != -1)
			return got;
		if (errno == EINTR && !interrupt_caught())
			continue;
		if ((errno != EAGAIN && errno != EWOULDBLOCK) || stream_wait(stream, false) == -1)
			return -1;
	}
}

int
stream_write(struct stream *stream, const char *data, size_t size, size_t *written)
{
	ssize_t took;

	*written = 0;
	while (*written < size) {
		stream->output = true;
		took = write(stream->out, data + *written, size - *written);
		if (trace_on && (took != -1 || errno != EAGAIN)) {
			struct text call = {0};

			text_format(&call, "write(%d, ", stream->out);
			text_quote(&call, data + *written, size - *written, 32);
			text_format(&call, ", %zu)", size - *written);
			trace_end(&call, (long)took);
		}
		if (took >= 0) {
			*written += (size_t)took;
			stream->moved += (size_t)took;
			/* A signal may have ended a write that waited. */
			if (*written < size && interrupt_caught()) {
				errno = EINTR;
				return -1;
			}
		} else if (errno == EINTR && !interrupt_caught()) {
			continue;
		} else if ((errno != EAGAIN && errno != EWOULDBLOCK) || stream_wait(stream, true) == -1) {
			return -1;
		}
	}
	return 0;
}

int
stream_flush(struct stream *stream)
{
	size_t written;
	int result = stream_write(stream, stream->buffer + stream->start, stream->end - stream->start, &written);

	stream->start += written;
	return result;
}

/* Copies a block. Returns 1, 0 at the end, -1. */
static int
copy(struct stream *stream)
{
	ssize_t got;

	/* Before the read: what is taken shall have somebody who wants it. */
	if (stream_wait(stream, false) == -1)
		return -1;
	got = stream_read(stream, stream->buffer, sizeof(stream->buffer));
	if (got <= 0)
		return (int)got;
	stream->start = 0;
	stream->end = (size_t)got;
	if (stream->end == sizeof(stream->buffer))
		stream_grow(stream);
	return stream_flush(stream) == -1 ? -1 : 1;
}

/*
 * Sets what may be left to the kernel. Where splice(2) waits for a socket or a terminal, whatever its flags, it keeps others
 * from the pipe: only pipes, files and devices as /dev/null are spliced. A call may wait where nothing bounds the wait, and
 * nothing but what the tick of the open sees is to be looked at meanwhile.
 */
static void
choose(struct stream *stream)
{
	struct stat in, out;

	stream->copies = true;
	stream->waits = false;
	if (fstat(stream->in, &in) == -1 || fstat(stream->out, &out) == -1)
		return;
	if (S_ISFIFO(in.st_mode) || (S_ISREG(in.st_mode) && stream->pass))
		stream->copies =
		    !S_ISFIFO(out.st_mode) && !S_ISREG(out.st_mode) && (!S_ISCHR(out.st_mode) || isatty(stream->out));
	stream->waits = stream->in_timeout == DEADLINE_NEVER && stream->out_timeout == DEADLINE_NEVER && !stream->tick;
}

int
stream_copy(struct stream *stream)
{
	int result = 1;

	choose(stream);
	if (stream_flush(stream) == -1)
		return -1;
	/* Not an end: that nobody has come yet. */
	if (stream->in_timeout == 0 && stream_wait(stream, false) == -1)
		return -1;
	while (result == 1) {
		result = stream->copies ? copy(stream) : stream_splice(stream);
		if (result == -1 && errno == ENOTSUP && !stream->copies) {
			stream->copies = true;
			result = 1;
		}
	}
	return result;
}
