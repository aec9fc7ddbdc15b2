/*
 * send.c: processes to which signals go.
 *
 * A number may belong to another process by the time a second signal is sent. Where the system has handles for processes
 * (pidfd_open(2)) they are taken before the first signal; elsewhere, and for groups, the number is all there is.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/signals.h"

/* The longest line of input, in bytes, and the most processes: more than any system has. */
#define LINE ((size_t)1024 * 1024)
#define MOST ((size_t)4 * 1024 * 1024)

int
process_add(struct process_list *list, const char *text, const char **fault)
{
	unsigned long long number;

	/* ps -o pid= prints blanks in front of it. */
	text += strspn(text, " ");
	*fault = text[0] == '-' && text[1] > '9' ? "not a PID; options come first"
	         : list->groups                  ? "not the number of a process group, from 2"
	                                         : "not a PID, a number from 1";
	/* kill(2) takes 0, -1 and negative numbers for many processes at once; -1 is what group 1 would be. */
	if (number_parse(text, list->groups ? 2 : 1, INT_MAX, &number) == -1)
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

/* Adds the processes of a line of input. Returns -1 to go on; else it prints a line and returns the exit status. */
static int
add_line(struct process_list *list, const char *data, size_t size)
{
	const char *fault = strerror(ENOMEM), *word = data;
	struct text quoted = {0};
	char *line = strndup(data, size), *next = line;

	while (line && (word = strtok(next, " \t")) && process_add(list, word, &fault) == 0)
		next = NULL;
	/* What stands behind a NUL byte shall not be passed over. */
	if (line && !word && !memchr(data, '\0', size)) {
		free(line);
		return -1;
	}
	text_quote(&quoted, word ? word : data, word ? strlen(word) : size, 64);
	error_line(NULL, "standard input: %s: %s; no signal was sent", quoted.data ? quoted.data : "", fault);
	text_free(&quoted);
	free(line);
	return STATUS_FAILED;
}

int
process_read(struct process_list *list, int fd)
{
	struct record_reader reader;
	struct text fault = {0};
	int status = -1, got = 0;
	const char *data;
	size_t size;

	record_open(&reader, fd, RECORD_LINE, LINE);
	while (status == -1 && list->count <= MOST && (got = record_next(&reader, &data, &size)) == 1)
		status = add_line(list, data, size);
	if (got == -1)
		record_fault(&reader, errno, &fault);
	else if (list->count > MOST)
		text_format(&fault, "more PIDs than a system has");
	else if (list->count == 0)
		text_format(&fault, "no PID");
	if (status == -1 && fault.data) {
		error_line(NULL, "standard input: %s; no signal was sent", fault.data);
		status = STATUS_FAILED;
	}
	text_free(&fault);
	record_close(&reader);
	return status;
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
	char name[SIGNAL_NAME_SIZE];

	if (!trace_on)
		return result;
	signal_name_macro(number, name);
	if (value)
		trace_call(result, "sigqueue(%ld, %s, {sival_int=%d})", (long)pid, name, *value);
	else
		trace_call(result, "kill(%ld, %s)", (long)pid, name);
	return result;
}

static int
send_once(const struct process_list *list, const struct process *process, int number, const int *value)
{
	return process->fd != -1 && !list->groups ? handle_signal(process->fd, number, value)
	                                          : send_to_number(list, process, number, value);
}

int
process_signal(const struct process_list *list, const struct process *process, int number, const int *value,
    const struct deadline *deadline)
{
	long long nap = 0;

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
		if (deadline_nap(deadline, &nap) == -1)
			return -1;
	}
}

bool
process_none(const struct process_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!list->items[i].done)
			return false;
	return true;
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
	else if (error == EDEADLK)
		text_format(&what, "that is this process itself, which cannot wait for its own end (-w)");
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
	error_line(object.data, "%s", what.data ? what.data : "");
	text_free(&object);
	text_free(&what);
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
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
