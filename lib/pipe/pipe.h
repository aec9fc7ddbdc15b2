/*
 * pipe.h: bytes and records from one descriptor to another.
 */
#ifndef PIPE_PIPE_H
#define PIPE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/record.h"

struct stream {
	int in, out;
	bool watch;           /* nothing is taken once out has lost its reader */
	bool pass;            /* pages of a file may be handed on instead of copied */
	bool grows;           /* out is a pipe that may be given more capacity when it is full */
	long long in_timeout; /* the longest wait for a byte, and for room; nanoseconds, DEADLINE_NEVER */
	long long out_timeout;
	int (*tick)(void *owner); /* asked each second while it waits for a byte; -1 ends the wait; NULL: none */
	void *owner;
	unsigned long long moved; /* bytes that out has accepted */
	bool output;              /* after an error: it was that of out */
	bool ready;               /* in is a file, which is always ready */
	bool copies;              /* pages cannot be handed on here */
	bool waits;               /* a call may wait in the kernel; stream.c's own */
	bool blocked;             /* it could not go on, though in had something; stream.c's own */
	size_t start, end;        /* what is in buffer was read and not yet written */
	char buffer[64 * 1024];
};

/* Sets up for two descriptors; one for which a wait shall be bounded is non-blocking. */
void stream_open(struct stream *stream, int in, int out);

/*
 * Copies until the end of in. What was taken and could not be written is still held, and goes out first when it is called
 * again. -1: ETIMEDOUT, EINTR, EPIPE, errno of read(2), write(2), splice(2).
 */
int stream_copy(struct stream *stream);

/* Writes what was taken and is still held. */
int stream_flush(struct stream *stream);

/* Waits for a byte of in, or for room in out; a wait for a byte ends also when a watched out has lost its reader (EPIPE). */
int stream_wait(struct stream *stream, bool output);

/* read(2) and write(2), traced, which wait so. stream_write writes all. */
ssize_t stream_read(struct stream *stream, char *data, size_t size);
int stream_write(struct stream *stream, const char *data, size_t size, size_t *written);

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
ssize_t exact_read(struct exact *exact, struct stream *stream, char *data, size_t size);

/* Copies the records that are wanted. What was taken and could not be written goes out first when it is called again. */
int exact_copy(struct exact *exact, struct stream *stream);

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
int whole_copy(struct exact *exact, bool counted, struct stream *stream, struct whole *whole);

#endif
