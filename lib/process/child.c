/*
 * child.c: waits for a COMMAND and for the signals to pass on to it together, without a race between them, and ends what
 * has to be ended: SIGTERM, then SIGKILL.
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

/* Waits for the child's end, and forwards caught signals to it. All signals are held. */
static int
await(pid_t pid, int *status)
{
	int number;

	for (;;) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid)
			return 0;
		if (ended == -1 && errno != EINTR)
			return -1;
		number = interrupt_take();
		if (number)
			kill(pid, number);
		else
			interrupt_pause();
	}
}

int
child_run(const struct launch *launch, int *status)
{
	int result = -1, saved;
	pid_t pid;

	if (interrupt_hold() == -1)
		return -1;
	pid = launch_start(launch);
	if (pid != -1)
		result = await(pid, status);
	saved = errno;
	interrupt_release();
	errno = saved;
	return result;
}

int
child_split(int *status)
{
	int result = 1, saved;
	pid_t pid;

	if (interrupt_hold() == -1)
		return -1;
	pid = fork();
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
child_status(int status)
{
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
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
