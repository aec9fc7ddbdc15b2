/*
 * portable_receive.c: blocked signals are taken one by one. The call that waits for them waits for nothing else, so it is
 * cut into ticks, between which the output is looked at. See sigtimedwait(3p).
 */
#include <errno.h>

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

static void
convert(const siginfo_t *info, struct received_signal *received)
{
	int code = info->si_code;
	/* Other codes leave the sender undefined. */
	bool sender = code == SI_USER || code == SI_QUEUE ||
	              (info->si_signo == SIGCHLD && code >= CLD_EXITED && code <= CLD_CONTINUED);

	*received = (struct received_signal){.number = info->si_signo,
	    .code = code,
	    .pid = sender ? info->si_pid : 0,
	    .uid = sender ? info->si_uid : 0,
	    .value = code == SI_QUEUE ? info->si_value.sival_int : 0};
}

/* Take a signal within timeout. Returns 0, or -1 with errno of sigtimedwait(3p). */
static int
take(const sigset_t *set, const struct timespec *timeout, struct received_signal *received)
{
	struct text call = {0};
	siginfo_t info;
	int result = sigtimedwait(set, &info, timeout);

	if (result != -1)
		convert(&info, received);
	/* A line for each tick would hide the others. */
	if (trace_on && (result != -1 || (errno != EAGAIN && errno != EINTR))) {
		text_format(&call, "sigtimedwait(");
		signal_name_set(&call, set);
		text_format(&call, ", ");
		if (result != -1)
			trace_received(&call, received, "si_", "sival_int");
		text_format(
		    &call, "%s, {%lld, %ld})", result == -1 ? "{}" : "", (long long)timeout->tv_sec, timeout->tv_nsec);
		trace_end(&call, result);
	}
	return result == -1 ? -1 : 0;
}

int
receive_wait(
    struct receiver *receiver, int output, const struct deadline *deadline, struct received_signal *batch, size_t most)
{
	struct timespec tick = {0};
	size_t count = 0;

	while (count == 0) {
		tick.tv_nsec = deadline_poll(deadline, DEADLINE_TICK) * 1000000L;
		if (io_gone(output)) {
			errno = EPIPE;
			return -1;
		}
		if (take(&receiver->set, &tick, &batch[0]) == 0) {
			count = 1;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -1;
		} else if (deadline_passed(deadline) && tick.tv_nsec == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	tick.tv_nsec = 0;
	while (count < most && count < RECEIVE_MOST && take(&receiver->set, &tick, &batch[count]) == 0)
		count++;
	return (int)count;
}
