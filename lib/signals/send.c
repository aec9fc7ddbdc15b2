/*
 * send.c: the processes and process groups to which signals go, sending, and the lines about failures.
 *
 * A process id may belong to another process by the time that a second signal is sent. Where the system has descriptors
 * that stand for processes (pidfd_open(2)), they are opened before the first signal. Elsewhere, and for groups, signals
 * go to the number.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/names.h"

enum { PROCESS, GROUP };

static const struct explanation explanations[] = {
    {ESRCH, 1U << PROCESS, "no such process", LIMIT_NONE},
    {ESRCH, 1U << GROUP, "no such process group", LIMIT_NONE},
    {ENOENT, ~0U, "a thread, not a process", LIMIT_NONE},
    {EPERM, ~0U, "not permitted (its own user may signal it, and root)", LIMIT_NONE},
    {EDEADLK, ~0U, "sigsend cannot wait for its own end (-w)", LIMIT_NONE},
    {EMFILE, ~0U,
        "too many processes to wait for: RLIMIT_NOFILE does not allow so many descriptors (raise it with ulimit -n)",
        LIMIT_NONE},
    {ETIMEDOUT, ~0U, "its queue of signals stayed full, no room in time (-t)", LIMIT_NONE},
    {0},
};

/* Print a line about a target, and keep its exit status; failures other than a timeout take precedence. */
static void
report_line(struct target_list *list, const struct target *target, struct text *line, int status)
{
	char object[24];

	snprintf(object, sizeof(object), "%ld", (long)target->pid);
	error_text(object, line);
	if (list->status != STATUS_FAILED)
		list->status = status;
}

void
target_remove(struct target_list *list, size_t index)
{
	struct target *target = &list->items[index];

	if (target->pidfd != -1)
		close(target->pidfd);
	memmove(target, target + 1, (--list->count - index) * sizeof(*target));
}

/*
 * Print a line about an errno value that was met with a target, append more to it, and remove the target from the list.
 */
static void
fail(struct target_list *list, size_t index, int error, const char *more)
{
	struct target *target = &list->items[index];
	unsigned long long limit = error == ETIMEDOUT ? pending_limit(target->pid) : ULLONG_MAX;
	struct text line = {0};

	if (!explanation_add(&line, explanations, list->groups ? GROUP : PROCESS, error, 0))
		text_format(&line, "%s", explain_errno(error));
	if (limit != ULLONG_MAX)
		text_format(&line, ": RLIMIT_SIGPENDING is %llu there (ulimit -i)", limit);
	if (more)
		text_format(&line, "; %s", more);
	report_line(list, target, &line, error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED);
	target_remove(list, index);
}

void
target_ended(struct target_list *list, const struct target *target)
{
	struct text line = {0};

	if (!list->counted || list->most == 0)
		return;
	list->most--;
	text_format(&line, "%ld\n", (long)target->pid);
	if (command_print(&line) != STATUS_OK) {
		list->status = STATUS_FAILED;
		list->most = 0;
	}
}

/* Append why a signal has not ended a process, if the system shows it. */
static void
explain_left(struct text *line, pid_t pid, int number)
{
	struct disposition disposition;
	char name[SIGNAL_NAME_SIZE];
	const char *does;

	if (number == 0 || disposition_of(pid, &disposition) == -1)
		return;
	does = signal_set_has(&disposition.ignored, number)   ? "ignores"
	       : signal_set_has(&disposition.blocked, number) ? "blocks"
	       : signal_set_has(&disposition.caught, number)  ? "handles"
	                                                      : NULL;
	if (disposition.stopped && number != SIGKILL)
		text_format(line, "; it is stopped (CONT lets it go on)");
	else if (does)
		text_format(line, "; it %s %s", does, signal_name_format(number, name));
}

void
target_report(struct target_list *list, int number)
{
	struct text line = {0};
	size_t i;

	for (i = 0; i < list->count; i++) {
		text_format(&line, "%s when time ran out (-t)",
		    list->groups ? "a process of the group was still there" : "still there");
		if (!list->groups)
			explain_left(&line, list->items[i].pid, number);
		report_line(list, &list->items[i], &line, STATUS_TIMEOUT);
	}
}

/* Return true if waiting for a target would wait for this process. In a group, hold_group leaves this process out. */
static bool
is_own(const struct target_list *list, const struct target *target)
{
	return list->groups ? target->pid == getpgrp() && !proc_usable() : target->pid == getpid();
}

/* Check a target, and hold it if hold is true. Returns 0, EDEADLK (it is this process), or errno of pidfd_hold. */
static int
prepare(struct target_list *list, struct target *target, bool hold)
{
	if (list->wait && is_own(list, target))
		return EDEADLK;
	if (list->groups)
		return 0;
	if (hold && (target->pidfd = pidfd_hold(target->pid)) != -1) {
		if (list->counted)
			pidfd_order_add(&list->order, target->pidfd);
		return 0;
	}
	if (hold && errno != ENOTSUP)
		return errno;
	return thread_only(target->pid) ? ENOENT : 0;
}

int
target_start(struct target_list *list, bool hold)
{
	size_t i = 0;
	int error;

	while (i < list->count) {
		error = prepare(list, &list->items[i], hold);
		if (!error) {
			i++;
		} else if (error == ESRCH && list->wait) {
			target_ended(list, &list->items[i]);
			target_remove(list, i);
		} else if (error == ESRCH || error == ENOENT) {
			fail(list, i, error, NULL);
		} else {
			fail(list, i, error, "no signal was sent");
			return list->status;
		}
	}
	return GO_ON;
}

static int
send_once(const struct target_list *list, const struct target *target, int number, const int *value)
{
	if (target->pidfd != -1 && !list->groups)
		return pidfd_signal(target->pidfd, number, value);
	return trace_sigqueue(list->groups ? -target->pid : target->pid, number, value);
}

/* Send a signal to one target. Returns 0, or -1 with errno of kill(2) or sigqueue(3), ETIMEDOUT, or EINTR. */
static int
send_in_time(
    const struct target_list *list, const struct target *target, int number, const int *value, long long timeout)
{
	struct deadline deadline;
	long long nap = 0;
	bool passed;

	deadline_set(&deadline, timeout);
	do {
		passed = value && deadline_passed(&deadline);
		if (send_once(list, target, number, value) == 0)
			return 0;
		if (errno != EAGAIN)
			return -1;
		/* No system call waits for space in the signal queue of another process. */
		if (!passed && deadline_nap(&deadline, &nap) == -1)
			return -1;
	} while (!passed);
	return error_set(ETIMEDOUT);
}

int
target_send(struct target_list *list, int number, const int *value, long long timeout, const unsigned long *sent)
{
	struct text more = {0};
	size_t i = 0;

	while (i < list->count) {
		int error = send_in_time(list, &list->items[i], number, value, timeout) == -1 ? errno : 0;

		if (error == EINTR)
			return -1;
		/*
		 * A signal need not reach a process that has ended if the end is what the user waits for; values that
		 * it did not get are lost. Waiting for an end needs no permission.
		 */
		if (error == 0 || (error == ESRCH && list->wait && !sent) ||
		    (error == EPERM && list->wait && number == 0)) {
			i++;
			continue;
		}
		if (sent)
			text_format(&more, "%lu value%s sent", *sent, *sent == 1 ? " was" : "s were");
		fail(list, i, error, more.data);
		text_free(&more);
	}
	return 0;
}

void
target_free(struct target_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].pidfd != -1)
			close(list->items[i].pidfd);
	if (list->order > 0)
		close(list->order);
	free(list->items);
}
