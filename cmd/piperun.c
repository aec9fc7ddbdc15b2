/*
 * piperun: join commands by anonymous pipes, in a line or a ring.
 *
 * piperun finds all commands and makes all pipes before it starts a command. No byte passes through piperun, and it
 * holds no end of a pipe. It ends with the status, or by the signal, of the first command from the left that failed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/ready.h"
#include "base/trace.h"
#include "pipe/pipeline.h"
#include "process/child.h"
#include "signals/names.h"

static const struct command command = {
    .name = "piperun",
    .usage = "[-Flv] [-d WORD] [-S FILE] [-s SIZE] [-t TIME] COMMAND [ARG...] [-- COMMAND [ARG...]]...",
    .help = "Join commands by anonymous pipes. The status is that of the first from the left that failed.\n"
            "  -F       finish early: end the others once one has failed, or the last has ended\n"
            "  -l       close the ring: the last output is the first input\n"
            "  -d WORD  WORD separates the commands instead of --\n"
            "  -S FILE  write the statuses of all commands to FILE, in one line\n"
            "  -s SIZE  set the capacity of each pipe\n"
            "  -t TIME  end all commands after TIME (TERM, then KILL)\n"
            "  -v       trace IPC system calls, and print the status of each command\n",
};

struct job {
	struct pipeline pipeline;
	const char *separator, *file; /* WORD of -d, FILE of -S */
	int statuses;                 /* descriptor of FILE, or -1 */
	long long timeout;
};

/* Read the commands, which the separator separates. */
static int
parse_commands(struct job *job, int argc, char *argv[])
{
	struct pipeline *pipeline = &job->pipeline;
	int i, first = 0;

	pipeline->commands = calloc((size_t)argc + 1, sizeof(*pipeline->commands));
	if (!pipeline->commands) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_RUNNER;
	}
	for (i = 0; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], job->separator) != 0)
			continue;
		if (i == first)
			return command_usage("there is a COMMAND on each side of %s", job->separator);
		pipeline->commands[pipeline->count++].argv = argv + first;
		argv[i] = NULL;
		first = i + 1;
	}
	return GO_ON;
}

static int
parse(struct job *job, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'F', .flag = &job->pipeline.early},
	    {'l', .flag = &job->pipeline.ring},
	    {'d', .text = &job->separator},
	    {'S', .file = &job->file},
	    {'s', .size = &job->pipeline.capacity},
	    {'t', .flag = &job->pipeline.grouped, .time = &job->timeout},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("COMMAND is missing; usage: piperun %s", command.usage);
	return parse_commands(job, argc - optind, argv + optind);
}

/* Open the FILE of -S first, so that it never keeps the statuses of an earlier run. Then find all commands. */
static int
prepare(struct job *job)
{
	int status;

	if (job->file && (job->statuses = ready_open(job->file, job->timeout)) == -1) {
		status = ready_report(job->file);
		return status == STATUS_FAILED ? STATUS_RUNNER : status;
	}
	return pipeline_find(&job->pipeline);
}

/* Print how each command ended. */
static void
show(const struct pipeline *pipeline)
{
	char name[SIGNAL_NAME_SIZE];
	size_t i;

	for (i = 0; i < pipeline->count; i++) {
		int status = child_status(pipeline->commands[i].end);

		if (status > STATUS_SIGNAL && status - STATUS_SIGNAL <= SIGRTMAX)
			error_line(pipeline->commands[i].argv[0], "status %d (%s)", status,
			    signal_name_format(status - STATUS_SIGNAL, name));
		else
			error_line(pipeline->commands[i].argv[0], "status %d", status);
	}
}

/* Write the statuses of all commands to the FILE of -S. Returns status, or after a line STATUS_RUNNER in place of 0. */
static int
tell(const struct job *job, int status)
{
	struct text line = {0};
	int result;
	size_t i;

	for (i = 0; i < job->pipeline.count; i++)
		text_format(&line, "%s%d", i > 0 ? " " : "", child_status(job->pipeline.commands[i].end));
	result = line.cut ? error_set(ENOMEM) : ready_say(job->statuses, line.data);
	if (result == -1)
		(void)ready_report(job->file);
	text_free(&line);
	return result == -1 && status == STATUS_OK ? STATUS_RUNNER : status;
}

/* Die by the signal that ended a command. Its core file is the command's. */
static void
die(int number)
{
	const struct rlimit none = {0};

	setrlimit(RLIMIT_CORE, &none);
	interrupt_raise(number);
}

static int
run(struct job *job)
{
	struct deadline deadline;
	int status = pipeline_start(&job->pipeline), end = 0;

	if (status != GO_ON)
		return status;
	deadline_set(&deadline, job->timeout);
	if (pipeline_wait(&job->pipeline, &deadline) == 0) {
		end = pipeline_verdict(&job->pipeline);
		status = child_status(end);
	} else if (errno == ECHILD) {
		error_line(NULL, "the end of a COMMAND cannot be learned: %s", explain_errno(errno));
		status = STATUS_RUNNER;
	} else {
		error_line(NULL, "time ran out (-t); the commands were ended");
		status = STATUS_TIMEOUT;
	}
	if (trace_printed)
		show(&job->pipeline);
	if (job->statuses != -1)
		status = tell(job, status);
	/* Process 1 survives the signal. */
	if (WIFSIGNALED(end))
		die(WTERMSIG(end));
	return status;
}

int
main(int argc, char *argv[])
{
	struct job job = {.separator = "--", .statuses = -1, .timeout = DEADLINE_NEVER};
	int status;

	command_start(&command, argc, argv);
	status = parse(&job, argc, argv);
	if (status == GO_ON)
		status = prepare(&job);
	if (status == GO_ON)
		status = run(&job);
	pipeline_close(&job.pipeline);
	return command_end(status);
}
