/*
 * record.c: records in streams: lines, NUL-terminated, netstrings, or the whole input as one. Reads are as large as the
 * buffer has room, so that a system call is shared by many records; a record is handed out as soon as its last byte is
 * there.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"

#define READ_SIZE 65536

/* How far past the limit a record's size is counted for the error line before it is given up as endless. */
#define COUNT_LIMIT ((size_t)16 << 20)

/* The digits of the longest length a netstring can announce. */
#define LENGTH_DIGITS 19

void
record_open(struct record_reader *reader, int fd, enum record_form form, size_t limit)
{
	*reader = (struct record_reader){.fd = fd, .form = form, .limit = limit};
}

void
record_fault(const struct record_reader *reader, int error, struct text *text)
{
	if (error == EMSGSIZE)
		text_format(text, "record %lu has %s%zu bytes, at most %zu can be", reader->count,
		    reader->endless ? "more than " : "", reader->size, reader->limit);
	else if (error == EBADMSG)
		text_format(text, "record %lu is no netstring: %s", reader->count, reader->fault);
	else
		text_format(text, "%s", strerror(error));
}

void
record_close(struct record_reader *reader)
{
	free(reader->buffer);
	reader->buffer = NULL;
}

/* Bytes that are buffered and not yet returned. */
static size_t
buffered(const struct record_reader *reader)
{
	return reader->end - reader->start;
}

/* Reads some more behind what is buffered. Returns 1, 0 at the end of the input, -1. */
static int
fill(struct record_reader *reader)
{
	ssize_t got;

	if (reader->ended)
		return 0;
	if (reader->elsewhere && !io_ready(reader->fd, POLLIN)) {
		errno = EAGAIN;
		return -1;
	}
	if (reader->start > 0 && reader->end + READ_SIZE > reader->capacity) {
		memmove(reader->buffer, reader->buffer + reader->start, buffered(reader));
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
	reader->end += (size_t)got;
	return got > 0;
}

/* A record that is too long, of which seen bytes are known: counts the rest without keeping it. */
static int
too_long(struct record_reader *reader, int mark)
{
	size_t size = buffered(reader);
	char *found = NULL;
	int more = 1;

	reader->count++;
	if (reader->elsewhere) {
		reader->endless = true;
		reader->size = size;
		errno = EMSGSIZE;
		return -1;
	}
	while (mark == EOF || !(found = memchr(reader->buffer + reader->start, mark, buffered(reader)))) {
		if (size > reader->limit && size - reader->limit > COUNT_LIMIT) {
			reader->endless = true;
			break;
		}
		reader->start = reader->end = 0;
		more = fill(reader);
		if (more <= 0)
			break;
		size += buffered(reader);
	}
	if (more == -1)
		return -1;
	if (found)
		size -= (size_t)(reader->buffer + reader->end - found);
	reader->size = size;
	errno = EMSGSIZE;
	return -1;
}

/* Hands out size bytes at the front of the buffer and passes over them and the terminator's bytes. */
static int
hand_out(struct record_reader *reader, size_t skip, size_t size, size_t terminator, const char **data, size_t *length)
{
	*data = reader->buffer + reader->start + skip;
	*length = size;
	reader->start += skip + size + terminator;
	reader->scanned = 0;
	reader->count++;
	return 1;
}

static int
next_terminated(struct record_reader *reader, int mark, const char **data, size_t *size)
{
	for (;;) {
		char *from = reader->buffer + reader->start;
		char *found = NULL;
		int more;

		if (buffered(reader) > reader->scanned)
			found = memchr(from + reader->scanned, mark, buffered(reader) - reader->scanned);
		if (found && (size_t)(found - from) <= reader->limit)
			return hand_out(reader, 0, (size_t)(found - from), 1, data, size);
		reader->scanned = buffered(reader);
		if (reader->scanned > reader->limit)
			return too_long(reader, mark);
		more = fill(reader);
		if (more == -1)
			return -1;
		if (more == 0)
			return buffered(reader) ? hand_out(reader, 0, buffered(reader), 0, data, size) : 0;
	}
}

static int
next_raw(struct record_reader *reader, const char **data, size_t *size)
{
	int more;

	if (reader->count > 0)
		return 0;
	do {
		if (buffered(reader) > reader->limit)
			return too_long(reader, EOF);
		more = fill(reader);
	} while (more > 0);
	return more == -1 ? -1 : hand_out(reader, 0, buffered(reader), 0, data, size);
}

static int
bad(struct record_reader *reader, const char *fault)
{
	reader->fault = fault;
	reader->count++;
	errno = EBADMSG;
	return -1;
}

/*
 * The length in front of a netstring into *length, its digits and the colon into *digits. 1, 0 where more input is
 * needed, -1.
 */
static int
netstring_length(struct record_reader *reader, size_t *length, size_t *digits)
{
	const char *from = reader->buffer + reader->start;
	size_t i, value = 0;

	for (i = 0; i < buffered(reader) && from[i] >= '0' && from[i] <= '9'; i++) {
		if (i == LENGTH_DIGITS || value > (SSIZE_MAX - 9) / 10)
			return bad(reader, "its length is no number that fits");
		value = value * 10 + (size_t)(from[i] - '0');
	}
	if (i == buffered(reader))
		return 0;
	if (i == 0)
		return bad(reader, "it does not start with a length");
	if (from[i] != ':')
		return bad(reader, "its length is not followed by a colon");
	if (from[0] == '0' && i > 1)
		return bad(reader, "its length starts with 0");
	*length = value;
	*digits = i + 1;
	return 1;
}

static int
next_netstring(struct record_reader *reader, const char **data, size_t *size)
{
	size_t length = 0, digits = 0;
	bool known = false;

	for (;;) {
		int more;

		if (!known && buffered(reader) > 0) {
			int got = netstring_length(reader, &length, &digits);

			if (got == -1)
				return -1;
			known = got == 1;
		}
		if (known && length > reader->limit) {
			reader->count++;
			reader->size = length;
			errno = EMSGSIZE;
			return -1;
		}
		if (known && buffered(reader) > digits + length) {
			if (reader->buffer[reader->start + digits + length] != ',')
				return bad(reader, "no comma follows its last byte");
			return hand_out(reader, digits, length, 1, data, size);
		}
		more = fill(reader);
		if (more == -1)
			return -1;
		if (more == 0)
			return buffered(reader) ? bad(reader, "the input ends inside it") : 0;
	}
}

int
record_next(struct record_reader *reader, const char **data, size_t *size)
{
	switch (reader->form) {
	case RECORD_LINE:
		return next_terminated(reader, '\n', data, size);
	case RECORD_NUL:
		return next_terminated(reader, '\0', data, size);
	case RECORD_NETSTRING:
		return next_netstring(reader, data, size);
	case RECORD_RAW:
		break;
	}
	return next_raw(reader, data, size);
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
	char digits[22];
	unsigned long long value;
	const char *tab = memchr(*data, '\t', *size);
	size_t length = tab ? (size_t)(tab - *data) : 0;

	if (length == 0 || length >= sizeof(digits)) {
		errno = EBADMSG;
		return -1;
	}
	memcpy(digits, *data, length);
	digits[length] = '\0';
	if (strlen(digits) != length || number_parse(digits, 0, LONG_MAX, &value) == -1) {
		errno = errno == ERANGE ? ERANGE : EBADMSG;
		return -1;
	}
	*number = (long)value;
	*data = tab + 1;
	*size -= length + 1;
	return 0;
}
