/*
 * semop: operate on semaphores, or run a command under one.
 *
 * All OPs of one call on a System V set are one atomic operation. With a COMMAND it takes the semaphore, runs COMMAND, and
 * gives it back: the kernel does that for System V, however COMMAND dies, since semop becomes COMMAND (SEM_UNDO, then
 * exec); a POSIX semaphore is given back by semop, which waits for COMMAND.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/number.h"
#include "base/text.h"
#include "semaphore/semaphore.h"

static const struct command command = {
    .name = "semop",
    .usage = "[-cuvx] [-i VALUE[,VALUE...]] [-m MODE] [-t TIME] SEM [OP...|-- COMMAND [ARG...]]",
    .help = "Operate on a semaphore, print its value, or run COMMAND while holding it.\n"
            "  -c        create the semaphore if it is missing\n"
            "  -x        create it; fail if it exists\n"
            "  -i VALUE  its initial value (1); several, with commas: a System V set of as many members\n"
            "  -m MODE   its octal mode (0600)\n"
            "  -t TIME   wait at most so long; 0 never waits\n"
            "  -u        unlink the semaphore on the way out, if the OPs were done, or COMMAND has run\n"
            "  -v        print each IPC system call\n"
            "OP: -1 waits and takes, +1 gives, 0 waits for zero, =N sets; INDEX:OP for a member of a set, from 0.\n"
            "System V: all OPs are one operation, and take and give any number. Without an OP it prints the values.\n"
            "SEM: /lock, posix:/lock, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct job {
	struct name name;
	struct semaphore *semaphore;
	struct semaphore_options options;
	struct semaphore_operation *operations;
	size_t count;
	int *values;          /* of -i */
	struct holder holder; /* of COMMAND, -t and -u */
};

/* -i VALUE[,VALUE...] */
static int
parse_values(struct job *job, const char *text)
{
	char *copy = strdup(text), *at = copy, *comma;
	unsigned long long value;
	size_t count = 1;
	int status = -1;

	for (comma = copy; comma && (comma = strchr(comma, ',')); comma++)
		count++;
	free(job->values);
	job->values = calloc(count, sizeof(*job->values));
	if (!copy || !job->values) {
		error_line(NULL, "%s", strerror(ENOMEM));
		free(copy);
		return STATUS_FAILED;
	}
	job->options.values = job->values;
	for (job->options.count = 0; job->options.count < count && status == -1; job->options.count++) {
		comma = strchr(at, ',');
		if (comma)
			*comma = '\0';
		if (number_parse(at, 0, INT_MAX, &value) == -1)
			status = command_argument("-i ", text, "not a number, or several with commas between them");
		job->values[job->options.count] = (int)value;
		at = comma ? comma + 1 : at;
	}
	free(copy);
	return status;
}

static int
parse_options(struct job *job, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":chi:m:t:uvVx")) != -1) {
		switch (option) {
		case 'c':
			job->options.create = true;
			break;
		case 'i':
			status = parse_values(job, optarg);
			break;
		case 'm':
			status = command_mode(option, optarg, &job->options.mode);
			break;
		case 't':
			status = command_time(option, optarg, &job->holder.timeout);
			break;
		case 'u':
			job->holder.unlink = true;
			break;
		case 'x':
			job->options.exclusive = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	return status;
}

/* All OPs are looked at before the semaphore is. */
static int
parse_operations(struct job *job, char *argv[])
{
	size_t i;

	job->operations = calloc(job->count, sizeof(*job->operations));
	if (job->count && !job->operations) {
		error_line(NULL, "%s", strerror(errno));
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
			return command_argument("OP ", argv[i], "not one; options come before SEM");
		return command_argument("OP ", argv[i],
		    "not -N, +N, 0 or =N, with INDEX: in front for a member of a set (a COMMAND comes after --)");
	}
	return -1;
}

static int
parse(struct job *job, int argc, char *argv[])
{
	int status = parse_options(job, argc, argv);

	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("SEM is missing; usage: semop %s", command.usage);
	status = command_name(&job->name, argv[optind++]);
	if (status != -1)
		return status;
	if (optind < argc && strcmp(argv[optind], "--") == 0) {
		if (++optind == argc)
			return command_usage("-- is followed by a COMMAND");
		job->holder.argv = argv + optind;
	} else if (optind < argc) {
		job->count = (size_t)(argc - optind);
		status = parse_operations(job, argv + optind);
	}
	if (status == -1)
		status = semaphore_check(&job->name, &job->options, job->operations, job->count);
	return status;
}

/* Prints the values, one a line. */
static int
print_values(const struct job *job)
{
	struct text text = {0};
	int status = STATUS_OK, *values;
	size_t count, i;

	if (semaphore_values(job->semaphore, &values, &count) == -1)
		return semaphore_report(job->semaphore, SEMAPHORE_READ, errno);
	for (i = 0; i < count; i++)
		text_format(&text, "%d\n", values[i]);
	if (!text.data || io_write(STDOUT_FILENO, text.data, text.size, NULL) == -1) {
		error_line(NULL, "standard output: %s", strerror(errno));
		status = STATUS_FAILED;
	}
	text_free(&text);
	free(values);
	return status;
}

/* A failure of semop itself has a status of its own where COMMAND may fail too. */
static int
own(const struct job *job, int status)
{
	return job->holder.argv && status == STATUS_FAILED ? STATUS_RUNNER : status;
}

/* Does the OPs. Once they are done no signal undoes that, so the status says it. */
static int
operate(struct job *job)
{
	int status = semaphore_apply(job->semaphore, job->operations, job->count, job->holder.timeout, false);

	/* What could not be done removes nothing, unless a signal asks for the end. */
	if (status != -1 && !interrupt_caught())
		job->holder.unlink = false;
	if (status != -1)
		return status;
	(void)interrupt_hold();
	interrupt_forget();
	return STATUS_OK;
}

/* The handle of a new private set is printed, since it has no other name. */
static int
print_handle(struct job *job)
{
	struct text line = {0};
	int status = -1;

	if (job->name.kind != NAME_NEW)
		return -1;
	text_format(&line, "%s\n", semaphore_name(job->semaphore));
	if (io_write(STDOUT_FILENO, line.data, line.size, NULL) == -1) {
		error_line(NULL, "standard output: %s; the new semaphore was removed", strerror(errno));
		semaphore_unlink(job->semaphore);
		job->holder.unlink = false;
		status = STATUS_FAILED;
	}
	text_free(&line);
	return own(job, status);
}

/* All that is done with the semaphore once it is open. */
static int
work(struct job *job)
{
	int status = print_handle(job);

	if (status != -1)
		return status;
	if (job->holder.argv)
		return holder_run(&job->holder, job->semaphore);
	if (job->count)
		return operate(job);
	return job->name.kind == NAME_NEW ? STATUS_OK : print_values(job);
}

int
main(int argc, char *argv[])
{
	struct job job = {.options = {.mode = 0600}, .holder = {.timeout = DEADLINE_NEVER}};
	int status = command_start(&command, argc, argv), other;

	if (status == -1)
		status = parse(&job, argc, argv);
	if (status == -1 && job.holder.argv)
		status = holder_find(&job.holder);
	if (status == -1) {
		status = own(&job, semaphore_start(&job.semaphore, &job.name, &job.options));
		if (status == -1) {
			status = work(&job);
			other = job.holder.unlink ? own(&job, semaphore_remove(job.semaphore)) : STATUS_OK;
			if (status == STATUS_OK)
				status = other;
		}
	}
	semaphore_close(job.semaphore);
	name_free(&job.name);
	free(job.operations);
	free(job.values);
	holder_close(&job.holder);
	return command_end(status);
}
