/*
 * pump_copy.c: copying with waits. poll(2) precedes each read(2). A write(2), and a splice(2) if no timeout is set, may
 * block by themselves, which takes fewer calls.
 */
#include <errno.h>

#include "base/error.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/pump.h"

int
pump_wait(struct pump *pump, bool output)
{
	struct pollfd wait[2] = {
	    {.fd = output ? pump->out : pump->in, .events = output ? POLLOUT : POLLIN},
	    {.fd = pump->watch && !output ? pump->out : -1},
	};
	/* Bytes that were read are written even if tick would find that in is gone. */
	int (*tick)(void *) = output ? NULL : pump->tick;
	struct deadline deadline;
	int ready;

	pump->output = output;
	/* A file is always ready. */
	if (!output && pump->source == PUMP_FILE)
		return interrupt_caught() ? error_set(EINTR) : 0;
	deadline_set(&deadline, output ? pump->out_timeout : pump->in_timeout);
	while ((ready = deadline_wait(wait, 2, &deadline, tick ? 10 * DEADLINE_TICK : -1)) == 0)
		if (tick(pump->owner) == -1)
			return -1;
	if (ready > 0 && wait[1].revents) {
		pump->output = true;
		return error_set(EPIPE);
	}
	return ready > 0 ? 0 : -1;
}

ssize_t
pump_read(struct pump *pump, char *data, size_t size)
{
	ssize_t got;

	pump->output = false;
	if (interrupt_caught())
		return error_set(EINTR);
	while ((got = pump_take(pump, data, size)) == -1) {
		if (errno == EINTR && !interrupt_caught())
			continue;
		if ((errno != EAGAIN && errno != EWOULDBLOCK) || pump_wait(pump, false) == -1)
			return -1;
	}
	return got;
}

int
pump_flush(struct pump *pump)
{
	while (pump_holds(pump)) {
		int result = pump_step(pump);

		if (result == -1 || (result == 0 && pump_wait(pump, true) == -1))
			return -1;
	}
	return 0;
}

int
pump_copy(struct pump *pump)
{
	/* A FIFO that no writer has opened yet must not be taken for a FIFO that has ended. */
	int result = pump->in_timeout == 0 ? 0 : 1;

	if (pump->in_timeout == DEADLINE_NEVER && pump->out_timeout == DEADLINE_NEVER && !pump->tick)
		pump->waits = PUMP_CALLS;
	pump->open = true;
	pump->blocked = false;
	while (pump->open || pump_holds(pump)) {
		if (result == 0 && pump_wait(pump, pump->blocked) == -1)
			return -1;
		/*
		 * Bytes are read only while out has its reader. A splice(2) that waits for space in out does not see
		 * the end of in.
		 */
		if (result == 1 && (!pump->passing || pump->slow) && !pump_holds(pump) && pump_wait(pump, false) == -1)
			return -1;
		/*
		 * A splice(2) that would block does not say which side is to blame. Wait for in first, then for out:
		 * with blocked set, pump_step takes EAGAIN for an empty in.
		 */
		if (result == 1 && pump->passing)
			pump->blocked = true;
		result = pump_step(pump);
		if (result == -1)
			return -1;
		/* A step does not notice a signal if the input is a file, or if the call itself waits. */
		if (interrupt_caught() && (pump->open || pump_holds(pump))) {
			pump->output = pump->blocked || pump_holds(pump);
			return error_set(EINTR);
		}
	}
	return 0;
}
