/*
 * semop: operate on semaphores, or run a command under one.
 *
 * All OPs of one call on a System V set are one atomic operation. With a COMMAND, semop takes the semaphore, runs
 * COMMAND and gives the semaphore back. On System V semop becomes COMMAND, so the kernel gives the semaphore back
 * however COMMAND ends (SEM_UNDO, then exec). A POSIX semaphore is given back by semop, which waits for COMMAND.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "process/launch.h"
#include "semaphore/semaphore.h"

static const struct command command = {
    .name = "semop",
    .usage = "[-cuvx] [-i VALUE[,VALUE...]] [-m MODE] [-t TIME] SEM [OP...|-- COMMAND [ARG...]]",
    .help = "Operate on a semaphore, print its values, or run COMMAND while holding it.\n"
            "  -c        create the semaphore if it is missing\n"
            "  -x        create the semaphore; fail if it exists\n"
            "  -i VALUE  create the semaphore with this value (1); several, with commas, make a System V set\n"
            "  -m MODE   create the semaphore with this octal mode (0600)\n"
            "  -t TIME   wait at most TIME; 0 never waits\n"
            "  -u        unlink the semaphore once the OPs are done or COMMAND has run\n"
            "  -v        trace IPC system calls\n"
            "OP: -1 waits and subtracts, +1 adds. System V: any number, 0 waits for zero, =N sets, INDEX:OP for a "
            "member from 0;\n"
            "all OPs of one call are atomic; =N goes only with =N.\n"
            "SEM: /lock, posix:/lock, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct job {
	struct name name;
	struct semaphore semaphore;
	struct semaphore_options options;
	struct semaphore_operation *operations;
	size_t count; /* number of OPs */
	int *values;  /* argument of -i, as numbers */
	struct hold hold;
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

	job->operations = calloc(job->count, sizeof(*job->operations));
	if (!job->operations) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	for (i = 0; i < job->count; i++) {
		if (semaphore_parse(argv[i], &job->operations[i]) == 0)
			continue;
		if (errno == ERANGE)
			return command_argument("OP ", argv[i], "the number is too large");
		if (strcmp(argv[i], "--") == 0)
			return command_usage("there are OPs, or -- and a COMMAND, but not both");
		if (argv[i][0] == '-' && argv[i][1] > '9')
			return command_argument("OP ", argv[i], "not an OP (options come before SEM)");
		return command_argument("OP ", argv[i],
		    "not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)");
	}
	return GO_ON;
}

static int
parse(struct job *job, int argc, char *argv[])
{
	const char *values = NULL, *name;
	const struct command_option table[] = {
	    {'c', .flag = &job->options.create},
	    {'i', .text = &values},
	    {'m', .mode = &job->options.mode},
	    {'t', .time = &job->hold.timeout},
	    {'u', .flag = &job->hold.unlink},
	    {'x', .flag = &job->options.exclusive},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("SEM is missing; usage: semop %s", command.usage);
	name = argv[optind++];
	if (optind < argc && strcmp(argv[optind], "--") == 0) {
		if (++optind == argc)
			return command_usage("-- is followed by a COMMAND");
		job->hold.argv = argv + optind;
		job->options.failure = STATUS_RUNNER;
	} else if (optind < argc) {
		job->count = (size_t)(argc - optind);
		status = read_operations(job, argv + optind);
	}
	if (status == GO_ON && values)
		status = read_values(job, values);
	if (status == GO_ON)
		status = command_name(&job->name, name);
	if (status == GO_ON)
		status = semaphore_check(&job->name, &job->options, job->operations, job->count);
	if (status == GO_ON && job->hold.argv)
		status = launch_find(job->hold.argv[0], &job->hold.path) == 0 ? GO_ON
		                                                              : launch_report(job->hold.argv[0], errno);
	return status == STATUS_FAILED ? job->options.failure : status;
}

/* Print the values, one a line. */
static int
print_values(struct job *job)
{
	struct text text = {0};

	if (semaphore_values(&job->semaphore, &text) == -1)
		return semaphore_report(&job->semaphore, SEMAPHORE_READ, errno);
	return command_print(&text);
}

/* Perform the OPs. From then on no signal ends the command, because no signal undoes the OPs. */
static int
operate(struct job *job)
{
	if (semaphore_operate(&job->semaphore, job->operations, job->count, job->hold.timeout, false) == -1)
		return semaphore_report(&job->semaphore, SEMAPHORE_OPERATE, errno);
	(void)interrupt_hold();
	interrupt_forget();
	return STATUS_OK;
}

/* Do the work with the open semaphore. */
static int
work(struct job *job)
{
	int status;

	if (job->name.kind == NAME_NEW && command_tell(job->semaphore.text, "the new semaphore was removed") != GO_ON) {
		if (semaphore_unlink(&job->semaphore) == -1)
			return semaphore_report(&job->semaphore, SEMAPHORE_UNLINK, errno);
		return job->options.failure;
	}
	if (job->hold.argv)
		return hold_run(&job->hold, &job->semaphore);
	if (job->count > 0)
		status = operate(job);
	else
		status = job->name.kind == NAME_NEW ? STATUS_OK : print_values(job);
	/* A timeout never removes a semaphore that others hold. */
	if (!job->hold.unlink || !command_unlinks(job->semaphore.created, false, status) ||
	    semaphore_unlink(&job->semaphore) == 0)
		return status;
	return semaphore_report(&job->semaphore, SEMAPHORE_UNLINK, errno);
}

int
main(int argc, char *argv[])
{
	struct job job = {.options = {.mode = 0600, .failure = STATUS_FAILED}, .hold = {.timeout = DEADLINE_NEVER}};
	int status;

	command_start(&command, argc, argv);
	status = parse(&job, argc, argv);
	if (status == GO_ON)
		status = semaphore_start(&job.semaphore, &job.name, &job.options);
	if (status == GO_ON)
		status = work(&job);
	semaphore_close(&job.semaphore);
	name_free(&job.name);
	free(job.operations);
	free(job.values);
	free(job.hold.path);
	return command_end(status);
}
