/*
 * piperun: join commands by anonymous pipes, in a line or a ring.
 *
 * All commands are found, and all pipes made, before one is started. It connects the descriptors and steps aside: no byte
 * passes through it, and it holds no end of a pipe. Its status is that of the first from the left that failed.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/trace.h"
#include "pipe/pipeline.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "piperun",
    .usage = "[-lv] [-s SIZE] [-t TIME] COMMAND [ARG...] [-- COMMAND [ARG...]]...",
    .help = "Join commands by anonymous pipes; the status is that of the first from the left that failed.\n"
            "  -l       close the ring: the last one's output is the first one's input\n"
            "  -s SIZE  the capacity of each pipe\n"
            "  -t TIME  end them all after so long (TERM, then KILL)\n"
            "  -v       print each system call, and the status of each command\n",
};

struct runner {
	struct pipeline pipeline;
	long long timeout;
};

/* The commands, between which -- stands. */
static int
parse_commands(struct pipeline *pipeline, int argc, char *argv[])
{
	int i, first = 0;

	pipeline->commands = calloc((size_t)argc + 1, sizeof(*pipeline->commands));
	if (!pipeline->commands) {
		error_line(NULL, "%s", strerror(errno));
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
	return -1;
}

static int
parse(struct runner *runner, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":hls:t:vV")) != -1) {
		switch (option) {
		case 'l':
			runner->pipeline.ring = true;
			break;
		case 's':
			status = command_size(option, optarg, &runner->pipeline.capacity);
			break;
		case 't':
			status = command_time(option, optarg, &runner->timeout);
			runner->pipeline.grouped = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("COMMAND is missing; usage: piperun %s", command.usage);
	return parse_commands(&runner->pipeline, argc - optind, argv + optind);
}

/* -v: how each ended. */
static void
show(const struct pipeline *pipeline)
{
	char name[SIGNAL_NAME_SIZE];
	size_t i;

	for (i = 0; i < pipeline->count; i++) {
		int status = pipeline->commands[i].status;

		if (status > STATUS_SIGNAL && status - STATUS_SIGNAL <= signal_name_last())
			error_line(pipeline->commands[i].argv[0], "status %d (%s)", status,
			    signal_name_format(status - STATUS_SIGNAL, name));
		else
			error_line(pipeline->commands[i].argv[0], "status %d", status);
	}
}

static int
run(struct runner *runner)
{
	struct deadline deadline;
	int status = pipeline_start(&runner->pipeline);

	if (status != -1)
		return status;
	deadline_set(&deadline, runner->timeout);
	if (pipeline_wait(&runner->pipeline, &deadline) == -1) {
		status = errno == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_RUNNER;
		error_line(
		    NULL, "%s", errno == ETIMEDOUT ? "time ran out (-t); the commands were ended" : strerror(errno));
	} else {
		status = pipeline_status(&runner->pipeline);
	}
	if (trace_on)
		show(&runner->pipeline);
	return status;
}

int
main(int argc, char *argv[])
{
	struct runner runner = {.timeout = DEADLINE_NEVER};
	int status = command_start(&command, argc, argv);

	if (status == -1)
		status = parse(&runner, argc, argv);
	if (status == -1)
		status = pipeline_find(&runner.pipeline);
	if (status == -1)
		status = run(&runner);
	pipeline_close(&runner.pipeline);
	return command_end(status);
}
