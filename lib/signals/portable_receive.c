/*
 * portable_receive.c: blocked signals are taken one at a time. sigtimedwait(3p) waits for nothing else, so the wait is
 * cut into ticks, and the output is checked between them.
 */
#include <errno.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/names.h"

int
receive_prepare(struct receiver *receiver)
{
	receiver->fd = -1;
	return 0;
}

/* Take a signal within milliseconds. Returns 0, or -1 with errno of sigtimedwait(3p). */
static int
take(const sigset_t *set, int milliseconds, siginfo_t *received)
{
	struct timespec timeout = {.tv_nsec = milliseconds * 1000000L};
	int result = TRACED(sigtimedwait(set, received, &timeout));
	struct text call = {0};

	/* A line for each tick would hide the others. */
	if (trace_on && (result != -1 || (errno != EAGAIN && errno != EINTR))) {
		text_format(&call, "sigtimedwait(");
		signal_name_set(&call, set);
		text_format(&call, ", ");
		if (result != -1)
			trace_received(&call, received, "si_", "sival_int");
		text_format(&call, "%s, {0, %ld})", result == -1 ? "{}" : "", timeout.tv_nsec);
		trace_end(&call, result);
	}
	return result == -1 ? -1 : 0;
}

int
receive_wait(struct receiver *receiver, int output, const struct deadline *deadline, siginfo_t *batch, size_t most)
{
	size_t count;
	int tick;

	if (trace_on)
		trace_start("take", true);
	do {
		tick = deadline_poll(deadline, DEADLINE_TICK);
		if (io_gone(output))
			return error_set(EPIPE);
		if (interrupt_caught())
			return error_set(EINTR);
		count = take(&receiver->set, tick, batch) == 0;
		if (count == 0 && errno != EAGAIN && errno != EINTR)
			return -1;
	} while (count == 0 && tick > 0);
	while (count > 0 && count < most && count < RECEIVE_MOST && take(&receiver->set, 0, &batch[count]) == 0)
		count++;
	errno = ETIMEDOUT;
	return count > 0 ? (int)count : -1;
}
