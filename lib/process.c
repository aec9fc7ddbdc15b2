/*
 * process.c: processes to which signals go, and whose end is waited for.
 *
 * A number may belong to another process by the time a second signal is sent. Where the system has handles for processes
 * (pidfd_open(2)) they are taken before the first signal; elsewhere the number is all there is, and looking whether it is
 * still in use (kill(2) with signal 0) is the only way to wait for the end of what is not a child.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

/* The shortest and the longest time between two looks, in nanoseconds. */
#define SOON (100 * 1000LL)
#define LATE (DEADLINE_TICK * 1000000LL)

int
process_add(struct process_list *list, const char *text, const char **fault)
{
	unsigned long long number;

	*fault = list->groups ? "not the number of a process group, from 2" : "not a PID, a number from 1";
	/* kill(2) takes 0, -1 and negative numbers for many processes at once; -1 is what group 1 would be. */
	if (num_parse(text, list->groups ? 2 : 1, INT_MAX, &number) == -1)
		return -1;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;
		struct process *items = realloc(list->items, capacity * sizeof(*items));

		if (!items) {
			*fault = strerror(ENOMEM);
			return -1;
		}
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = (struct process){.pid = (pid_t)number, .fd = -1};
	return 0;
}

int
process_hold(const struct process_list *list, struct process *process)
{
	if (list->groups)
		return 0;
	process->fd = handle_open(process->pid);
	return process->fd == -1 && errno != ENOTSUP ? -1 : 0;
}

/* kill(2) and sigqueue(3). */
static int
send_to_number(const struct process_list *list, const struct process *process, int number, const int *value)
{
	pid_t pid = list->groups ? -process->pid : process->pid;
	int result = value ? sigqueue(pid, number, (union sigval){.sival_int = *value}) : kill(pid, number);
	char name[SIGNAME_SIZE];

	if (!trace_on)
		return result;
	signame_format(number, name);
	if (value)
		trace_call(result, "sigqueue(%ld, %s%s, {sival_int=%d})", (long)pid, number ? "SIG" : "", name, *value);
	else
		trace_call(result, "kill(%ld, %s%s)", (long)pid, number ? "SIG" : "", name);
	return result;
}

static int
send_once(const struct process_list *list, const struct process *process, int number, const int *value)
{
	return process->fd != -1 && !list->groups ? handle_signal(process->fd, number, value)
	                                          : send_to_number(list, process, number, value);
}

/* Sleeps for a while, and twice as long the next time, but not beyond deadline. */
static int
doze(long long *length, const struct deadline *deadline)
{
	long long most = deadline->limited ? deadline_left(deadline) : LATE;
	struct timespec time;

	if (most > *length)
		most = *length;
	time = (struct timespec){.tv_nsec = most > 0 ? (long)most : 0};
	if (nanosleep(&time, NULL) == -1 && sigs_caught())
		return -1;
	*length = *length * 2 < LATE ? *length * 2 : LATE;
	return 0;
}

int
process_signal(const struct process_list *list, const struct process *process, int number, const int *value,
    const struct deadline *deadline)
{
	long long nap = SOON;

	for (;;) {
		bool passed = value && deadline_passed(deadline);

		if (send_once(list, process, number, value) == 0)
			return 0;
		if (errno != EAGAIN)
			return -1;
		/* No call waits for room in the queue of another process. */
		if (passed) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (doze(&nap, deadline) == -1)
			return -1;
	}
}

/* True if a number is that of no process any more, or of no group that one can find. */
static bool
vanished(const struct process_list *list, const struct process *process)
{
	return kill(list->groups ? -process->pid : process->pid, 0) == -1 && errno == ESRCH;
}

/*
 * Marks what has ended, and notes what to wait for in wait, of which there is one for each process. Returns how many are
 * left; *looking: some of them can only be looked at.
 */
static size_t
look(const struct process_list *list, struct pollfd *wait, bool *looking)
{
	size_t left = 0, i;

	*looking = false;
	for (i = 0; i < list->count; i++) {
		struct process *process = &list->items[i];

		wait[i] = (struct pollfd){.fd = -1, .events = POLLIN};
		if (process->done)
			continue;
		if (list->groups && process->fd == -1) {
			process->fd = handle_member(process->pid);
			process->done = process->fd == -1 && errno == ESRCH;
		}
		if (!process->done && process->fd == -1)
			process->done = vanished(list, process);
		if (process->done)
			continue;
		wait[i].fd = process->fd;
		*looking = *looking || process->fd == -1;
		left++;
	}
	return left;
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

/* Waits for what wait has, and marks what has ended; looking: but not for long. Returns how many have ended, or -1. */
static int
await(
    const struct process_list *list, struct pollfd *wait, bool looking, const struct deadline *deadline, long long *nap)
{
	int timeout = !deadline->limited ? -1 : deadline_poll(deadline, INT_MAX), ended;
	size_t i;

	if (looking && doze(nap, deadline) == -1)
		return -1;
	ended = poll(wait, list->count, looking ? 0 : timeout);
	if (ended == -1)
		return errno != EINTR || sigs_caught() ? -1 : 0;
	if (trace_on && !looking)
		trace(wait, list->count, timeout, ended);
	for (i = 0; i < list->count && ended > 0; i++) {
		struct process *process = &list->items[i];

		if (!wait[i].revents)
			continue;
		close(process->fd);
		process->fd = -1;
		/* Of a group, another may be left. */
		process->done = !list->groups;
	}
	return ended;
}

int
process_wait(const struct process_list *list, const struct deadline *deadline)
{
	struct pollfd *wait = calloc(list->count, sizeof(*wait));
	long long nap = SOON;
	bool looking, passed = false;
	int error = wait ? 0 : ENOMEM;

	while (!error && look(list, wait, &looking)) {
		if (passed) {
			error = ETIMEDOUT;
			break;
		}
		passed = deadline_passed(deadline);
		switch (await(list, wait, looking, deadline, &nap)) {
		case -1:
			error = errno;
			break;
		case 0:
			break;
		default:
			passed = false;
		}
	}
	free(wait);
	errno = error;
	return error ? -1 : 0;
}

int
process_report(const struct process_list *list, const struct process *process, int error, const char *extra)
{
	struct text object = {0}, what = {0};
	unsigned long long limit;

	text_format(&object, "%ld", (long)process->pid);
	if (error == ESRCH)
		text_format(&what, "no such process%s", list->groups ? " group" : "");
	else if (error == EPERM)
		text_format(&what, "not permitted (its own user may signal it, and root)");
	else if (error == EMFILE)
		text_format(&what, "too many processes to wait for: RLIMIT_NOFILE does not allow so many descriptors "
		                   "(raise it with ulimit -n)");
	else if (error == ETIMEDOUT && (limit = handle_limit(process->pid)) != ULLONG_MAX)
		text_format(&what,
		    "its queue of signals stayed full, no room in time (-t): RLIMIT_SIGPENDING is %llu there (ulimit "
		    "-i)",
		    limit);
	else if (error == ETIMEDOUT)
		text_format(&what, "its queue of signals stayed full, no room in time (-t)");
	else
		text_format(&what, "%s", strerror(error));
	if (extra && *extra)
		text_format(&what, "; %s", extra);
	err_line(object.data, "%s", what.data ? what.data : "");
	text_free(&object);
	text_free(&what);
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}

int
process_late(const struct process_list *list, const struct process *process)
{
	struct text object = {0};

	text_format(&object, "%ld", (long)process->pid);
	err_line(object.data, "%s when time ran out (-t)",
	    list->groups ? "a process of the group was still there" : "still there");
	text_free(&object);
	return STATUS_TIMEOUT;
}

void
process_free(struct process_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].fd != -1)
			close(list->items[i].fd);
	free(list->items);
}
