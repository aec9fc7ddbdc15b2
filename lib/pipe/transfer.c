/*
 * transfer.c: copies from or to a FIFO, and waits for another reader or writer once the present one has gone.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/io.h"
#include "pipe/transfer.h"

static void
prepare(struct transfer *transfer)
{
	const struct fifo *fifo = &transfer->fifo;
	struct pump *pump = &transfer->pump;

	if (fifo->write) {
		pump_open(
		    pump, STDIN_FILENO, fifo->fd, (transfer->pass ? PUMP_PASS : 0) | (fifo->capacity ? 0 : PUMP_GROW));
		pump->out_timeout = fifo->timeout;
	} else {
		pump_open(pump, fifo->fd, STDOUT_FILENO, 0);
		pump->in_timeout = fifo->timeout;
		/* A writer does not watch its reader: the writer may find another reader, or may have written all. */
		pump->watch = true;
	}
	if (fifo->forever && !fifo->write) {
		pump->tick = fifo_tick;
		pump->owner = &transfer->fifo;
	}
	counted_open(&transfer->counted, transfer->form, transfer->count);
	transfer->unbroken.form = transfer->form;
	transfer->unbroken.counted = transfer->counts ? &transfer->counted : NULL;
}

/* Copy until the input ends. */
static int
copy(struct transfer *transfer)
{
	if (transfer->lines)
		return unbroken_copy(&transfer->unbroken, &transfer->pump);
	if (transfer->counts)
		return counted_copy(&transfer->counted, &transfer->pump);
	return pump_copy(&transfer->pump);
}

/* Wait until the other end is open again. */
static int
again(struct transfer *transfer)
{
	if (fifo_again(&transfer->fifo) == 0)
		return 0;
	transfer->alone = true;
	transfer->pump.output = transfer->fifo.write;
	return -1;
}

/*
 * Handle a failed write of lossy: find another reader, or drop all records that wait, those that came while TIME passed
 * too. With a TIME of 0, drop only the records of one write. Returns 0 to go on, or -1.
 */
static int
reach(struct transfer *transfer)
{
	struct pump *pump = &transfer->pump;
	bool gone = errno == EPIPE || transfer->fifo.fd == -1;

	if (!transfer->lossy || !pump->output)
		return -1;
	if (gone && fifo_again(&transfer->fifo) == 0) {
		pump->out = transfer->fifo.fd;
		return 0;
	}
	if (errno != ETIMEDOUT)
		return -1;
	unbroken_drop(&transfer->unbroken, pump, transfer->fifo.timeout > 0 ? SIZE_MAX : PIPE_BUF);
	return 0;
}

/*
 * Make sure that a writer's last bytes in the pipe have a reader. With forever, wait until all bytes are read, by
 * another reader if need be. The wait looks again and again, because no call waits until a pipe is empty.
 */
static int
drain(struct transfer *transfer)
{
	struct deadline deadline;
	long long nap = 0;

	deadline_set(&deadline, transfer->fifo.timeout);
	transfer->fifo.drains = true;
	while (pipe_unread(transfer->fifo.fd) > 0) {
		bool waits = transfer->fifo.forever || transfer->lossy;
		/* A reader can have taken the bytes and gone between the first two calls. */
		bool gone = io_gone(transfer->fifo.fd) && pipe_unread(transfer->fifo.fd) > 0;

		transfer->pump.output = true;
		if (!transfer->fifo.forever && !gone)
			break;
		if (!waits || deadline_passed(&deadline))
			return error_set(waits ? ETIMEDOUT : EPIPE);
		if (gone ? again(transfer) == -1 : deadline_nap(&deadline, &nap) == -1)
			return -1;
	}
	return 0;
}

/* Drain the pipe, and with lossy count the bytes that no reader takes. */
static int
finish(struct transfer *transfer)
{
	if (drain(transfer) == 0)
		return 0;
	if (!transfer->lossy || errno != ETIMEDOUT)
		return -1;
	transfer->unread = pipe_unread(transfer->fifo.fd);
	return 0;
}

int
transfer_run(struct transfer *transfer)
{
	bool write = transfer->fifo.write;

	prepare(transfer);
	for (;;) {
		if (copy(transfer) == -1) {
			if (reach(transfer) == 0)
				continue;
			if (errno != EPIPE || !transfer->pump.output || !write || !transfer->fifo.forever)
				return -1;
		} else if (write) {
			return finish(transfer);
		} else if (!transfer->fifo.forever || (transfer->counts && transfer->counted.left == 0)) {
			return 0;
		}
		if (again(transfer) == -1)
			return -1;
	}
}

unsigned long long
transfer_records(const struct transfer *transfer)
{
	return transfer->lines ? transfer->unbroken.number + transfer->unbroken.dropped
	                       : transfer->count - transfer->counted.left;
}
