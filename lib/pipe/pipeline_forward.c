/*
 * pipeline_forward.c: the part of a pipeline that is active while its commands run. It waits for them, forwards signals
 * to them, and ends them when time is up.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "pipe/internal.h"
#include "pipe/pipeline.h"
#include "process/child.h"

/*
 * Return the id by which kill(2) reaches a command: its process, or 0 if it has ended. The first command's id stands
 * for a whole group, and for the processes that it has started.
 */
static pid_t
target(const struct pipeline *pipeline, size_t i)
{
	if (pipeline->group)
		return i == 0 ? -pipeline->group : 0;
	return pipeline->commands[i].pid;
}

/*
 * Forward a signal to the commands that run, if a process sent it or the commands have a process group of their own. A
 * signal of the terminal reaches other commands anyway.
 */
static void
forward(const struct pipeline *pipeline, const siginfo_t *info)
{
	bool sent = interrupt_sent(info);
	size_t i;

	for (i = 0; i < pipeline->count && (sent || pipeline->group); i++)
		if (target(pipeline, i))
			kill(target(pipeline, i), info->si_signo);
}

/* Store the status of commands that have ended. Returns the number of commands that run. */
static size_t
reap(struct pipeline *pipeline)
{
	size_t left = 0, i;

	for (i = 0; i < pipeline->count; i++) {
		struct pipeline_command *command = &pipeline->commands[i];
		int status = 0;
		pid_t ended;

		if (!command->pid)
			continue;
		ended = waitpid(command->pid, &status, WNOHANG);
		if (ended != 0) {
			command->pid = 0;
			command->status = ended == -1 ? STATUS_RUNNER : child_status(status);
		} else {
			left++;
		}
	}
	return left;
}

void
pipeline_end(struct pipeline *pipeline)
{
	struct deadline soon = {0};
	long long nap = 0;
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		if (target(pipeline, i))
			child_terminate(target(pipeline, i), &soon);
	while (reap(pipeline) > 0 && !deadline_passed(&soon))
		(void)deadline_nap(&soon, &nap);
	for (i = 0; i < pipeline->count; i++)
		if (target(pipeline, i))
			child_kill(target(pipeline, i));
	deadline_set(&soon, DEADLINE_NEVER);
	for (nap = 0; reap(pipeline) > 0;)
		(void)deadline_nap(&soon, &nap);
}

int
pipeline_wait(struct pipeline *pipeline, const struct deadline *deadline)
{
	struct timespec timeout;
	siginfo_t info;
	sigset_t set;
	int number;

	interrupt_awaited(&set);
	while (reap(pipeline) > 0) {
		if (deadline->limited) {
			long long left = deadline_left(deadline);

			if (left <= 0) {
				pipeline_end(pipeline);
				return error_set(ETIMEDOUT);
			}
			timeout.tv_sec = (time_t)(left / 1000000000);
			timeout.tv_nsec = (long)(left % 1000000000);
		}
		number = deadline->limited ? sigtimedwait(&set, &info, &timeout) : sigwaitinfo(&set, &info);
		if (number != -1 && number != SIGCHLD)
			forward(pipeline, &info);
	}
	return 0;
}
