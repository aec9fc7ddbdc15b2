/*
 * record.h: records in streams of bytes: lines, NUL-terminated records, netstrings, or the whole input as one record.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/text.h"

enum record_form { RECORD_LINE, RECORD_NUL, RECORD_NETSTRING, RECORD_RAW };

/* A scanner that finds the ends of records in bytes that come in pieces. It starts as {.form = FORM}. */
struct record_scanner {
	enum record_form form;
	bool open;           /* the last byte did not end a record */
	bool body;           /* the length of a netstring is complete */
	unsigned int digits; /* digits of that length */
	size_t length, left; /* length of the netstring, and bytes of the body that have not come, if body is set */
	const char *fault;   /* after EBADMSG: fault of the netstring */
};

/*
 * Scan up to the end of one record. Returns the number of bytes that belong to the record, with its terminator; if the
 * terminator is not among them, all bytes belong to it and scanner->open is set. Returns -1 on error. Errors: EBADMSG
 * (not a netstring).
 */
CHECKED ssize_t record_scan(struct record_scanner *scanner, const char *data, size_t size);

/* A reader of records from a descriptor. It holds at most twice the longest record and a buffer of 64 KiB. */
struct record_reader {
	int fd;
	enum record_form form;
	size_t limit;   /* longest record that is returned, in bytes */
	bool elsewhere; /* the caller polls fd: record_next fails with EAGAIN instead of waiting for a whole record */
	unsigned long count; /* records returned so far; after an error the number of the bad record */
	unsigned long reads; /* reads that brought bytes, so far */
	bool more;           /* bytes were left behind the record that was returned last, perhaps whole records */
	size_t size;         /* after EMSGSIZE: bytes of the record that were counted */
	bool endless;        /* after EMSGSIZE: counting stopped before the end of the record */
	const char *fault;   /* after EBADMSG: fault of the netstring */

	/* Private to record.c. */
	struct record_scanner scanner;
	char *buffer;
	size_t start, end, capacity;
	size_t scanned; /* bytes of the next record that the scanner has seen */
	bool ended;
};

/* Prepare to read records from a descriptor, which stays the caller's. The owner calls record_close. */
void record_open(struct record_reader *reader, int fd, enum record_form form, size_t limit);

/*
 * Point *data and *size at the next record, without its terminator. The record is valid until the next call. Returns 1,
 * 0 at the end of the input, or -1. Errors: EMSGSIZE (longer than limit), EBADMSG (not a netstring), EAGAIN (elsewhere
 * is set), EINTR (a signal was caught), ENOMEM, those of read(2). After EMSGSIZE or EBADMSG no further record can be
 * read.
 */
CHECKED int record_next(struct record_reader *reader, const char **data, size_t *size);

/*
 * Point *data and *size at the bytes that have come, at least one, whether or not they are whole records. Returns and
 * fails as record_next.
 */
int record_bytes(struct record_reader *reader, const char **data, size_t *size);

/* Return the number of bytes that were read and not returned. */
size_t record_held(const struct record_reader *reader);

/* Append the fault that made record_next return -1 with that errno value. */
void record_fault(const struct record_reader *reader, int error, struct text *text);

/* Release the space of a long record that was returned, unless bytes are held; the record is no longer valid. */
void record_trim(struct record_reader *reader);

/* Release the buffer, and drop the bytes in it. */
void record_close(struct record_reader *reader);

/* The most bytes that record_format adds to a record. */
#define RECORD_FRAME 48

/*
 * Format a record to an array of at least size + RECORD_FRAME bytes: prefix (at most 22 bytes, or NULL) and a tab, the
 * data, and the terminator of the form. Store in *body where the data begin. Returns the number of bytes used.
 */
CHECKED size_t record_format(
    enum record_form form, const char *prefix, const void *data, size_t size, char *to, size_t *body);

/*
 * Take the number and the tab that -P puts before a record off *data. Returns 0, or -1. Errors: EBADMSG (there is
 * none), ERANGE (it does not fit a long).
 */
CHECKED int record_prefix(const char **data, size_t *size, long *number);

#endif
