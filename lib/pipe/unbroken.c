/*
 * unbroken.c: copies records in one piece each: a pipe keeps the bytes of one write together up to PIPE_BUF. Records
 * that come together share a write.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "pipe/records.h"

/* Bytes of a record that is too long at which counting stops. */
#define COUNTED ((size_t)16 * 1024 * 1024)

/* Read bytes of the records to copy. Returns as counted_read. */
static ssize_t
take(struct unbroken *unbroken, struct pump *pump, char *data, size_t size)
{
	if (unbroken->counted)
		return counted_read(unbroken->counted, pump, data, size);
	return pump_wait(pump, false) == -1 ? -1 : pump_read(pump, data, size);
}

/*
 * Refuse a record that is too long, of which size bytes were scanned. Count the rest of it for a writer. Take no more
 * from the FIFO for a reader, because bytes that it does not write are lost. Returns -1 with EMSGSIZE.
 */
static int
refuse(struct unbroken *unbroken, struct pump *pump, struct record_scanner *scanner, size_t size)
{
	while (scanner->open && size < COUNTED && !pump->watch) {
		ssize_t got = take(unbroken, pump, pump->buffer, sizeof(pump->buffer));
		ssize_t used = got > 0 ? record_scan(scanner, pump->buffer, (size_t)got) : -1;

		if (used == -1)
			break;
		size += (size_t)used;
	}
	unbroken->size = size;
	unbroken->endless = scanner->open;
	return error_set(EMSGSIZE);
}

/* Write the buffer up to a position, which ends a record, and is at most PIPE_BUF bytes from the start. */
static int
put(struct unbroken *unbroken, struct pump *pump, size_t to, unsigned int *records)
{
	size_t end = pump->end;
	int result;

	pump->end = to;
	result = pump_flush(pump);
	pump->end = end;
	if (result == -1)
		return -1;
	unbroken->number += *records;
	*records = 0;
	return 0;
}

/* Write all whole records of the buffer. The rest begins at pump->start. */
static int
put_records(struct unbroken *unbroken, struct pump *pump)
{
	struct record_scanner scanner = {.form = unbroken->form};
	size_t at = pump->start;
	unsigned int records = 0;

	while (at < pump->end) {
		ssize_t used = record_scan(&scanner, pump->buffer + at, pump->end - at);

		if ((used == -1 || used > PIPE_BUF) && put(unbroken, pump, at, &records) == -1)
			return -1;
		if (used == -1)
			return error_set(EBADMSG);
		if (used > PIPE_BUF)
			return refuse(unbroken, pump, &scanner, (size_t)used);
		if (scanner.open)
			break;
		if (at + (size_t)used - pump->start > PIPE_BUF && put(unbroken, pump, at, &records) == -1)
			return -1;
		at += (size_t)used;
		records++;
	}
	return put(unbroken, pump, at, &records);
}

int
unbroken_copy(struct unbroken *unbroken, struct pump *pump)
{
	for (;;) {
		size_t held;
		ssize_t got;

		if (put_records(unbroken, pump) == -1)
			return -1;
		held = pump->end - pump->start;
		memmove(pump->buffer, pump->buffer + pump->start, held);
		pump->start = 0;
		pump->end = held;
		/* One byte stays free for a terminator. */
		got = take(unbroken, pump, pump->buffer + held, sizeof(pump->buffer) - held - 1);
		if (got == -1) {
			pump->end += unbroken->counted ? unbroken->counted->bad : 0;
			return -1;
		}
		pump->end += (size_t)got;
		if (got > 0)
			continue;
		if (held == 0)
			return 0;
		if (unbroken->form == RECORD_NETSTRING)
			return error_set(EBADMSG);
		pump->buffer[pump->end++] = unbroken->form == RECORD_NUL ? '\0' : '\n';
		return put_records(unbroken, pump);
	}
}

void
unbroken_drop(struct unbroken *unbroken, struct pump *pump, size_t most)
{
	struct record_scanner scanner = {.form = unbroken->form};
	size_t size = 0;

	while (pump->start < pump->end) {
		ssize_t used = record_scan(&scanner, pump->buffer + pump->start, pump->end - pump->start);

		if (used == -1 || scanner.open || used > PIPE_BUF || size + (size_t)used > most)
			return;
		size += (size_t)used;
		pump->start += (size_t)used;
		unbroken->dropped++;
	}
}
