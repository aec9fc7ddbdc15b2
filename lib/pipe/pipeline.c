/*
 * pipeline.c: commands joined by anonymous pipes, as a shell's | does, or in a ring. Each gets two descriptors and no other;
 * this process keeps none, so that it is never the one for whom a pipe stays open.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/signal_set.h"
#include "base/text.h"
#include "base/trace.h"
#include "pipe/internal.h"
#include "pipe/pipeline.h"
#include "process/child.h"

/* How long those that get SIGTERM have before SIGKILL. */
#define GRACE 1000000000LL

int
pipeline_find(struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		if (child_find(pipeline->commands[i].argv[0], &pipeline->commands[i].path) == -1)
			return child_failed(pipeline->commands[i].argv[0], errno);
	return -1;
}

/* Sends a signal to all that run, and to what they have started where they are a group. */
static void
signal_all(const struct pipeline *pipeline, int number)
{
	size_t i;

	if (pipeline->group) {
		kill(-pipeline->group, number);
		return;
	}
	for (i = 0; i < pipeline->count; i++)
		if (pipeline->commands[i].pid)
			kill(pipeline->commands[i].pid, number);
}

/* Waits for those that have ended. Returns how many are left. */
static size_t
reap(struct pipeline *pipeline)
{
	size_t left = 0, i;
	pid_t ended;
	int status;

	for (i = 0; i < pipeline->count; i++) {
		struct pipeline_command *command = &pipeline->commands[i];

		if (!command->pid)
			continue;
		ended = waitpid(command->pid, &status, WNOHANG);
		if (ended == 0 || (ended == -1 && errno == EINTR)) {
			left++;
			continue;
		}
		command->pid = 0;
		command->status = ended == -1 ? STATUS_RUNNER : child_status(status);
	}
	return left;
}

/* The child's side: becomes the command, or sends errno to its parent. */
static void
become(const struct pipeline_command *command, int input, int output, int report)
{
	int error;

	if (dup2(input, STDIN_FILENO) != -1 && dup2(output, STDOUT_FILENO) != -1) {
		interrupt_restore();
		execv(command->path, command->argv);
	}
	error = errno;
	(void)io_write(report, &error, sizeof(error), NULL);
	_exit(STATUS_NOEXEC);
}

/* A pipe whose ends are closed on exec, with the capacity that was asked for. */
static int
make_pipe(const struct pipeline *pipeline, int ends[2])
{
	int result = pipe(ends);

	if (trace_on)
		trace_call(result, "pipe([%d, %d])", result == -1 ? -1 : ends[0], result == -1 ? -1 : ends[1]);
	if (result == -1)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return pipeline->capacity ? io_capacity(ends[1], pipeline->capacity) : 0;
}

/* Starts one. *error: why it was not executed, or 0. */
static int
start(struct pipeline *pipeline, struct pipeline_command *command, int input, int output, int *error)
{
	int report[2];
	ssize_t got;
	pid_t pid;

	*error = 0;
	if (pipe(report) == -1)
		return -1;
	fcntl(report[0], F_SETFD, FD_CLOEXEC);
	fcntl(report[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		if (pipeline->grouped)
			setpgid(0, pipeline->group);
		become(command, input, output, report[1]);
	}
	close(report[1]);
	if (pid != -1) {
		command->pid = pid;
		if (pipeline->grouped && !pipeline->group)
			pipeline->group = pid;
		if (pipeline->grouped)
			setpgid(pid, pipeline->group);
		while ((got = read(report[0], error, sizeof(*error))) == -1 && errno == EINTR)
			;
		if (got != sizeof(*error))
			*error = 0;
	}
	close(report[0]);
	return pid == -1 ? -1 : 0;
}

/* Ends those that were started, and waits for them. */
static void
end(struct pipeline *pipeline)
{
	struct deadline soon;
	long long nap = 0;

	signal_all(pipeline, SIGTERM);
	signal_all(pipeline, SIGCONT);
	deadline_set(&soon, GRACE);
	while (reap(pipeline) > 0 && !deadline_passed(&soon))
		(void)deadline_nap(&soon, &nap);
	signal_all(pipeline, SIGKILL);
	deadline_set(&soon, DEADLINE_NEVER);
	for (nap = 0; reap(pipeline) > 0;)
		(void)deadline_nap(&soon, &nap);
}

/* Says why a pipe could not be made. */
static int
no_pipe(const struct pipeline *pipeline, int error)
{
	struct text why = {0};

	if (pipeline->capacity && error == EPERM)
		limit_explain(&why, LIMIT_PIPE, pipeline->capacity);
	else if (error == ENOTSUP)
		text_format(&why, "this system has no way to change the capacity of a pipe");
	else
		text_format(&why, "a pipe cannot be made: %s", strerror(error));
	error_line(NULL, "%s%s; nothing was started", pipeline->capacity ? "-s: " : "", why.data ? why.data : "");
	text_free(&why);
	return STATUS_RUNNER;
}

int
pipeline_start(struct pipeline *pipeline)
{
	size_t pipes = pipeline->ring ? pipeline->count : pipeline->count - 1, i;
	int(*ends)[2] = calloc(pipeline->count, sizeof(*ends)), status = -1, error, null;
	sigset_t set;

	if (!ends) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_RUNNER;
	}
	/* What comes from here on is for the commands, and waits for pipeline_wait. */
	interrupt_awaited(&set);
	if (signal_set_change(SIG_BLOCK, &set, NULL) == -1 || interrupt_caught()) {
		free(ends);
		return STATUS_RUNNER;
	}
	/* All pipes first: where one is missing nothing is started. */
	for (i = 0; i < pipes && status == -1; i++)
		if (make_pipe(pipeline, ends[i]) == -1)
			status = no_pipe(pipeline, errno);
	for (i = 0; i < pipeline->count && status == -1; i++) {
		size_t before = (i + pipeline->count - 1) % pipeline->count;
		int input = i > 0 || pipeline->ring ? ends[before][0] : STDIN_FILENO;
		int output = i + 1 < pipeline->count || pipeline->ring ? ends[i][1] : STDOUT_FILENO;

		if (start(pipeline, &pipeline->commands[i], input, output, &error) == -1) {
			error_line(pipeline->commands[i].argv[0], "cannot be started: %s", strerror(errno));
			status = STATUS_RUNNER;
		} else if (error) {
			status = child_failed(pipeline->commands[i].argv[0], error);
		}
	}
	for (i = 0; i < pipes; i++) {
		if (ends[i][0])
			close(ends[i][0]);
		if (ends[i][1])
			close(ends[i][1]);
	}
	free(ends);
	if (status != -1) {
		end(pipeline);
		return status;
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null != -1 && dup2(null, STDIN_FILENO) != -1)
		(void)dup2(null, STDOUT_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	return -1;
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
				end(pipeline);
				errno = ETIMEDOUT;
				return -1;
			}
			timeout = (struct timespec){
			    .tv_sec = (time_t)(left / 1000000000), .tv_nsec = (long)(left % 1000000000)};
		}
		number = deadline->limited ? sigtimedwait(&set, &info, &timeout) : sigwaitinfo(&set, &info);
		if (number == -1 || number == SIGCHLD)
			continue;
		/* What the terminal sends, it sends to them too, unless they are a group of their own. */
		if (info.si_code <= 0 || info.si_code == SI_USER || pipeline->group)
			signal_all(pipeline, number);
	}
	return 0;
}

int
pipeline_status(const struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		if (pipeline->commands[i].status)
			return pipeline->commands[i].status;
	return STATUS_OK;
}

void
pipeline_close(struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		free(pipeline->commands[i].path);
	free(pipeline->commands);
}
