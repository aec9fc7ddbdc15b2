/*
 * wait.c: the end of processes that need not be children. Where the system has handles for processes (pidfd_open(2)) one
 * poll(2) waits for all; elsewhere looking whether the number is still in use is all there is (kill(2) with signal 0).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/signals.h"

/* True if a number is that of no process any more, or of no group. */
static bool
vanished(const struct process_list *list, const struct process *process)
{
	return kill(list->groups ? -process->pid : process->pid, 0) == -1 && errno == ESRCH;
}

int
ending_check(const struct process_list *list, const struct process *process)
{
	/* Where the members of a group are known, this one is left out. */
	bool own = list->groups ? process->pid == getpgrp() && !handle_proc() : process->pid == getpid();

	if (own)
		errno = EDEADLK;
	return own ? -1 : 0;
}

/* Looks whether it has ended, and if not for what stands for it. Returns true if it is still there. */
static bool
look(const struct process_list *list, struct process *process)
{
	if (process->done)
		return false;
	if (list->groups && process->fd == -1) {
		process->fd = handle_member(process->pid);
		process->done = process->fd == -1 && errno == ESRCH;
	}
	if (!process->done && process->fd == -1)
		process->done = vanished(list, process);
	return !process->done;
}

/* Shows what is waited for, or its first three. */
static void
trace(const struct pollfd *wait, size_t count, int timeout, int result)
{
	struct text call = {0};
	size_t i;

	text_format(&call, "poll([");
	for (i = 0; i < count && i < 3; i++)
		text_format(&call, "%s{fd=%d, events=POLLIN}", i ? ", " : "", wait[i].fd);
	text_format(&call, "%s], %zu, %d)", i < count ? ", ..." : "", count, timeout);
	trace_end(&call, result);
}

/*
 * Waits for those that left names; looking: not for long, since some of them can only be looked at. Returns how many have
 * ended meanwhile, or -1.
 */
static int
await(const struct process_list *list, struct process **left, struct pollfd *wait, size_t count, bool looking,
    const struct deadline *deadline, long long *nap)
{
	int timeout = !deadline->limited ? -1 : deadline_poll(deadline, INT_MAX), ended;
	size_t handles = 0, i;

	if (looking && deadline_nap(deadline, nap) == -1)
		return -1;
	for (i = 0; i < count; i++)
		if (left[i]->fd != -1)
			wait[handles++] = (struct pollfd){.fd = left[i]->fd, .events = POLLIN};
	ended = poll(wait, handles, looking ? 0 : timeout);
	if (ended == -1)
		return errno != EINTR || interrupt_caught() ? -1 : 0;
	if (trace_on && !looking)
		trace(wait, handles, timeout, ended);
	for (i = handles = 0; i < count && ended > 0; i++) {
		if (left[i]->fd == -1 || !wait[handles++].revents)
			continue;
		close(left[i]->fd);
		left[i]->fd = -1;
		/* Of a group, another may be left. */
		left[i]->done = !list->groups;
	}
	return ended;
}

int
ending_wait(const struct process_list *list, const struct deadline *deadline)
{
	struct process **left = calloc(list->count, sizeof(*left));
	struct pollfd *wait = calloc(list->count, sizeof(*wait));
	int error = left && wait ? 0 : ENOMEM, ended;
	bool looking, passed = false;
	long long nap = 0;
	size_t count, i;

	while (!error) {
		looking = false;
		for (i = count = 0; i < list->count; i++) {
			if (!look(list, &list->items[i]))
				continue;
			left[count++] = &list->items[i];
			looking = looking || list->items[i].fd == -1;
		}
		if (count == 0)
			break;
		if (passed) {
			error = ETIMEDOUT;
			break;
		}
		ended = await(list, left, wait, count, looking, deadline, &nap);
		if (ended == -1)
			error = errno;
		passed = ended == 0 && deadline_passed(deadline);
	}
	free(left);
	free(wait);
	errno = error;
	return error ? -1 : 0;
}

/* Adds why a signal has not ended a process, as far as that is known. */
static void
explain(struct text *text, pid_t pid, int number)
{
	struct disposition disposition;
	char name[SIGNAL_NAME_SIZE];
	const char *does;

	if (number == 0 || disposition_of(pid, &disposition) == -1)
		return;
	does = disposition_has(&disposition.ignored, number)   ? "ignores"
	       : disposition_has(&disposition.blocked, number) ? "blocks"
	       : disposition_has(&disposition.caught, number)  ? "handles"
	                                                       : NULL;
	if (disposition.stopped && number != SIGKILL)
		text_format(text, "; it is stopped (CONT lets it go on)");
	else if (does)
		text_format(text, "; it %s %s", does, signal_name_format(number, name));
}

int
ending_late(const struct process_list *list, const struct process *process, int number)
{
	struct text object = {0}, what = {0};

	text_format(&object, "%ld", (long)process->pid);
	text_format(&what, "%s when time ran out (-t)",
	    list->groups ? "a process of the group was still there" : "still there");
	if (!list->groups)
		explain(&what, process->pid, number);
	error_line(object.data, "%s", what.data ? what.data : "");
	text_free(&object);
	text_free(&what);
	return STATUS_TIMEOUT;
}
