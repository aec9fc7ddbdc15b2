/*
 * semop_options.c: the command line of semop.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
#include "process/launch.h"
#include "semop.h"

const struct command semop_command = {
    .name = "semop",
    .usage = "[-cuvx] [-E STATUS] [-i VALUE[,VALUE...]] [-m MODE] [-t TIME] SEM [OP...] [-- COMMAND [ARG...]]",
    .help = "Operate on a semaphore, print its values, or run COMMAND while holding it.\n"
            "  -c        create the semaphore if it is missing\n"
            "  -x        create the semaphore; fail if it exists\n"
            "  -E STATUS exit with STATUS instead of 124 when time runs out\n"
            "  -i VALUE  create the semaphore with this value (1); several, with commas, make a System V set; places\n"
            "            of a lock on a file\n"
            "  -m MODE   create the semaphore with this octal mode (0600)\n"
            "  -t TIME   wait at most TIME; 0 never waits\n"
            "  -u        unlink the semaphore once the OPs are done or COMMAND has run\n"
            "  -v        trace IPC system calls\n"
            "OP: -1 waits and subtracts, +1 adds. System V: any number, 0 waits for zero, =N sets, INDEX:OP for a "
            "member from 0;\n"
            "all OPs of one call are atomic; =N goes only with =N. With COMMAND: -1, or these OPs, undone at its end.\n"
            "SEM: file:PATH and fd:N (locks), /lock, posix:/lock, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see "
            "ipc7(7)\n",
};

/* Read VALUE[,VALUE...] of -i. */
static int
read_values(struct job *job, const char *text)
{
	const char *at = text;
	unsigned long value;
	char *end;

	job->options.values = job->values = calloc(strlen(text) / 2 + 1, sizeof(*job->values));
	if (!job->values) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	for (job->options.count = 0;; at = end + 1) {
		value = strtoul(at, &end, 10);
		if (*at < '0' || *at > '9' || value > INT_MAX || (*end && *end != ','))
			return command_argument("-i ", text, "not a number, or several with commas between them");
		job->values[job->options.count++] = (int)value;
		if (!*end)
			return GO_ON;
	}
}

/* Read all OPs, before the semaphore is opened. */
static int
read_operations(struct job *job, char *argv[])
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		if (semaphore_parse(argv[i], &job->operations[i]) == 0)
			continue;
		if (errno == ERANGE)
			return command_argument("OP ", argv[i], "the number is too large");
		if (argv[i][0] == '-' && argv[i][1] > '9')
			return command_argument("OP ", argv[i], "not an OP (options come before SEM)");
		return command_argument("OP ", argv[i],
		    "not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)");
	}
	return GO_ON;
}

/* Read the operands after SEM: OPs, and -- with a COMMAND, which has the OP -1 unless there are others. */
static int
read_operands(struct job *job, char *argv[])
{
	int status;

	while (argv[job->count] && strcmp(argv[job->count], "--") != 0)
		job->count++;
	job->options.command = argv[job->count] != NULL;
	job->options.failure = job->options.command ? STATUS_RUNNER : STATUS_FAILED;
	job->operations = calloc(job->count + 1, sizeof(*job->operations));
	if (!job->operations) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	status = read_operations(job, argv);
	if (status != GO_ON || !job->options.command)
		return status;
	job->hold.argv = argv + job->count + 1;
	if (!*job->hold.argv)
		return command_usage("-- is followed by a COMMAND");
	if (job->count == 0)
		job->operations[job->count++].value = -1;
	return GO_ON;
}

/* Read SEM. A path is a lock on a file, whose kind the user has left out. */
static int
read_name(struct job *job, const char *text)
{
	if (strchr(text, ':') || !*text || !strchr(text + 1, '/'))
		return command_name(&job->name, text);
	return command_usage(
	    "%s: a POSIX name has one slash only, at its front (a lock on a file is file:%s)", text, text);
}

int
semop_parse(struct job *job, int argc, char *argv[])
{
	unsigned long long late = STATUS_TIMEOUT;
	const char *values = NULL, *name;
	const struct command_option table[] = {
	    {'c', .flag = &job->options.create},
	    {'E', .number = &late, .min = 0, .max = 255},
	    {'i', .text = &values},
	    {'m', .mode = &job->options.mode},
	    {'t', .time = &job->options.timeout},
	    {'u', .flag = &job->options.unlink},
	    {'x', .flag = &job->options.exclusive},
	    {0},
	};
	int status = command_options(&semop_command, table, argc, argv);

	if (status != GO_ON)
		return status;
	job->options.late = (int)late;
	if (optind == argc)
		return command_usage("SEM is missing; usage: semop %s", semop_command.usage);
	name = argv[optind];
	status = read_operands(job, argv + optind + 1);
	if (status == GO_ON && values)
		status = read_values(job, values);
	if (status == GO_ON)
		status = read_name(job, name);
	if (status == GO_ON)
		status = semaphore_check(&job->name, &job->options, job->operations, job->count);
	if (status == GO_ON && job->hold.argv)
		status = launch_find(job->hold.argv[0], &job->hold.path) == 0 ? GO_ON
		                                                              : launch_report(job->hold.argv[0], errno);
	job->hold.operations = job->operations;
	job->hold.count = job->count;
	return status == STATUS_FAILED ? job->options.failure : status;
}
