/*
 * pipeline_forward.c: the part of a pipeline that is active while its commands run. It waits for them, forwards signals
 * to them, and ends them when time is up or the others have finished. It reaps any other child too, as process 1 must.
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

/* Forward a signal, with its value, which a group cannot get. */
static void
send(pid_t target, const siginfo_t *info)
{
	if (info->si_code != SI_QUEUE || target < 0 || sigqueue(target, info->si_signo, info->si_value) == -1)
		kill(target, info->si_signo);
}

static void
send_all(const struct pipeline *pipeline, const siginfo_t *info)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		if (target(pipeline, i))
			send(target(pipeline, i), info);
}

static void
send_first(const struct pipeline *pipeline, const siginfo_t *info)
{
	size_t i;

	for (i = 0; i < pipeline->count && !pipeline->commands[i].pid; i++)
		;
	if (i < pipeline->count)
		send(pipeline->commands[i].pid, info);
}

/* Stop the group of the commands and this process, and continue the group once this process continues. */
static void
stop(const struct pipeline *pipeline)
{
	kill(-pipeline->group, SIGTSTP);
	raise(SIGSTOP);
	kill(-pipeline->group, SIGCONT);
}

/*
 * Forward a signal. One of the terminal has reached the commands already, unless they have a group of their own or some
 * had not been started.
 */
static void
forward(struct pipeline *pipeline, const siginfo_t *info)
{
	int number = info->si_signo;
	bool asks = number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGQUIT;
	bool terminal = !interrupt_sent(info) && ((asks && number != SIGTERM) || number == SIGWINCH);
	bool missed = sigismember(&pipeline->missed, number) == 1;

	sigdelset(&pipeline->missed, number);
	if (number == SIGTSTP)
		stop(pipeline);
	else if (terminal && !missed && !pipeline->group)
		return;
	else if (terminal || pipeline->ring || (asks && pipeline->stops++ > 0))
		send_all(pipeline, info);
	else
		send_first(pipeline, info);
}

/* Reap all children that have ended. Returns the number of commands that run, or 0 if they are no children any more. */
static size_t
reap(struct pipeline *pipeline)
{
	size_t left = 0, i;
	pid_t ended;
	int end;

	while ((ended = child_reap(-1, &end)) > 0)
		for (i = 0; i < pipeline->count; i++)
			if (pipeline->commands[i].pid == ended) {
				pipeline->commands[i].pid = 0;
				pipeline->commands[i].end = end;
			}
	for (i = 0; i < pipeline->count; i++)
		left += pipeline->commands[i].pid != 0;
	pipeline->lost = ended == -1 && left > 0;
	return pipeline->lost ? 0 : left;
}

int
pipeline_verdict(const struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++) {
		const struct pipeline_command *command = &pipeline->commands[i];
		bool read = pipeline->ring || i + 1 < pipeline->count;

		if (command->end && !command->spared &&
		    !(read && WIFSIGNALED(command->end) && WTERMSIG(command->end) == SIGPIPE))
			return command->end;
	}
	return 0;
}

/* Return true if the others are to be ended: a command has failed, or the last of a line has ended. */
static bool
finished(const struct pipeline *pipeline)
{
	return pipeline->early &&
	       (pipeline_verdict(pipeline) || (!pipeline->ring && !pipeline->commands[pipeline->count - 1].pid));
}

/*
 * Wait until no command runs or the deadline comes, and unless they are being ended, until they have finished. Returns
 * the number of commands that run.
 */
static size_t
attend(struct pipeline *pipeline, const struct deadline *deadline, bool ending)
{
	struct timespec timeout;
	siginfo_t info;
	size_t left;
	int number;

	while ((left = reap(pipeline)) > 0 && (ending || !finished(pipeline)) && !deadline_passed(deadline)) {
		if (deadline->limited) {
			long long rest = deadline_left(deadline);

			timeout.tv_sec = rest > 0 ? (time_t)(rest / 1000000000) : 0;
			timeout.tv_nsec = rest > 0 ? (long)(rest % 1000000000) : 0;
			number = sigtimedwait(&pipeline->awaited, &info, &timeout);
		} else {
			number = sigwaitinfo(&pipeline->awaited, &info);
		}
		/* A signal for a command that has ended meanwhile would be lost. */
		if (number != -1 && number != SIGCHLD && reap(pipeline) > 0)
			forward(pipeline, &info);
	}
	return left;
}

void
pipeline_end(struct pipeline *pipeline)
{
	struct deadline soon = {0};
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		if (target(pipeline, i))
			child_terminate(target(pipeline, i), &soon);
	if (attend(pipeline, &soon, true) == 0 && !pipeline->group)
		return;
	if (pipeline->group)
		child_kill(-pipeline->group);
	/* A command may have left the group. */
	for (i = 0; i < pipeline->count; i++)
		if (pipeline->commands[i].pid)
			child_kill(pipeline->commands[i].pid);
	deadline_set(&soon, DEADLINE_NEVER);
	(void)attend(pipeline, &soon, true);
}

int
pipeline_wait(struct pipeline *pipeline, const struct deadline *deadline)
{
	bool early;
	size_t i;

	if (attend(pipeline, deadline, false) == 0)
		return pipeline->lost ? error_set(ECHILD) : 0;
	early = finished(pipeline);
	for (i = 0; i < pipeline->count; i++)
		pipeline->commands[i].spared = early && pipeline->commands[i].pid;
	pipeline_end(pipeline);
	return early ? 0 : error_set(ETIMEDOUT);
}
