/*
 * record.c: reads and formats records. Each read(2) takes as much as the buffer holds, so many records share a system
 * call. A record is returned as soon as its last byte has come.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/io.h"
#include "base/number.h"
#include "base/record.h"

#define READ_SIZE 65536

/* Bytes of space above which record_trim releases an empty buffer. */
#define SPACE_MOST ((size_t)256 * 1024)

/* The most bytes past the limit that are counted for the error line before the record counts as endless. */
#define COUNT_LIMIT ((size_t)16 << 20)

void
record_open(struct record_reader *reader, int fd, enum record_form form, size_t limit)
{
	*reader = (struct record_reader){.fd = fd, .form = form, .limit = limit, .scanner = {.form = form}};
}

void
record_fault(const struct record_reader *reader, int error, struct text *text)
{
	if (error == EMSGSIZE)
		text_format(text, "record %lu has %s%zu bytes, and a record at most %zu", reader->count,
		    reader->endless ? "at least " : "", reader->size, reader->limit);
	else if (error == EBADMSG)
		text_format(text, "record %lu is not a netstring: %s", reader->count, reader->fault);
	else
		text_format(text, "%s", explain_errno(error));
}

void
record_close(struct record_reader *reader)
{
	free(reader->buffer);
	reader->buffer = NULL;
	reader->start = reader->end = reader->capacity = reader->scanned = 0;
}

void
record_trim(struct record_reader *reader)
{
	if (reader->capacity > SPACE_MOST && record_held(reader) == 0)
		record_close(reader);
}

size_t
record_held(const struct record_reader *reader)
{
	return reader->end - reader->start;
}

/* Read more bytes. Returns 1, 0 at the end of the input, or -1. */
static int
fill(struct record_reader *reader)
{
	ssize_t got;

	reader->more = false;
	if (reader->ended)
		return 0;
	if (reader->elsewhere && !io_ready(reader->fd, POLLIN))
		return error_set(EAGAIN);
	if (reader->start > 0 && reader->end + READ_SIZE > reader->capacity) {
		memmove(reader->buffer, reader->buffer + reader->start, record_held(reader));
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->end + READ_SIZE > reader->capacity) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : READ_SIZE;
		char *buffer = realloc(reader->buffer, capacity);

		if (!buffer)
			return -1;
		reader->buffer = buffer;
		reader->capacity = capacity;
	}
	got = io_read(reader->fd, reader->buffer + reader->end, reader->capacity - reader->end);
	if (got == -1)
		return -1;
	if (got == 0)
		reader->ended = true;
	else
		reader->reads++;
	reader->end += (size_t)got;
	return got > 0;
}

/*
 * Refuse a record that is too long, of which size bytes are known. Read the rest of it, unless it is a netstring, to
 * count its bytes. Returns -1 with EMSGSIZE.
 */
static int
too_long(struct record_reader *reader, size_t size)
{
	struct record_scanner *scanner = &reader->scanner;

	reader->count++;
	while (scanner->open && reader->form != RECORD_NETSTRING) {
		int more;

		if (reader->elsewhere || (size > reader->limit && size - reader->limit > COUNT_LIMIT)) {
			reader->endless = true;
			break;
		}
		reader->start = reader->end = 0;
		more = fill(reader);
		reader->endless = more == -1;
		if (more != 1)
			break;
		size += (size_t)record_scan(scanner, reader->buffer, reader->end);
		size -= !scanner->open;
	}
	reader->size = size;
	return error_set(EMSGSIZE);
}

static int
bad(struct record_reader *reader, const char *fault)
{
	reader->fault = fault;
	reader->count++;
	return error_set(EBADMSG);
}

/*
 * Return a record of size bytes to the caller; the record ends, with its terminator, where the scanner is. Returns 1.
 */
static int
hand_out(struct record_reader *reader, size_t size, size_t terminator, const char **data, size_t *length)
{
	reader->start += reader->scanned;
	reader->scanned = 0;
	*data = reader->buffer + reader->start - terminator - size;
	*length = size;
	reader->count++;
	reader->more = record_held(reader) > 0;
	return 1;
}

/* Return the bytes that are left at the end of the input as a record. Returns as record_next. */
static int
last(struct record_reader *reader, const char **data, size_t *size)
{
	if (record_held(reader) == 0 && reader->form != RECORD_RAW)
		return 0;
	if (reader->form == RECORD_NETSTRING)
		return bad(reader, "the input ends inside it");
	return hand_out(reader, reader->scanned, 0, data, size);
}

int
record_next(struct record_reader *reader, const char **data, size_t *size)
{
	struct record_scanner *scanner = &reader->scanner;
	int more = 1;

	if (reader->form == RECORD_RAW && reader->count > 0)
		return 0;
	while (more > 0) {
		size_t ahead = record_held(reader) - reader->scanned, known;
		ssize_t used = ahead ? record_scan(scanner, reader->buffer + reader->end - ahead, ahead) : 0;
		bool whole = used > 0 && !scanner->open;

		if (used == -1)
			return bad(reader, scanner->fault);
		reader->scanned += (size_t)used;
		known = reader->scanned - whole;
		if (reader->form == RECORD_NETSTRING)
			known = scanner->body ? scanner->length : 0;
		if (known > reader->limit)
			return too_long(reader, known);
		if (whole)
			return hand_out(reader, known, 1, data, size);
		more = fill(reader);
	}
	return more == -1 ? -1 : last(reader, data, size);
}

int
record_bytes(struct record_reader *reader, const char **data, size_t *size)
{
	int more = record_held(reader) > 0 ? 1 : fill(reader);

	if (more != 1)
		return more;
	*data = reader->buffer + reader->start;
	*size = record_held(reader);
	reader->start = reader->end;
	return 1;
}

size_t
record_format(enum record_form form, const char *prefix, const void *data, size_t size, char *to, size_t *body)
{
	size_t label = prefix ? strlen(prefix) + 1 : 0;
	size_t used = 0;

	if (form == RECORD_NETSTRING)
		used = (size_t)sprintf(to, "%zu:", label + size);
	if (prefix) {
		memcpy(to + used, prefix, label - 1);
		to[used + label - 1] = '\t';
		used += label;
	}
	*body = used;
	if (size > 0)
		memcpy(to + used, data, size);
	used += size;
	if (form == RECORD_LINE)
		to[used++] = '\n';
	else if (form == RECORD_NUL)
		to[used++] = '\0';
	else if (form == RECORD_NETSTRING)
		to[used++] = ',';
	return used;
}

int
record_prefix(const char **data, size_t *size, long *number)
{
	const char *tab = memchr(*data, '\t', *size);
	size_t length = tab ? (size_t)(tab - *data) : 0;
	unsigned long long value;

	if (number_read(*data, length, 10, 0, LONG_MAX, &value) == -1) {
		errno = errno == ERANGE ? ERANGE : EBADMSG;
		return -1;
	}
	*number = (long)value;
	*data = tab + 1;
	*size -= length + 1;
	return 0;
}
