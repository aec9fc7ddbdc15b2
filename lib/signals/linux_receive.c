/*
 * linux_receive.c: blocked signals are read from a descriptor, many at once, and poll(2) waits for them and for the loss
 * of the output's reader together. See signalfd(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/trace.h"
#include "signals/internal.h"
#include "signals/names.h"

int
receive_prepare(struct receiver *receiver)
{
	receiver->fd = signalfd(-1, &receiver->set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "signalfd(-1, ");
		signal_name_set(&call, &receiver->set);
		text_format(&call, ", SFD_CLOEXEC|SFD_NONBLOCK)");
		trace_end(&call, receiver->fd);
	}
	return receiver->fd == -1 ? -1 : 0;
}

/* Wait until deadline for a signal. Returns 0 or -1. Errors: EPIPE (output has lost its reader), ETIMEDOUT. */
static int
await(const struct receiver *receiver, int output, const struct deadline *deadline)
{
	struct pollfd wait[2] = {{.fd = receiver->fd, .events = POLLIN}, {.fd = output}};

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

static void
convert(const struct signalfd_siginfo *info, struct received_signal *received)
{
	int code = info->ssi_code;
	/* Other codes leave the sender undefined. */
	bool sender = code == SI_USER || code == SI_QUEUE || code == SI_MESGQ || code == SI_TKILL ||
	              (info->ssi_signo == SIGCHLD && code >= CLD_EXITED && code <= CLD_CONTINUED);

	*received = (struct received_signal){.number = (int)info->ssi_signo,
	    .code = code,
	    .pid = sender ? (pid_t)info->ssi_pid : 0,
	    .uid = sender ? (uid_t)info->ssi_uid : 0,
	    .value = info->ssi_int};
}

static void
trace_read(int fd, const struct received_signal *batch, int count, size_t size, ssize_t result)
{
	struct text call = {0};
	int i;

	text_format(&call, "read(%d, {", fd);
	for (i = 0; i < count && i < 3; i++) {
		text_format(&call, "%s", i ? ", " : "");
		trace_received(&call, &batch[i], "ssi_", "ssi_int");
	}
	text_format(&call, "%s}, %zu)", i < count ? ", ..." : "", size);
	trace_end(&call, (long)result);
}

int
receive_wait(
    struct receiver *receiver, int output, const struct deadline *deadline, struct received_signal *batch, size_t most)
{
	struct signalfd_siginfo infos[RECEIVE_MOST];
	size_t wanted = (most < RECEIVE_MOST ? most : RECEIVE_MOST) * sizeof(infos[0]);
	int count, i;
	ssize_t size;

	do {
		if (await(receiver, output, deadline) == -1)
			return -1;
		size = read(receiver->fd, infos, wanted);
		count = size > 0 ? (int)((size_t)size / sizeof(infos[0])) : 0;
		for (i = 0; i < count; i++)
			convert(&infos[i], &batch[i]);
		if (trace_on)
			trace_read(receiver->fd, batch, count, wanted, size);
	} while (size == -1 && errno == EAGAIN);
	return size == -1 ? -1 : count;
}
