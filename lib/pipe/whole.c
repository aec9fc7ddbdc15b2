/*
 * whole.c: records that are never torn: each goes out in one write of at most PIPE_BUF bytes, which the system keeps
 * together; several that are there at once share a write.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/record.h"
#include "pipe/pipe.h"

/* Where counting the bytes of a record that is too long stops. */
#define COUNTED ((size_t)16 * 1024 * 1024)

/* Reads some of what is wanted. */
static ssize_t
take(struct exact *exact, bool counted, struct stream *stream, char *data, size_t size)
{
	if (counted)
		return exact_read(exact, stream, data, size);
	return stream_wait(stream, false) == -1 ? -1 : stream_read(stream, data, size);
}

/*
 * Learns how long a record is of which size bytes were seen. A reader takes no more of it than it has: what it does not
 * write is lost.
 */
static void
measure(struct exact *exact, struct exact *scanner, bool counted, struct stream *stream, struct whole *whole)
{
	while (scanner->open && whole->size < COUNTED && !stream->watch) {
		ssize_t got = take(exact, counted, stream, stream->buffer, sizeof(stream->buffer));
		ssize_t used = got > 0 ? exact_scan(scanner, stream->buffer, (size_t)got) : -1;

		if (used == -1)
			break;
		whole->size += (size_t)used;
	}
	whole->endless = scanner->open;
}

/* Writes what is in the buffer before position to, so many records, and drops it. */
static int
put(struct stream *stream, size_t to, struct whole *whole, unsigned int *records)
{
	size_t written;

	if (to == stream->start)
		return 0;
	/* All or nothing: a pipe takes up to PIPE_BUF bytes as one. */
	if (stream_write(stream, stream->buffer + stream->start, to - stream->start, &written) == -1)
		return -1;
	stream->start = to;
	whole->number += *records;
	*records = 0;
	return 0;
}

/* Writes all whole records of the buffer. What is left begins at stream->start. */
static int
put_records(struct exact *exact, bool counted, struct stream *stream, struct whole *whole)
{
	struct exact scanner;
	size_t at = stream->start, next;
	unsigned int records = 0;
	ssize_t used;

	exact_open(&scanner, exact->form, ULLONG_MAX);
	scanner.one = true;
	while (at < stream->end) {
		used = exact_scan(&scanner, stream->buffer + at, stream->end - at);
		if (used == -1)
			return put(stream, at, whole, &records) == -1 ? -1 : (errno = EBADMSG, -1);
		next = at + (size_t)used;
		if (next - at > PIPE_BUF) {
			if (put(stream, at, whole, &records) == -1)
				return -1;
			whole->size = next - at;
			measure(exact, &scanner, counted, stream, whole);
			errno = EMSGSIZE;
			return -1;
		}
		if (scanner.open)
			break;
		if (next - stream->start > PIPE_BUF && put(stream, at, whole, &records) == -1)
			return -1;
		at = next;
		records++;
	}
	return put(stream, at, whole, &records);
}

int
whole_copy(struct exact *exact, bool counted, struct stream *stream, struct whole *whole)
{
	ssize_t got;

	for (;;) {
		size_t held;

		if (put_records(exact, counted, stream, whole) == -1)
			return -1;
		held = stream->end - stream->start;
		memmove(stream->buffer, stream->buffer + stream->start, held);
		stream->start = 0;
		stream->end = held;
		got = take(exact, counted, stream, stream->buffer + held, sizeof(stream->buffer) - held - 1);
		stream->end += got == -1 ? exact->bad : (size_t)got;
		if (got == -1)
			return -1;
		if (got > 0)
			continue;
		if (held == 0)
			return 0;
		if (exact->form == RECORD_NETSTRING) {
			errno = EBADMSG;
			return -1;
		}
		stream->buffer[stream->end++] = exact->form == RECORD_NUL ? '\0' : '\n';
		return put_records(exact, counted, stream, whole);
	}
}
