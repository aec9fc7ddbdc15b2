/*
 * attempt.c: one run of COMMAND on messages. COMMAND is a process group of its own, which stops and continues together
 * with this process. SIGTERM and SIGHUP let it end by itself; any other signal, and a second one, is passed on to it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "process/child.h"
#include "process/launch.h"
#include "queue/internal.h"

extern char **environ;

/* Process group of the COMMAND that runs, for the handler of SIGTSTP; 0: none runs. */
static volatile pid_t group;

/* Stop COMMAND and this process, and continue COMMAND once this process continues. See kill(2), raise(3). */
static void
stop(int number)
{
	pid_t other = group;
	int saved = errno;

	if (other)
		kill(-other, number);
	raise(SIGSTOP);
	if (other)
		kill(-other, SIGCONT);
	errno = saved;
}

/* Install that handler, once, unless the signal is ignored. */
static void
catch_stop(void)
{
	struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART}, before;
	static bool installed;

	if (installed)
		return;
	installed = true;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGTSTP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGTSTP, &action, NULL);
}

/* Make the descriptor from which COMMAND reads the messages as records, one after the other. Returns it, or -1. */
static int
make_input(struct work *work, const struct message *messages, size_t count)
{
	char prefix[24];
	size_t body, need = 0, used = 0, i;
	char *record;

	for (i = 0; i < count; i++)
		need += messages[i].size + RECORD_FRAME;
	if (need > work->capacity) {
		record = realloc(work->record, need);
		if (!record)
			return -1;
		work->record = record;
		work->capacity = need;
	}
	for (i = 0; i < count; i++) {
		snprintf(prefix, sizeof(prefix), "%ld", messages[i].priority);
		used += record_format(work->form, work->prefix ? prefix : NULL, messages[i].data, messages[i].size,
		    work->record + used, &body);
	}
	return launch_input(work->record, used);
}

int
attempt_environment(struct work *work)
{
	static const char *const ours[] = {"IPC7_QUEUE=", "IPC7_ATTEMPT=", "IPC7_COUNT=", "IPC7_SIZE=", "IPC7_PRIO="};
	const size_t names = sizeof(ours) / sizeof(ours[0]);
	struct text queue = {0};
	size_t count = 0, i, j;

	while (environ && environ[count])
		count++;
	work->environment = malloc((count + names + 1) * sizeof(char *));
	text_format(&queue, "IPC7_QUEUE=%s", work->queue->text);
	work->variables[0] = text_take(&queue);
	if (!work->environment || !work->variables[0])
		return error_set(ENOMEM);
	for (i = 0; i < count; i++) {
		for (j = 0; j < names && strncmp(environ[i], ours[j], strlen(ours[j])) != 0; j++)
			;
		if (j == names)
			work->environment[work->fixed++] = environ[i];
	}
	work->environment[work->fixed++] = work->variables[0];
	return 0;
}

/* Set the variables that describe the messages. Returns 0, or -1 with ENOMEM. */
static int
describe(struct work *work, const struct message *messages, size_t count, unsigned long long number)
{
	struct text text = {0};
	size_t used = work->fixed, size = 0, i;
	bool equal = true;

	for (i = 0; i < count; i++) {
		size += messages[i].size;
		equal &= messages[i].priority == messages[0].priority;
	}
	for (i = 1; i < 5; i++) {
		if (i == 1)
			text_format(&text, "IPC7_ATTEMPT=%llu", number);
		else if (i == 2)
			text_format(&text, "IPC7_COUNT=%zu", count);
		else if (i == 3)
			text_format(&text, "IPC7_SIZE=%zu", size);
		else if (equal)
			text_format(&text, "IPC7_PRIO=%ld", messages[0].priority);
		else
			break;
		free(work->variables[i]);
		work->variables[i] = text_take(&text);
		if (!work->variables[i])
			return -1;
		work->environment[used++] = work->variables[i];
	}
	work->environment[used] = NULL;
	return 0;
}

/* Decide about the signals that came: pass them on to the group of COMMAND (0: it has ended), or let it finish. */
static void
decide(struct work *work, pid_t pid)
{
	int number;

	while ((number = interrupt_next())) {
		work->finishes = work->signals++ == 0 && (number == SIGTERM || number == SIGHUP);
		if (!work->finishes && pid)
			kill(-pid, number);
	}
}

/* Wait for the end of COMMAND. All signals are held. Returns 0 or an errno value. */
static int
attend(struct work *work, pid_t pid, int *end)
{
	for (;;) {
		int wait_status;
		pid_t ended;

		while ((ended = child_reap(-1, &wait_status)) > 0) {
			if (ended == pid) {
				*end = wait_status;
				return 0;
			}
			/* If no guard can be started now, the next message waits for one. */
			if (ended == work->guard)
				work->guard = 0;
			if (work->hand.head && work->guard == 0 && guard_start(work) == -1)
				continue;
		}
		if (ended == -1)
			return errno;
		decide(work, pid);
		interrupt_pause();
	}
}

int
attempt_run(struct work *work, const struct message *messages, size_t count, unsigned long long number, int *end)
{
	pid_t none = 0;
	volatile pid_t *stored = work->hand.head ? &work->hand.head->group : &none;
	struct launch launch = {.path = work->path, .argv = work->argv, .output = STDOUT_FILENO, .stored = stored};
	int error;
	pid_t pid;

	if (describe(work, messages, count, number) == -1)
		return errno;
	launch.environment = work->environment;
	launch.input = make_input(work, messages, count);
	if (launch.input == -1)
		return errno;
	catch_stop();
	/* The signals that come from here on are those of attend. */
	if (interrupt_hold() == -1) {
		error = errno;
	} else {
		pid = launch_start(&launch);
		group = pid == -1 ? 0 : pid;
		error = pid == -1 ? errno : attend(work, pid, end);
		group = *stored = 0;
		interrupt_release();
		/* Signals that were held until now came during COMMAND too. */
		decide(work, 0);
	}
	close(launch.input);
	return error;
}
