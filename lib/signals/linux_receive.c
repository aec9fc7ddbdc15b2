/*
 * linux_receive.c: a descriptor from which blocked signals are read, many at once, and which can be waited for
 * together with the output. Source: signalfd(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/text.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/signals.h"

static int arrivals = -1;

int
arrival_open(const sigset_t *set)
{
	arrivals = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "signalfd(-1, ");
		disposition_format(&call, set);
		text_format(&call, ", SFD_CLOEXEC|SFD_NONBLOCK)");
		trace_end(&call, arrivals);
	}
	return arrivals == -1 ? -1 : 0;
}

/* True if the code says that a process sent the signal, or which child it is about: then pid and uid mean something. */
static bool
has_sender(const struct signalfd_siginfo *info)
{
	int code = info->ssi_code;

	return code == SI_USER || code == SI_QUEUE || code == SI_MESGQ || code == SI_TKILL ||
	       (info->ssi_signo == SIGCHLD && code > 0 && code <= CLD_CONTINUED);
}

static void
trace(const struct signalfd_siginfo *infos, size_t count, size_t most, ssize_t result)
{
	char signal[SIGNAL_NAME_SIZE], code[SIGNAL_NAME_SIZE];
	struct text call = {0};
	size_t i;

	text_format(&call, "read(%d, {", arrivals);
	for (i = 0; i < count && i < 3; i++) {
		const struct signalfd_siginfo *info = &infos[i];

		text_format(&call, "%s{ssi_signo=%s, ssi_code=%s", i ? ", " : "",
		    signal_name_macro((int)info->ssi_signo, signal),
		    signal_name_code_macro((int)info->ssi_signo, info->ssi_code, code));
		if (has_sender(info))
			text_format(&call, ", ssi_pid=%u, ssi_uid=%u", info->ssi_pid, info->ssi_uid);
		if (info->ssi_code == SI_QUEUE)
			text_format(&call, ", ssi_int=%d", info->ssi_int);
		text_format(&call, "}");
	}
	text_format(&call, "%s}, %zu)", i < count ? ", ..." : "", most * sizeof(*infos));
	trace_end(&call, (long)result);
}

/* Waits until deadline for signals, and for nobody to be there who reads output. */
static int
await(int output, const struct deadline *deadline)
{
	struct pollfd wait[2] = {{.fd = arrivals, .events = POLLIN}, {.fd = output}};

	for (;;) {
		int ready = poll(wait, 2, deadline->limited ? deadline_poll(deadline, INT_MAX) : -1);

		if (ready > 0 && wait[1].revents)
			errno = EPIPE;
		else if (ready > 0)
			return 0;
		else if (ready == 0 && deadline_passed(deadline))
			errno = ETIMEDOUT;
		else if (ready == 0 || errno == EINTR)
			continue;
		return -1;
	}
}

int
arrival_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most)
{
	struct signalfd_siginfo infos[INBOX_MOST];
	size_t count, i;
	ssize_t size;

	do {
		if (await(output, deadline) == -1)
			return -1;
		size = read(arrivals, infos, most * sizeof(*infos));
		count = size > 0 ? (size_t)size / sizeof(*infos) : 0;
		if (trace_on)
			trace(infos, count, most, size);
	} while (size == -1 && errno == EAGAIN);
	if (size == -1)
		return -1;
	for (i = 0; i < count; i++) {
		const struct signalfd_siginfo *info = &infos[i];
		bool sender = has_sender(info);

		batch[i] = (struct arrival){.number = (int)info->ssi_signo,
		    .code = info->ssi_code,
		    .pid = sender ? (pid_t)info->ssi_pid : 0,
		    .uid = sender ? (uid_t)info->ssi_uid : 0,
		    .value = info->ssi_int};
	}
	return (int)count;
}
