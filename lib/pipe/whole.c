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
take(struct exact *exact, bool counted, struct pump *pump, char *data, size_t size)
{
	if (counted)
		return exact_read(exact, pump, data, size);
	return pump_wait(pump, false) == -1 ? -1 : pump_read(pump, data, size);
}

/*
 * Learns how long a record is of which size bytes were seen. A reader takes no more of it than it has: what it does not
 * write is lost.
 */
static void
measure(struct exact *exact, struct exact *scanner, bool counted, struct pump *pump, struct whole *whole)
{
	while (scanner->open && whole->size < COUNTED && !pump->watch) {
		ssize_t got = take(exact, counted, pump, pump->buffer, sizeof(pump->buffer));
		ssize_t used = got > 0 ? exact_scan(scanner, pump->buffer, (size_t)got) : -1;

		if (used == -1)
			break;
		whole->size += (size_t)used;
	}
	whole->endless = scanner->open;
}

/* Writes what is in the buffer before position to, so many records, in one write, as a pipe takes up to PIPE_BUF bytes. */
static int
put(struct pump *pump, size_t to, struct whole *whole, unsigned int *records)
{
	size_t end = pump->end;
	int result;

	pump->end = to;
	result = pump_flush(pump);
	pump->end = end;
	if (result == -1)
		return -1;
	whole->number += *records;
	*records = 0;
	return 0;
}

/* Writes all whole records of the buffer. What is left begins at pump->start. */
static int
put_records(struct exact *exact, bool counted, struct pump *pump, struct whole *whole)
{
	struct exact scanner;
	size_t at = pump->start, next;
	unsigned int records = 0;
	ssize_t used;

	exact_open(&scanner, exact->form, ULLONG_MAX);
	scanner.one = true;
	while (at < pump->end) {
		used = exact_scan(&scanner, pump->buffer + at, pump->end - at);
		if (used == -1)
			return put(pump, at, whole, &records) == -1 ? -1 : (errno = EBADMSG, -1);
		next = at + (size_t)used;
		if (next - at > PIPE_BUF) {
			if (put(pump, at, whole, &records) == -1)
				return -1;
			whole->size = next - at;
			measure(exact, &scanner, counted, pump, whole);
			errno = EMSGSIZE;
			return -1;
		}
		if (scanner.open)
			break;
		if (next - pump->start > PIPE_BUF && put(pump, at, whole, &records) == -1)
			return -1;
		at = next;
		records++;
	}
	return put(pump, at, whole, &records);
}

int
whole_copy(struct exact *exact, bool counted, struct pump *pump, struct whole *whole)
{
	ssize_t got;

	for (;;) {
		size_t held;

		if (put_records(exact, counted, pump, whole) == -1)
			return -1;
		held = pump->end - pump->start;
		memmove(pump->buffer, pump->buffer + pump->start, held);
		pump->start = 0;
		pump->end = held;
		got = take(exact, counted, pump, pump->buffer + held, sizeof(pump->buffer) - held - 1);
		pump->end += got == -1 ? exact->bad : (size_t)got;
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
		pump->buffer[pump->end++] = exact->form == RECORD_NUL ? '\0' : '\n';
		return put_records(exact, counted, pump, whole);
	}
}
