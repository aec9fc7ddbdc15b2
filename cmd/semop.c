/*
 * semop: operate on semaphores, or run a command under one.
 *
 * All OPs of one call on a System V set are one atomic operation. With a COMMAND it takes the semaphore, runs COMMAND, and
 * gives it back: the kernel does that for System V, however COMMAND dies, since semop becomes COMMAND (SEM_UNDO, then
 * exec); a POSIX semaphore is given back by semop, which waits for COMMAND.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipc7.h"

static const struct command command = {
    .name = "semop",
    .usage = "[-cuvx] [-i VALUE[,VALUE...]] [-m MODE] [-t TIME] SEM [OP...|-- COMMAND [ARG...]]",
    .help = "Operate on a semaphore, print its value, or run COMMAND while holding it.\n"
            "  -c        create the semaphore if it is missing\n"
            "  -x        create it; fail if it exists\n"
            "  -i VALUE  its initial value (1); several, with commas: a System V set of as many members\n"
            "  -m MODE   its octal mode (0600)\n"
            "  -t TIME   wait at most so long; 0 never waits\n"
            "  -u        unlink the semaphore on the way out\n"
            "  -v        print each IPC system call\n"
            "OP: -1 waits and takes, +1 gives, 0 waits for zero, =N sets; INDEX:OP for a member of a set, from 0.\n"
            "System V: all OPs are one operation, and take and give any number. Without an OP it prints the values.\n"
            "SEM: /lock, posix:/lock, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct operator
{
	struct name name;
	struct sema *sema;
	struct sema_options options;
	struct sema_operation *operations;
	size_t count;
	char **argv; /* COMMAND */
	char *path;
	int *values; /* of -i */
	long long timeout;
	bool unlink;
};

/* -i VALUE[,VALUE...] */
static int
parse_values(struct operator* operator, const char * text)
{
	struct sema_operation one;
	size_t count = 1, i;
	const char *at;

	for (at = text; *at; at++)
		count += *at == ',';
	free(operator->values);
	operator->values = calloc(count, sizeof(*operator->values));
	if (!operator->values) {
		err_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	for (i = 0, at = text; i < count; i++, at++) {
		char number[16] = "=";
		size_t size = strcspn(at, ",");

		/* The value of OP =VALUE. */
		if (size > 0 && size < sizeof(number) - 1)
			memcpy(number + 1, at, size);
		if (sema_parse(number, &one) == -1)
			return command_usage(
			    "-i %s: not numbers with commas between them, each from 0 to %d", text, INT_MAX);
		operator->values[i] = one.value;
		at += size;
	}
	operator->options.values = operator->values;
	operator->options.count = count;
	return -1;
}

static int
parse_options(struct operator* operator, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":chi:m:t:uvVx")) != -1) {
		switch (option) {
		case 'c':
			operator->options.create = true;
			break;
		case 'i':
			status = parse_values(operator, optarg);
			break;
		case 'm':
			status = command_mode(option, optarg, &operator->options.mode);
			break;
		case 't':
			status = command_time(option, optarg, &operator->timeout);
			break;
		case 'u':
			operator->unlink = true;
			break;
		case 'x':
			operator->options.exclusive = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	return status;
}

/* All OPs are looked at before the semaphore is. */
static int
parse_operations(struct operator* operator, char * argv[])
{
	size_t i;

	operator->operations = calloc(operator->count, sizeof(*operator->operations));
	if (operator->count && !operator->operations) {
		err_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	for (i = 0; i < operator->count; i++) {
		if (sema_parse(argv[i], &operator->operations[i]) == 0)
			continue;
		if (errno == ERANGE)
			return command_usage("%s: the number is too large", argv[i]);
		return command_usage(
		    "%s: an OP is -N, +N, 0 or =N, with INDEX: in front for a member of a set", argv[i]);
	}
	return -1;
}

static int
parse(struct operator* operator, int argc, char *argv[])
{
	int status = parse_options(operator, argc, argv);

	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("SEM is missing; usage: semop %s", command.usage);
	status = command_name(&operator->name, argv[optind++]);
	if (status != -1)
		return status;
	if (optind < argc && strcmp(argv[optind], "--") == 0) {
		if (++optind == argc)
			return command_usage("-- is followed by a COMMAND");
		operator->argv = argv + optind;
	} else if (optind < argc) {
		operator->count =(size_t)(argc - optind);
		status = parse_operations(operator, argv + optind);
	}
	if (status == -1)
		status = sema_check(&operator->name, &operator->options, operator->operations, operator->count);
	return status;
}

/* Prints the values, one a line. */
static int
print_values(const struct operator* operator)
{
	struct text text = {0};
	int status = STATUS_OK;
	int *values;
	size_t count, i;

	if (sema_values(operator->sema, &values, &count) == -1)
		return sema_report(operator->sema, SEMA_READ, errno);
	for (i = 0; i < count; i++)
		text_format(&text, "%d\n", values[i]);
	if (!text.data || io_write(STDOUT_FILENO, text.data, text.size, NULL) == -1) {
		err_line(NULL, "standard output: %s", strerror(errno));
		status = STATUS_FAILED;
	}
	text_free(&text);
	free(values);
	return status;
}

/* A failure of semop itself has a status of its own where COMMAND may fail too. */
static int
own(const struct operator* operator, int status)
{
	return operator->argv && status == STATUS_FAILED ? STATUS_RUNNER : status;
}

static int
operate(const struct operator* operator, const struct sema_operation * operations, size_t count, bool undo)
{
	struct deadline deadline;

	deadline_set(&deadline, operator->timeout);
	if (sema_operate(operator->sema, operations, count, &deadline, undo) == 0)
		return -1;
	return own(operator, sema_report(operator->sema, SEMA_OPERATE, errno));
}

static const struct sema_operation take = {.value = -1}, give = {.value = 1};

/* Takes the semaphore and becomes COMMAND; the kernel gives it back. Returns only if that fails. */
static int
become(const struct operator* operator)
{
	int status = operate(operator, & take, 1, true);

	if (status != -1)
		return status;
	child_become(operator->path, operator->argv);
	return errno == EINTR ? STATUS_RUNNER : child_failed(operator->argv[0], errno);
}

/* The same in a child, since there is something left to do behind it. */
static int
become_child(const struct operator* operator, bool * child)
{
	int result, end;

	result = child_split(&end);
	if (result == -1) {
		err_line(operator->argv[0], "cannot be started: %s", strerror(errno));
		return STATUS_RUNNER;
	}
	*child = result == 0;
	if (*child)
		return become(operator);
	sigs_forget();
	return child_status(end);
}

/* Takes the semaphore, runs COMMAND, and gives it back. */
static int
run(const struct operator* operator)
{
	int status = operate(operator, & take, 1, false), end = 0, error = 0, given;

	if (status != -1)
		return status;
	if (child_run(operator->path, operator->argv, STDIN_FILENO, &end) == -1)
		error = errno;
	else
		sigs_forget();
	/* Whatever signal came, it is given back. */
	given = operate(operator, & give, 1, false);
	if (error)
		return child_failed(operator->argv[0], error);
	return given == -1 ? child_status(end) : given;
}

/* The handle of a new private set is printed, since it has no other name. */
static int
print_handle(const struct operator* operator)
{
	struct text line = {0};
	int status = -1;

	if (operator->name.kind != NAME_NEW)
		return -1;
	text_format(&line, "%s\n", sema_name(operator->sema));
	if (io_write(STDOUT_FILENO, line.data, line.size, NULL) == -1) {
		err_line(NULL, "standard output: %s; no semaphore was made", strerror(errno));
		sema_unlink(operator->sema);
		status = STATUS_FAILED;
	}
	text_free(&line);
	return own(operator, status);
}

/* All that is done with the semaphore once it is open. *child is set in a child that must not unlink it. */
static int
work(const struct operator* operator, bool * child)
{
	int status = print_handle(operator);

	if (status != -1)
		return status;
	if (operator->argv && !sema_undoes(operator->sema))
		return run(operator);
	if (operator->argv)
		return operator->unlink ? become_child(operator, child) : become(operator);
	if (operator->count == 0)
		return operator->name.kind == NAME_NEW ? STATUS_OK : print_values(operator);
	status = operate(operator, operator->operations, operator->count, false);
	return status == -1 ? STATUS_OK : status;
}

int
main(int argc, char *argv[])
{
	struct operator operator= {.options = {.mode = 0600}, .timeout = DEADLINE_NEVER};
	int status = command_start(&command, argc, argv);
	bool child = false;

	if (status == -1)
		status = parse(&operator, argc, argv);
	if (status == -1 && operator.argv && child_find(operator.argv[0], &operator.path) == -1)
		status = child_failed(operator.argv[0], errno);
	if (status == -1) {
		status = sema_start(&operator.sema, &operator.name, &operator.options);
		if (status != -1)
			status = own(&operator, status);
	}
	if (status == -1) {
		status = work(&operator, & child);
		if (operator.unlink && !child && status != STATUS_REMOVED && sema_unlink(operator.sema) == -1 &&
		    errno != ENOENT)
			status = own(&operator, sema_report(operator.sema, SEMA_UNLINK, errno));
	}
	sema_close(operator.sema);
	name_free(&operator.name);
	free(operator.operations);
	free(operator.values);
	free(operator.path);
	return command_end(status);
}
