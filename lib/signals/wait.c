/*
 * wait.c: waiting for the end of processes that need not be children. One poll(2) waits for all processes for which the
 * system has descriptors (pidfd_open(2)). For the others, kill(2) tests every now and then whether the process id is in
 * use.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "signals/internal.h"

/* Shortest wait after the second signal, in nanoseconds. */
#define GRACE (2 * 1000000000LL)

/* Return true if a target without a descriptor has ended; a group gets the descriptor of one of its processes. */
static bool
ended(const struct target_list *list, struct target *target)
{
	pid_t pid = list->groups ? -target->pid : target->pid;

	if (list->groups && (target->pidfd = pidfd_hold(pid)) == -1 && errno == ESRCH)
		return true;
	return target->pidfd == -1 && kill(pid, 0) == -1 && errno == ESRCH;
}

/* Remove the processes that have ended, in the order in which they did, if that is known; and their entries of fds. */
static void
remove_in_order(struct target_list *list, struct pollfd *fds)
{
	int pidfd;
	size_t i;

	while ((pidfd = pidfd_order_next(list->order)) != -1) {
		for (i = 0; i < list->count && list->items[i].pidfd != pidfd;)
			i++;
		if (i == list->count)
			return;
		target_ended(list, &list->items[i]);
		target_remove(list, i);
		memmove(&fds[i], &fds[i + 1], (list->count - i) * sizeof(*fds));
	}
}

/*
 * Remove the targets that have ended. fds holds the results of poll(2) for the targets; on return, the descriptors of
 * the targets that are left. Returns true if all of them have a descriptor.
 */
static bool
remove_ended(struct target_list *list, struct pollfd *fds)
{
	size_t i, left = 0;
	bool held = true;

	remove_in_order(list, fds);
	for (i = 0; i < list->count; i++) {
		struct target target = list->items[i];

		if (fds[i].revents) {
			close(target.pidfd);
			target.pidfd = -1;
		}
		/* A group may have other processes. */
		if (target.pidfd == -1 && ((fds[i].revents && !list->groups) || ended(list, &target))) {
			target_ended(list, &target);
			continue;
		}
		held = held && target.pidfd != -1;
		fds[left] = (struct pollfd){.fd = target.pidfd, .events = POLLIN};
		list->items[left++] = target;
	}
	list->count = left;
	return held;
}

/* Wait for the end of a target; held: all have descriptors. Returns 0, or -1 with errno of poll(2) or nanosleep(2). */
static int
await(const struct target_list *list, struct pollfd *fds, bool held, const struct deadline *deadline, long long *nap)
{
	size_t i;

	if (held)
		return trace_poll(fds, list->count, deadline->limited ? deadline_poll(deadline, INT_MAX) : -1);
	if (deadline_nap(deadline, nap) == -1)
		return -1;
	/*
	 * The check goes through the targets one at a time, because poll(2) refuses more entries than a process may
	 * have descriptors.
	 */
	for (i = 0; i < list->count; i++)
		if (fds[i].fd != -1)
			(void)poll(&fds[i], 1, 0);
	return 0;
}

/* Wait for the end of the targets. Returns 0 or -1. Errors: ETIMEDOUT, EINTR, ENOMEM. */
static int
wait_in_time(struct target_list *list, long long timeout)
{
	struct pollfd *fds = calloc(list->count + 1, sizeof(*fds));
	int error = fds ? 0 : ENOMEM;
	bool passed = false, held;
	struct deadline deadline;
	long long nap = 0;

	deadline_set(&deadline, timeout);
	while (!error) {
		held = remove_ended(list, fds);
		if (list->count == 0 || (list->counted && list->most == 0))
			break;
		/* A last check comes after the deadline. */
		if (passed)
			error = ETIMEDOUT;
		else if (await(list, fds, held, &deadline, &nap) == -1 && (errno != EINTR || interrupt_caught()))
			error = errno;
		passed = deadline_passed(&deadline);
	}
	free(fds);
	errno = error;
	return error ? -1 : 0;
}

void
target_finish(struct target_list *list, int number, int last, long long timeout)
{
	int result = wait_in_time(list, timeout);

	if (result == -1 && errno == ETIMEDOUT && last > 0) {
		number = last;
		result = target_send(list, last, NULL, timeout, NULL);
		if (result == 0)
			result = wait_in_time(list, timeout > GRACE ? timeout : GRACE);
	}
	if (result == -1 && errno == ETIMEDOUT) {
		target_report(list, number);
	} else if (result == -1 && errno != EINTR) {
		error_line(NULL, "cannot wait: %s", explain_errno(errno));
		list->status = STATUS_FAILED;
	}
}
