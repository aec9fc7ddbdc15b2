/*
 * exact.c: a number of records from one descriptor to another, and not a byte more taken. What is ahead is looked at
 * before it is taken; where that cannot be done it is taken byte by byte.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/record.h"
#include "pipe/internal.h"
#include "pipe/pipe.h"

void
exact_open(struct exact *exact, enum record_form form, unsigned long long count)
{
	*exact = (struct exact){.form = form, .left = count};
}

/* A byte of a netstring. Returns 1 if it ends a record. */
static int
netstring(struct exact *exact, char byte)
{
	if (exact->body > 0) {
		exact->body--;
		if (exact->body > 0)
			return 0;
		if (byte != ',') {
			errno = EBADMSG;
			return -1;
		}
		exact->digits = 0;
		exact->length = 0;
		return 1;
	}
	if (byte == ':' && exact->digits > 0) {
		exact->body = exact->length + 1;
		return 0;
	}
	if (byte < '0' || byte > '9' || (exact->digits > 0 && exact->length == 0) || exact->digits == 18) {
		errno = EBADMSG;
		return -1;
	}
	exact->length = exact->length * 10 + (unsigned long long)(byte - '0');
	exact->digits++;
	return 0;
}

ssize_t
exact_scan(struct exact *exact, const char *data, size_t size)
{
	size_t i;
	int ended;

	for (i = 0; i < size && exact->left > 0; i++) {
		if (exact->form == RECORD_NETSTRING)
			ended = netstring(exact, data[i]);
		else
			ended = data[i] == (exact->form == RECORD_NUL ? '\0' : '\n');
		if (ended == -1)
			return -1;
		exact->open = !ended;
		exact->left -= (unsigned int)ended;
		if (ended && exact->one)
			return (ssize_t)i + 1;
	}
	return (ssize_t)i;
}

/* How many of the next bytes belong to the records, after a look at them; 0: nothing is known of them. */
static ssize_t
look(struct exact *exact, struct pump *pump, char *room, size_t size)
{
	struct exact ahead = *exact;
	ssize_t there;

	if (exact->blind)
		return 0;
	if (pump->source == PUMP_FILE)
		there = pread(pump->in, room, size, lseek(pump->in, 0, SEEK_CUR));
	else
		there = pipe_peek(pump->in, room, size);
	if (there == -1 && errno == ENOTSUP)
		exact->blind = true;
	if (there <= 0)
		return 0;
	there = exact_scan(&ahead, room, (size_t)there);
	return there == -1 ? 1 : there;
}

ssize_t
exact_read(struct exact *exact, struct pump *pump, char *data, size_t size)
{
	ssize_t known, got, used;

	if (exact->left == 0)
		return 0;
	if (pump_wait(pump, false) == -1)
		return -1;
	known = look(exact, pump, data, size);
	got = pump_read(pump, data, known > 0 ? (size_t)known : 1);
	if (got <= 0)
		return got;
	used = exact_scan(exact, data, (size_t)got);
	exact->bad = used == -1 ? (size_t)got : 0;
	return used == -1 ? -1 : got;
}

int
exact_copy(struct exact *exact, struct pump *pump)
{
	ssize_t got = 1;

	while (got > 0) {
		if (pump_flush(pump) == -1)
			return -1;
		got = exact_read(exact, pump, pump->buffer, sizeof(pump->buffer));
		if (got != 0) {
			pump->start = 0;
			pump->end = got > 0 ? (size_t)got : exact->bad;
		}
	}
	if (got == 0 && exact->left > 0 && exact->open && exact->form == RECORD_NETSTRING) {
		errno = EBADMSG;
		return -1;
	}
	return (int)got;
}
