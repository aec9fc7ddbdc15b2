/*
 * wait.c: waiting for the end of processes that need not be children. One poll(2) waits for all processes for which the
 * system has descriptors (pidfd_open(2)); for the others kill(2) is asked in naps whether the number is still in use.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "signals/internal.h"
#include "signals/signals.h"

/* What is left to wait for: nothing, only descriptors, or also numbers that only kill(2) tells about. */
enum left { LEFT_NOTHING, LEFT_DESCRIPTORS, LEFT_NUMBERS };

/* Find out whether a target without a descriptor has ended; a group gets the descriptor of one of its processes. */
static void
look(const struct target_list *list, struct target *target)
{
	pid_t pid = list->groups ? -target->pid : target->pid;

	if (list->groups) {
		target->pidfd = pidfd_hold(pid);
		target->done = target->pidfd == -1 && errno == ESRCH;
	}
	if (target->pidfd == -1 && kill(pid, 0) == -1 && errno == ESRCH)
		target->done = true;
}

/* Look at all targets, and store the descriptors to wait for in fds and their number in *count. */
static enum left
look_at_all(const struct target_list *list, struct pollfd *fds, size_t *count)
{
	enum left left = LEFT_NOTHING;
	size_t i;

	*count = 0;
	for (i = 0; i < list->count; i++) {
		struct target *target = &list->items[i];

		if (!target->done && target->pidfd == -1)
			look(list, target);
		if (target->done)
			continue;
		if (target->pidfd != -1)
			fds[(*count)++] = (struct pollfd){.fd = target->pidfd, .events = POLLIN};
		if (left != LEFT_NUMBERS)
			left = target->pidfd == -1 ? LEFT_NUMBERS : LEFT_DESCRIPTORS;
	}
	return left;
}

/* Close the descriptors of processes that have ended. fds is as look_at_all made it. */
static void
collect(const struct target_list *list, const struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct target *target = &list->items[i];

		if (target->done || target->pidfd == -1 || !(fds++)->revents)
			continue;
		close(target->pidfd);
		target->pidfd = -1;
		/* A group may have other processes. */
		target->done = !list->groups;
	}
}

/* Wait for a change. Returns the number of descriptors whose process has ended, or -1. */
static int
await(enum left left, struct pollfd *fds, size_t count, const struct deadline *deadline, long long *nap)
{
	int ended;

	if (left == LEFT_DESCRIPTORS)
		ended = trace_poll(fds, count, deadline->limited ? deadline_poll(deadline, INT_MAX) : -1);
	else if (deadline_nap(deadline, nap) == -1)
		return -1;
	else
		ended = poll(fds, (nfds_t)count, 0);
	return ended == -1 && errno == EINTR && !interrupt_caught() ? 0 : ended;
}

int
target_wait(const struct target_list *list, const struct deadline *deadline)
{
	struct pollfd *fds = calloc(list->count, sizeof(*fds));
	int error = fds ? 0 : ENOMEM, ended;
	bool passed = false;
	long long nap = 0;
	enum left left;
	size_t count;

	while (!error && (left = look_at_all(list, fds, &count)) != LEFT_NOTHING) {
		ended = passed ? -1 : await(left, fds, count, deadline, &nap);
		if (ended == -1)
			error = passed ? ETIMEDOUT : errno;
		else if (ended > 0)
			collect(list, fds);
		/* Look once more after the deadline. */
		passed = ended == 0 && deadline_passed(deadline);
	}
	free(fds);
	errno = error;
	return error ? -1 : 0;
}
