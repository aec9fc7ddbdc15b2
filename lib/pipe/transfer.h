/*
 * transfer.h: standard input to a FIFO, or a FIFO to standard output; with -f across successive readers or writers.
 */
#ifndef PIPE_TRANSFER_H
#define PIPE_TRANSFER_H

#include <stdbool.h>

#include "base/checked.h"
#include "base/pump.h"
#include "base/record.h"
#include "pipe/fifo.h"
#include "pipe/records.h"

struct transfer {
	struct fifo fifo;      /* with fifo.forever, the transfer goes on when the other end closes */
	enum record_form form; /* form of counted and of whole records */
	bool lines;            /* each record is written in one piece */
	bool lossy;            /* with lines: records that cannot be written in fifo.timeout are dropped */
	bool counts;           /* the transfer ends after count records */
	unsigned long long count;
	bool pass; /* pages of an input file may be passed on */

	/* Results of the transfer. */
	long unread; /* with lossy: bytes that were written, and that no reader has taken */
	bool alone;  /* after ETIMEDOUT: the wait was for another reader or writer, not for bytes */
	struct pump pump;
	struct counted counted;
	struct unbroken unbroken;
};

/*
 * Transfer until the end, once fifo_open has opened the FIFO. Returns 0 or -1. Errors: those of pump_copy,
 * counted_copy, unbroken_copy, fifo_again; EPIPE even if a reader has gone after the last write, without reading all
 * bytes.
 */
CHECKED int transfer_run(struct transfer *transfer);

/* Return the number of records that were copied, if lines or counts is set. */
unsigned long long transfer_records(const struct transfer *transfer);

#endif
