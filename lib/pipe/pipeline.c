/*
 * pipeline.c: COMMANDs joined by anonymous pipes, in a line as by a shell's |, or in a ring. Each COMMAND gets two
 * descriptors and no other. This process keeps none of them, so it never holds a pipe open.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/signal_set.h"
#include "base/trace.h"
#include "pipe/internal.h"
#include "pipe/pipeline.h"
#include "process/launch.h"

int
pipeline_find(struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		if (launch_find(pipeline->commands[i].argv[0], &pipeline->commands[i].path) == -1)
			return launch_report(pipeline->commands[i].argv[0], errno);
	return GO_ON;
}

/* Make a pipe, closed on exec, with the capacity asked for. Returns GO_ON, or the exit status after a line. */
static int
make_pipe(const struct pipeline *pipeline, int ends[2])
{
	static const char undone[] = "; nothing was started";
	int result = io_pipe(ends);

	trace_call(result, "pipe([%d, %d])", result == -1 ? -1 : ends[0], result == -1 ? -1 : ends[1]);
	if (result == -1)
		error_line(NULL, "a pipe cannot be made: %s%s", explain_errno(errno), undone);
	else
		result = pipe_resize(NULL, ends[1], pipeline->capacity, undone);
	return result == -1 ? STATUS_RUNNER : GO_ON;
}

/* Start all commands. Returns GO_ON, or an exit status after a line. */
static int
start(struct pipeline *pipeline)
{
	size_t last = pipeline->count - 1, i;

	for (i = 0; i <= last; i++) {
		struct pipeline_command *command = &pipeline->commands[i],
		                        *left = &pipeline->commands[i > 0 ? i - 1 : last];
		struct launch launch = {
		    .path = command->path,
		    .argv = command->argv,
		    .input = i > 0 || pipeline->ring ? left->pipe[0] : STDIN_FILENO,
		    .output = i < last || pipeline->ring ? command->pipe[1] : STDOUT_FILENO,
		    .group = pipeline->grouped ? pipeline->group : LAUNCH_SAME,
		    .piped = true,
		};
		pid_t pid = launch_start(&launch);

		if (pid == -1)
			return launch_report(command->argv[0], errno);
		command->pid = pid;
		if (pipeline->grouped && i == 0)
			pipeline->group = pid;
	}
	return GO_ON;
}

/* Close standard input and output, which belong to the commands from now on. */
static void
let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null != -1 && dup2(null, STDIN_FILENO) != -1)
		(void)dup2(null, STDOUT_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

int
pipeline_start(struct pipeline *pipeline)
{
	size_t pipes = pipeline->ring ? pipeline->count : pipeline->count - 1, i;
	struct sigaction action;
	int status = GO_ON;

	/* A signal that comes from here on is for the commands, and stays pending until pipeline_wait. */
	interrupt_awaited(&pipeline->awaited);
	/* The terminal stops only this process if the commands have a group of their own. */
	if (pipeline->grouped && sigaction(SIGTSTP, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(&pipeline->awaited, SIGTSTP);
	if (signal_set_change(SIG_BLOCK, &pipeline->awaited, NULL) == -1 || interrupt_caught())
		return STATUS_RUNNER;
	for (i = 0; i < pipes && status == GO_ON; i++)
		status = make_pipe(pipeline, pipeline->commands[i].pipe);
	if (status == GO_ON)
		status = start(pipeline);
	sigpending(&pipeline->missed);
	for (i = 0; i < pipes && pipeline->commands[i].pipe[1]; i++) {
		close(pipeline->commands[i].pipe[0]);
		close(pipeline->commands[i].pipe[1]);
	}
	if (status == GO_ON)
		let_go();
	else
		pipeline_end(pipeline);
	return status;
}

void
pipeline_close(struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->count; i++)
		free(pipeline->commands[i].path);
	free(pipeline->commands);
}
