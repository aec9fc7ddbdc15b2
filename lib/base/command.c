/*
 * command.c: what all commands do alike: the start, the options that mean the same everywhere, the way out.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"
#include "base/trace.h"
#include "queue/queue.h"

int
command_print(struct text *text)
{
	int status = STATUS_OK;

	if (text->cut) {
		error_line(NULL, "%s", strerror(ENOMEM));
		status = STATUS_FAILED;
	} else if (text->size > 0 && io_write(STDOUT_FILENO, text->data, text->size, NULL) == -1) {
		error_line(NULL, "standard output: %s", strerror(errno));
		status = STATUS_FAILED;
	}
	text_free(text);
	return status;
}

static void
print_help(const struct command *command)
{
	struct text text = {0};

	text_format(&text, "usage: %s %s\n%s", command->name, command->usage, command->help);
	exit(command_end(command_print(&text)));
}

static void
print_version(const struct command *command)
{
	char room[64];
	struct text text = {.data = room, .capacity = sizeof(room), .borrowed = true};

	text_format(&text, "%s (ipc7) %s\n", command->name, IPC7_VERSION);
	exit(command_end(command_print(&text)));
}

int
command_start(const struct command *command, int argc, char *argv[])
{
	const char *trace = getenv("IPC7_TRACE");

	error_program = command->name;
	trace_on = trace && strcmp(trace, "1") == 0;
	if (io_reserve() == -1 || (command->signals ? interrupt_spare() : interrupt_setup()) == -1) {
		error_line(NULL, "cannot start: %s", strerror(errno));
		exit(STATUS_FAILED);
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		print_help(command);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		print_version(command);
	return GO_ON;
}

int
command_option(const struct command *command, int option)
{
	switch (option) {
	case 'v':
		trace_on = true;
		return GO_ON;
	case 'h':
		print_help(command);
		return GO_ON;
	case 'V':
		print_version(command);
		return GO_ON;
	case ':':
		return command_usage("-%c needs an argument (see %s -h)", optopt, command->name);
	default:
		break;
	}
	if (optopt == '-')
		return command_usage("the only long options are --help and --version (see %s -h)", command->name);
	if (optopt > ' ' && optopt < 0x7f)
		return command_usage("there is no option -%c (see %s -h)", optopt, command->name);
	return command_usage("there is no such option (see %s -h)", command->name);
}

static bool
takes_argument(const struct command_option *row)
{
	return row->text || row->time || row->size || row->offset || row->mode || row->number || row->read;
}

/* Stores what an option says. */
static int
store(const struct command_option *row, const char *argument)
{
	if (row->flag)
		*row->flag = true;
	if (row->text)
		*row->text = argument;
	if (row->time)
		return command_time(row->letter, argument, row->time);
	if (row->size)
		return command_size(row->letter, argument, row->size);
	if (row->offset)
		return command_offset(row->letter, argument, row->offset);
	if (row->mode)
		return command_mode(row->letter, argument, row->mode);
	if (row->number)
		return command_number(row->letter, argument, row->min, row->max, row->number);
	if (row->form)
		return command_form(row->letter, row->form);
	return row->read ? row->read(row->to, row->letter, argument) : GO_ON;
}

int
command_options(const struct command *command, const struct command_option *table, int argc, char *argv[])
{
	char letters[2 * 64] = ":hvV", *end = letters + 4;
	const struct command_option *row;
	int option, status = GO_ON;

	for (row = table; row->letter && end < letters + sizeof(letters) - 2; row++) {
		*end++ = row->letter;
		if (takes_argument(row))
			*end++ = ':';
	}
	while (status == GO_ON && (option = getopt(argc, argv, letters)) != -1) {
		for (row = table; row->letter && row->letter != option; row++)
			;
		status = row->letter ? store(row, optarg) : command_option(command, option);
	}
	return status;
}

int
command_usage(const char *format, ...)
{
	struct text text = {0};
	va_list args;

	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	error_line(NULL, "%s", text.data ? text.data : "wrong usage");
	text_free(&text);
	return STATUS_USAGE;
}

int
command_argument(const char *what, const char *argument, const char *expected)
{
	struct text quoted = {0};

	text_quote(&quoted, argument, strlen(argument), 64);
	command_usage("%s%s: %s", what, quoted.data ? quoted.data : "", expected);
	text_free(&quoted);
	return STATUS_USAGE;
}

static int
bad_argument(int option, const char *argument, const char *expected)
{
	char what[] = {'-', (char)option, ' ', '\0'};

	return command_argument(what, argument, expected);
}

int
command_number(int option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result)
{
	struct text expected = {0};
	int status;

	if (number_parse(text, min, max, result) == 0)
		return -1;
	text_format(&expected, "not a number from %llu to %llu", min, max);
	status = bad_argument(option, text, expected.data ? expected.data : "not a number");
	text_free(&expected);
	return status;
}

int
command_size(int option, const char *text, size_t *bytes)
{
	if (number_size(text, 1, bytes) == 0)
		return -1;
	return bad_argument(option, text, "not a size (bytes, at least 1, with optional K, M or G)");
}

int
command_offset(int option, const char *text, size_t *bytes)
{
	if (number_size(text, 0, bytes) == 0)
		return -1;
	return bad_argument(option, text, "not a number of bytes (with optional K, M or G)");
}

int
command_time(int option, const char *text, long long *nanoseconds)
{
	if (number_time(text, nanoseconds) == 0)
		return -1;
	return bad_argument(option, text, "not a time (as 0.25, 250ms, 2s or 5m)");
}

int
command_mode(int option, const char *text, mode_t *mode)
{
	if (number_mode(text, mode) == 0)
		return -1;
	return bad_argument(option, text, "not an octal mode from 0 to 777");
}

int
command_name(struct name *name, const char *text)
{
	const char *fault;

	if (name_parse(name, text, &fault) == 0)
		return -1;
	error_line(text, "%s", fault);
	return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

int
command_object(const struct name *name, const char *what, bool create, bool exclusive)
{
	if (name->kind == NAME_FILE && strcmp(what, "segment") != 0)
		return command_usage("%s: a file is no %s (file: is for shared memory)", name->text, what);
	if (name->kind == NAME_NEW && !create)
		return command_usage("sysv:new makes a new %s, which needs -c", what);
	if (name->kind == NAME_ID && exclusive)
		return command_usage("%s: an identifier names a %s that exists, so -x cannot be met", name->text, what);
	return -1;
}

int
command_form(int option, enum record_form *form)
{
	enum record_form wanted = option == '0' ? RECORD_NUL : option == 'N' ? RECORD_NETSTRING : RECORD_RAW;

	if (*form != RECORD_LINE && *form != wanted)
		return command_usage("only one of -%c and -%c can be given",
		    *form == RECORD_NUL         ? '0'
		    : *form == RECORD_NETSTRING ? 'N'
		                                : 'r',
		    option);
	*form = wanted;
	return -1;
}

int
command_queue(const struct command *command, int option, const char *text, struct queue_options *options)
{
	unsigned long long depth = 0;
	int status = -1;

	switch (option) {
	case 'c':
		options->create = true;
		break;
	case 'd':
		status = command_number(option, text, 1, INT_MAX, &depth);
		options->depth = (size_t)depth;
		break;
	case 'm':
		status = command_mode(option, text, &options->mode);
		break;
	case 's':
		status = command_size(option, text, &options->size);
		break;
	case 'x':
		options->exclusive = true;
		break;
	default:
		status = command_option(command, option);
	}
	return status;
}

int
command_end(int status)
{
	if (interrupt_caught() && status != STATUS_USAGE) {
		interrupt_raise(interrupt_caught());
		return STATUS_SIGNAL + interrupt_caught();
	}
	if (status == STATUS_OK && close(STDOUT_FILENO) == -1 && errno != EBADF && errno != EINTR) {
		error_line(NULL, "standard output: %s", strerror(errno));
		return STATUS_FAILED;
	}
	return status;
}
