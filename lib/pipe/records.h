/*
 * records.h: records from a pump's input to its output: a number of them, or each unbroken.
 */
#ifndef PIPE_RECORDS_H
#define PIPE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/pump.h"
#include "base/record.h"

/* A number of records, beyond which no byte is taken from the input. RECORD_RAW is not among the forms. */
struct counted {
	struct record_scanner scanner;
	unsigned long long left; /* records not yet read */
	size_t bad;              /* after EBADMSG: bytes that were read and belong to no record */
	bool blind;              /* the input cannot be inspected before it is read */
};

/* Prepare to read count records. */
void counted_open(struct counted *counted, enum record_form form, unsigned long long count);

/*
 * Read up to size bytes of the records. Returns the number of bytes, 0 at the end of the last record or of the input,
 * or -1. Errors: EBADMSG (not a netstring), those of pump_read.
 */
ssize_t counted_read(struct counted *counted, struct pump *pump, char *data, size_t size);

/*
 * Copy the records. Bytes that were read and not written are written first by the next call. Returns 0 or -1. Errors:
 * EBADMSG (not a netstring), those of pump_copy.
 */
int counted_copy(struct counted *counted, struct pump *pump);

/* Records that are written in one piece, so that those of several writers of a pipe never mix. */
struct unbroken {
	enum record_form form;
	struct counted *counted;   /* bound of the records that are read; NULL: all are read */
	unsigned long long number; /* records written */
	unsigned long long dropped;
	size_t size;  /* after EMSGSIZE: bytes of the next record, with its terminator */
	bool endless; /* after EMSGSIZE: the record has more bytes */
};

/*
 * Copy records, each in one write(2) of at most PIPE_BUF bytes, which other records may share. Add the terminator that
 * a last record lacks. Returns 0 or -1. Errors: EMSGSIZE (a record is longer than PIPE_BUF; those before it were
 * written), those of counted_copy.
 */
int unbroken_copy(struct unbroken *unbroken, struct pump *pump);

/* Drop whole records that unbroken_copy has read and not written: as many as most bytes hold. */
void unbroken_drop(struct unbroken *unbroken, struct pump *pump, size_t most);

#endif
