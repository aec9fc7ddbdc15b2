/*
 * whole.c: records that are never torn: each goes out in one write of at most PIPE_BUF bytes, which the system keeps
 * together; several that are there at once share a write.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "backend.h"

/* Writes what is in the buffer before position to, and drops it. */
static int
put(struct stream *stream, size_t to)
{
	size_t written;

	if (to == stream->start)
		return 0;
	/* All or nothing: a pipe takes up to PIPE_BUF bytes as one. */
	if (stream_write(stream, stream->buffer + stream->start, to - stream->start, &written) == -1)
		return -1;
	stream->start = to;
	return 0;
}

/* Writes all whole records of the buffer. What is left begins at stream->start. */
static int
put_records(struct stream *stream, enum record_form form, unsigned long long *number)
{
	struct exact scanner;
	size_t at = stream->start, next;
	ssize_t used;

	exact_open(&scanner, form, ULLONG_MAX);
	scanner.one = true;
	while (at < stream->end) {
		used = exact_scan(&scanner, stream->buffer + at, stream->end - at);
		if (used == -1)
			return put(stream, at) == -1 ? -1 : (errno = EBADMSG, -1);
		next = at + (size_t)used;
		if (next - at > PIPE_BUF)
			return put(stream, at) == -1 ? -1 : (errno = EMSGSIZE, -1);
		if (scanner.open)
			break;
		if (next - stream->start > PIPE_BUF && put(stream, at) == -1)
			return -1;
		at = next;
		++*number;
	}
	return put(stream, at);
}

int
whole_copy(struct exact *exact, bool counted, struct stream *stream, unsigned long long *number)
{
	ssize_t got;

	for (;;) {
		size_t held;

		if (put_records(stream, exact->form, number) == -1)
			return -1;
		held = stream->end - stream->start;
		memmove(stream->buffer, stream->buffer + stream->start, held);
		stream->start = 0;
		stream->end = held;
		if (counted)
			got = exact_read(exact, stream, stream->buffer + held, sizeof(stream->buffer) - held - 1);
		else if (stream_wait(stream, false) == -1)
			got = -1;
		else
			got = stream_read(stream, stream->buffer + held, sizeof(stream->buffer) - held - 1);
		if (got == -1)
			return -1;
		stream->end += (size_t)got;
		if (got > 0)
			continue;
		if (held == 0)
			return 0;
		if (exact->form == RECORD_NETSTRING) {
			errno = EBADMSG;
			return -1;
		}
		stream->buffer[stream->end++] = exact->form == RECORD_NUL ? '\0' : '\n';
		return put_records(stream, exact->form, number);
	}
}
