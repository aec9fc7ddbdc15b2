/*
 * child.c: waits for a COMMAND and for the signals to pass on to it together, without a race between them, and ends a
 * process or group: SIGTERM, then SIGKILL.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "process/child.h"

/* Time between SIGTERM and SIGKILL, in nanoseconds. */
#define GRACE 1000000000LL

pid_t
child_reap(pid_t pid, int *status)
{
	pid_t ended;

	while ((ended = waitpid(pid, status, WNOHANG)) == -1 && errno == EINTR)
		;
	return ended;
}

/* Wait for the end of the child, and forward caught signals to it. All signals are held. Returns 0 or -1. */
static int
await(pid_t pid, int *status)
{
	int number;

	for (;;) {
		pid_t ended = child_reap(pid, status);

		if (ended != 0)
			return ended == pid ? 0 : -1;
		number = interrupt_take();
		if (!number)
			number = interrupt_wait();
		if (number)
			kill(pid, number);
	}
}

static void
send_all(const pid_t *pids, size_t count, int number)
{
	size_t i;

	for (i = 0; i < count; i++)
		kill(pids[i], number);
}

bool
child_catch_up(const pid_t *pids, size_t count)
{
	static const int terminal[] = {SIGINT, SIGQUIT, SIGHUP};
	bool sent = false;
	sigset_t pending;
	int number, i;

	while ((number = interrupt_next())) {
		send_all(pids, count, number);
		sent = true;
	}
	sigpending(&pending);
	for (i = 0; i < 3; i++)
		if (sigismember(&pending, terminal[i])) {
			send_all(pids, count, terminal[i]);
			sent = true;
		}
	return sent;
}

/* Start a COMMAND, or fork if launch is NULL, and wait. Returns 1, 0 in the child of a fork, or -1. */
static int
start(const struct launch *launch, int *status)
{
	int result = 1, saved;
	pid_t pid;

	if (interrupt_hold() == -1)
		return -1;
	pid = launch ? launch_start(launch) : fork();
	if (pid > 0)
		(void)child_catch_up(&pid, 1);
	if (pid == 0)
		result = 0;
	else if (pid == -1 || await(pid, status) == -1)
		result = -1;
	saved = errno;
	interrupt_release();
	errno = saved;
	return result;
}

int
child_run(const struct launch *launch, int *status)
{
	return start(launch, status) == -1 ? -1 : 0;
}

int
child_split(int *status)
{
	return start(NULL, status);
}

int
child_status(int status)
{
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

int
child_outcome(int status)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) != interrupt_caught())
		interrupt_forget();
	return child_status(status);
}

void
child_terminate(pid_t pid, struct deadline *until)
{
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	deadline_set(until, GRACE);
}

void
child_kill(pid_t pid)
{
	kill(pid, SIGKILL);
}
