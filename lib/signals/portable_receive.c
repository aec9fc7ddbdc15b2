/*
 * portable_receive.c for POSIX, whose call that waits for signals waits for nothing else: between its ticks it looks at the output.
 * Source: sigtimedwait(3p).
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "base/deadline.h"
#include "base/io.h"
#include "base/text.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/signals.h"

static sigset_t awaited;

int
arrival_open(const sigset_t *set)
{
	awaited = *set;
	return 0;
}

/* True if the code says that a process sent the signal, or which child it is about: then pid and uid mean something. */
static bool
has_sender(const siginfo_t *info)
{
	return info->si_code == SI_USER || info->si_code == SI_QUEUE ||
	       (info->si_signo == SIGCHLD && info->si_code >= CLD_EXITED && info->si_code <= CLD_CONTINUED);
}

static void
trace(int result, const siginfo_t *info, const struct timespec *timeout)
{
	char signal[SIGNAL_NAME_SIZE], code[SIGNAL_NAME_SIZE];
	struct text call = {0};

	text_format(&call, "sigtimedwait(");
	disposition_format(&call, &awaited);
	text_format(&call, ", {");
	if (result != -1) {
		text_format(&call, "si_signo=%s, si_code=%s", signal_name_macro(info->si_signo, signal),
		    signal_name_code_macro(info->si_signo, info->si_code, code));
		if (has_sender(info))
			text_format(&call, ", si_pid=%ld, si_uid=%lu", (long)info->si_pid, (unsigned long)info->si_uid);
		if (info->si_code == SI_QUEUE)
			text_format(&call, ", sival_int=%d", info->si_value.sival_int);
	}
	text_format(&call, "}, {%lld, %ld})", (long long)timeout->tv_sec, timeout->tv_nsec);
	trace_end(&call, result);
}

/* Takes a signal within timeout. -1: EAGAIN, EINTR. */
static int
take(const struct timespec *timeout, struct arrival *arrival)
{
	siginfo_t info;
	bool sender;
	int result = sigtimedwait(&awaited, &info, timeout);

	/* The ticks between are no lesson. */
	if (trace_on && (result != -1 || (errno != EAGAIN && errno != EINTR)))
		trace(result, &info, timeout);
	if (result == -1)
		return -1;
	sender = has_sender(&info);
	*arrival = (struct arrival){.number = info.si_signo,
	    .code = info.si_code,
	    .pid = sender ? info.si_pid : 0,
	    .uid = sender ? info.si_uid : 0,
	    .value = info.si_code == SI_QUEUE ? info.si_value.sival_int : 0};
	return 0;
}

int
arrival_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most)
{
	const struct timespec none = {0};
	struct timespec tick = {0};
	size_t count = 0;

	while (count == 0) {
		tick.tv_nsec = deadline_poll(deadline, DEADLINE_TICK) * 1000000L;
		if (io_gone(output)) {
			errno = EPIPE;
			return -1;
		}
		if (take(&tick, &batch[0]) == 0) {
			count = 1;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -1;
		} else if (deadline_passed(deadline) && tick.tv_nsec == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	while (count < most && take(&none, &batch[count]) == 0)
		count++;
	return (int)count;
}
