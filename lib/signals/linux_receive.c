/*
 * linux_receive.c: blocked signals are read from a descriptor, many at once. poll(2) waits together for them and for
 * the loss of the output's reader. See signalfd(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/names.h"

int
receive_prepare(struct receiver *receiver)
{
	struct text names = {0};

	receiver->fd = TRACED(signalfd(-1, &receiver->set, SFD_CLOEXEC | SFD_NONBLOCK));
	if (trace_on)
		signal_name_set(&names, &receiver->set);
	trace_call(receiver->fd, "signalfd(-1, %s, SFD_CLOEXEC|SFD_NONBLOCK)", names.data);
	text_free(&names);
	return receiver->fd == -1 ? -1 : 0;
}

static void
convert(const struct signalfd_siginfo *info, siginfo_t *received)
{
	received->si_signo = (int)info->ssi_signo;
	received->si_code = info->ssi_code;
	received->si_pid = (pid_t)info->ssi_pid;
	received->si_uid = (uid_t)info->ssi_uid;
	received->si_value.sival_int = info->ssi_int;
	/* The members may share their place. */
	if (signal_of_child(received))
		received->si_status = info->ssi_status;
}

static void
trace_read(int fd, const siginfo_t *batch, int count, size_t size, ssize_t result)
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
receive_wait(struct receiver *receiver, int output, const struct deadline *deadline, siginfo_t *batch, size_t most)
{
	struct signalfd_siginfo infos[RECEIVE_MOST];
	size_t wanted = (most < RECEIVE_MOST ? most : RECEIVE_MOST) * sizeof(infos[0]);
	struct pollfd wait[2] = {{.fd = receiver->fd, .events = POLLIN}, {.fd = output}};
	int count, i;
	ssize_t size;

	do {
		if (trace_on)
			trace_start(__func__, true);
		if (deadline_wait(wait, 2, deadline, -1) == -1)
			return -1;
		if (wait[1].revents)
			return error_set(EPIPE);
		size = TRACED(read(receiver->fd, infos, wanted));
		count = size > 0 ? (int)((size_t)size / sizeof(infos[0])) : 0;
		for (i = 0; i < count; i++)
			convert(&infos[i], &batch[i]);
		if (trace_on)
			trace_read(receiver->fd, batch, count, wanted, size);
	} while (size == -1 && (errno == EAGAIN || errno == EINTR));
	return size == -1 ? -1 : count;
}
