/*
 * pipe.h: bytes and records from one descriptor to another.
 */
#ifndef PIPE_PIPE_H
#define PIPE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/pump.h"
#include "base/record.h"

struct exact {
	enum record_form form;
	unsigned long long left; /* records still wanted */
	bool one;                /* exact_read ends with each record */
	bool open;               /* the last byte was not the end of a record */
	bool blind;              /* what is ahead cannot be looked at */
	size_t bad;              /* after EBADMSG: bytes that exact_read has taken in vain */
	int digits;              /* of a netstring's length */
	unsigned long long length, body;
};

/* Sets up for count records; RECORD_RAW is not among the forms. */
void exact_open(struct exact *exact, enum record_form form, unsigned long long count);

/* How many of the bytes belong to the records that are wanted, which they bring nearer. -1: EBADMSG (no netstring). */
ssize_t exact_scan(struct exact *exact, const char *data, size_t size);

/* Reads up to size bytes of the records that are wanted. Returns how many, 0 when all are there or at the end, -1. */
ssize_t exact_read(struct exact *exact, struct pump *pump, char *data, size_t size);

/* Copies the records that are wanted. What was taken and could not be written goes out first when it is called again. */
int exact_copy(struct exact *exact, struct pump *pump);

struct whole {
	unsigned long long number; /* records written */
	size_t size;               /* after EMSGSIZE: bytes of the next one, with its terminator */
	bool endless;              /* after EMSGSIZE: it has more, which was not looked at */
};

/*
 * Copies records, all or those that exact wants (counted), each in one write of at most PIPE_BUF bytes, perhaps together
 * with others; one that lacks its terminator gets it. -1: as exact_copy; EMSGSIZE (longer than PIPE_BUF; those before it
 * were written).
 */
int whole_copy(struct exact *exact, bool counted, struct pump *pump, struct whole *whole);

#endif
