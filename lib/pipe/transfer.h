/*
 * transfer.h: standard input to a FIFO, or a FIFO to standard output, by way of all readers or writers that come and go.
 */
#ifndef PIPE_TRANSFER_H
#define PIPE_TRANSFER_H

#include <stdbool.h>

#include "base/pump.h"
#include "base/record.h"
#include "pipe/fifo.h"
#include "pipe/records.h"

struct transfer {
	struct fifo fifo;      /* with fifo.forever, the transfer goes on when the other end closes */
	enum record_form form; /* of counted and of whole records */
	bool lines;            /* each record goes out in one write */
	bool counts;           /* it ends after count records */
	unsigned long long count;
	bool pass; /* pages of an input file may be passed on */

	/* What became of it. */
	bool alone; /* after ETIMEDOUT: no other end came, and no byte or space was waited for */
	struct pump pump;
	struct counted counted;
	struct unbroken unbroken;
};

/*
 * Transfer until the end, once fifo_open has opened the FIFO. Returns 0 or -1. Errors: those of pump_copy, counted_copy,
 * unbroken_copy, fifo_again; EPIPE also if a reader has gone without taking all.
 */
int transfer_run(struct transfer *transfer);

/* Return the number of records that were copied, with lines or counts. */
unsigned long long transfer_records(const struct transfer *transfer);

#endif
