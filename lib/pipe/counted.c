/*
 * counted.c: copies a number of records and takes not a byte more. It looks at the bytes ahead before it takes them.
 * Where the system cannot look ahead, it takes them one by one.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "pipe/internal.h"
#include "pipe/records.h"

void
counted_open(struct counted *counted, enum record_form form, unsigned long long count)
{
	*counted = (struct counted){.scanner = {.form = form}, .left = count};
}

/*
 * Scan bytes and count down the records that they complete. Returns the number of bytes that belong to the records, or
 * -1 with EBADMSG.
 */
static ssize_t
scan(struct counted *counted, const char *data, size_t size)
{
	size_t done = 0;

	while (done < size && counted->left > 0) {
		ssize_t used = record_scan(&counted->scanner, data + done, size - done);

		if (used == -1)
			return -1;
		done += (size_t)used;
		counted->left -= !counted->scanner.open;
	}
	return (ssize_t)done;
}

/* Look ahead, using data. Returns the number of the next bytes that can be taken at once: at least 1. */
static size_t
look(struct counted *counted, struct pump *pump, char *data, size_t size)
{
	struct counted ahead = *counted;
	ssize_t there;

	if (counted->blind)
		return 1;
	if (pump->source == PUMP_FILE)
		there = pread(pump->in, data, size, lseek(pump->in, 0, SEEK_CUR));
	else
		there = pipe_peek(pump->in, data, size);
	if (there == -1 && errno == ENOTSUP)
		counted->blind = true;
	if (there > 0)
		there = scan(&ahead, data, (size_t)there);
	return there > 0 ? (size_t)there : 1;
}

ssize_t
counted_read(struct counted *counted, struct pump *pump, char *data, size_t size)
{
	ssize_t got;

	counted->bad = 0;
	if (counted->left == 0)
		return 0;
	if (pump_wait(pump, false) == -1)
		return -1;
	got = pump_read(pump, data, look(counted, pump, data, size));
	if (got > 0 && scan(counted, data, (size_t)got) == -1) {
		counted->bad = (size_t)got;
		return -1;
	}
	return got;
}

int
counted_copy(struct counted *counted, struct pump *pump)
{
	ssize_t got = 1;

	while (got > 0) {
		if (pump_flush(pump) == -1)
			return -1;
		got = counted_read(counted, pump, pump->buffer, sizeof(pump->buffer));
		if (got != 0) {
			pump->start = 0;
			pump->end = got > 0 ? (size_t)got : counted->bad;
		}
	}
	if (got == 0 && counted->scanner.open && counted->scanner.form == RECORD_NETSTRING)
		return error_set(EBADMSG);
	return (int)got;
}
