/*
 * piperun: join commands by anonymous pipes, in a line or a ring.
 *
 * piperun finds all commands and makes all pipes before it starts a command. No byte passes through piperun, and it
 * holds no end of a pipe. Its exit status is that of the first command from the left that failed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/trace.h"
#include "pipe/pipeline.h"
#include "signals/names.h"

static const struct command command = {
    .name = "piperun",
    .usage = "[-lv] [-s SIZE] [-t TIME] COMMAND [ARG...] [-- COMMAND [ARG...]]...",
    .help = "Join commands by anonymous pipes. The status is that of the first from the left that failed.\n"
            "  -l       close the ring: the last output is the first input\n"
            "  -s SIZE  set the capacity of each pipe\n"
            "  -t TIME  end all commands after TIME (TERM, then KILL)\n"
            "  -v       trace IPC system calls, and print the status of each command\n",
};

/* Read the commands, which "--" separates. */
static int
parse_commands(struct pipeline *pipeline, int argc, char *argv[])
{
	int i, first = 0;

	pipeline->commands = calloc((size_t)argc + 1, sizeof(*pipeline->commands));
	if (!pipeline->commands) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_RUNNER;
	}
	for (i = 0; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], "--") != 0)
			continue;
		if (i == first)
			return command_usage("there is a COMMAND on each side of --");
		pipeline->commands[pipeline->count++].argv = argv + first;
		argv[i] = NULL;
		first = i + 1;
	}
	return GO_ON;
}

static int
parse(struct pipeline *pipeline, long long *timeout, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'l', .flag = &pipeline->ring},
	    {'s', .size = &pipeline->capacity},
	    {'t', .flag = &pipeline->grouped, .time = timeout},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("COMMAND is missing; usage: piperun %s", command.usage);
	return parse_commands(pipeline, argc - optind, argv + optind);
}

/* Print how each command ended. */
static void
show(const struct pipeline *pipeline)
{
	char name[SIGNAL_NAME_SIZE];
	size_t i;

	for (i = 0; i < pipeline->count; i++) {
		int status = pipeline->commands[i].status;

		if (status > STATUS_SIGNAL && status - STATUS_SIGNAL <= SIGRTMAX)
			error_line(pipeline->commands[i].argv[0], "status %d (%s)", status,
			    signal_name_format(status - STATUS_SIGNAL, name));
		else
			error_line(pipeline->commands[i].argv[0], "status %d", status);
	}
}

static int
run(struct pipeline *pipeline, long long timeout)
{
	struct deadline deadline;
	int status = pipeline_start(pipeline);

	if (status != GO_ON)
		return status;
	deadline_set(&deadline, timeout);
	if (pipeline_wait(pipeline, &deadline) == 0) {
		status = pipeline_status(pipeline);
	} else {
		error_line(NULL, "time ran out (-t); the commands were ended");
		status = STATUS_TIMEOUT;
	}
	if (trace_on)
		show(pipeline);
	return status;
}

int
main(int argc, char *argv[])
{
	struct pipeline pipeline = {0};
	long long timeout = DEADLINE_NEVER;
	int status;

	command_start(&command, argc, argv);
	status = parse(&pipeline, &timeout, argc, argv);
	if (status == GO_ON)
		status = pipeline_find(&pipeline);
	if (status == GO_ON)
		status = run(&pipeline, timeout);
	pipeline_close(&pipeline);
	return command_end(status);
}
