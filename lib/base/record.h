/*
 * record.h: records in streams.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum record_form { RECORD_LINE, RECORD_NUL, RECORD_NETSTRING, RECORD_RAW };

/* Reads records from a descriptor, holding no more than one record and a buffer of 64 KiB. */
struct record_reader {
	int fd;
	enum record_form form;
	size_t limit;        /* the longest record, in bytes, that will be returned */
	bool elsewhere;      /* the caller does the waiting: EAGAIN while no whole record is there */
	unsigned long count; /* records returned so far; after an error the number of the bad one */
	size_t size;         /* after EMSGSIZE: the size of the record, or where counting it stopped */
	bool endless;        /* after EMSGSIZE: the counting stopped before the record's end */
	const char *fault;   /* after EBADMSG: what is wrong with the netstring */
	char *buffer;        /* the rest is record.c's own */
	size_t start, end, capacity, scanned;
	bool ended;
};

void record_open(struct record_reader *reader, int fd, enum record_form form, size_t limit);

/*
 * Points *data and *size at the next record, without its terminator; valid until the next call. Returns 1, 0 at the
 * end of the input, -1: EMSGSIZE (longer than limit), EBADMSG (not a netstring), ENOMEM, or errno of read(2).
 */
int record_next(struct record_reader *reader, const char **data, size_t *size);

/* Appends what was wrong when record_next returned -1 with that errno value. */
void record_fault(const struct record_reader *reader, int error, struct text *text);

/* Releases the buffer; the descriptor stays open. */
void record_close(struct record_reader *reader);

/* The most bytes that record_format adds to a record. */
#define RECORD_FRAME 48

/*
 * Formats a record to where there is room for size + RECORD_FRAME bytes: prefix (may be NULL, at most 22 bytes) and a
 * tab, the data, the terminator of its form. Returns the bytes used. *body is set to where in `to` the data stand.
 */
size_t record_format(enum record_form form, const char *prefix, const void *data, size_t size, char *to, size_t *body);

/*
 * Splits the number and the tab that -P puts in front of a record off *data. EBADMSG if there is none, ERANGE if it
 * does not fit a long.
 */
int record_prefix(const char **data, size_t *size, long *number);

#endif
