/*
 * command.c: what all commands do alike: the start, the options that mean the same everywhere, the way out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "base/trace.h"

/*
 * Write a text to standard output and free it. Returns 0, or -1 after a line that ends with undone. If that is NULL, a
 * reader that has gone loses nothing.
 */
static int
print(struct text *text, const char *undone)
{
	int error = text->cut ? ENOMEM : io_write(STDOUT_FILENO, text->data, text->size, NULL) == -1 ? errno : 0;

	text_free(text);
	if (!error || (error == EPIPE && !undone))
		return 0;
	error_line(NULL, "standard output: %s%s%s", explain_errno(error), undone ? "; " : "", undone ? undone : "");
	return -1;
}

int
command_print(struct text *text)
{
	return print(text, NULL) == 0 ? STATUS_OK : STATUS_FAILED;
}

int
command_tell(const char *name, const char *undone)
{
	struct text line = {0};

	text_format(&line, "%s\n", name);
	return print(&line, undone) == 0 ? GO_ON : STATUS_FAILED;
}

/* End the process after the text of -h or of -V. */
static void
tell_about(const struct command *command, bool version)
{
	char room[64];
	struct text text = {.data = room, .capacity = sizeof(room), .borrowed = true};

	if (version)
		text_format(&text, "%s (ipc7) %s\n", command->name, IPC7_VERSION);
	else
		text_format(&text, "usage: %s %s\n%s", command->name, command->usage, command->help);
	exit(command_end(command_print(&text)));
}

void
command_start(const struct command *command, int argc, char *argv[])
{
	const char *trace = getenv("IPC7_TRACE");

	error_program = command->name;
	trace_on = trace && strcmp(trace, "1") == 0;
	if (io_reserve() == -1) {
		error_line(
		    NULL, "cannot start: " IO_NULL ", which stands for a closed descriptor: %s", explain_errno(errno));
		exit(STATUS_FAILED);
	}
	if ((command->signals ? interrupt_spare() : interrupt_setup()) == -1) {
		error_line(NULL, "cannot start: %s", explain_errno(errno));
		exit(STATUS_FAILED);
	}
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0))
		tell_about(command, argv[1][2] == 'v');
}

/* Handle an option that every command has, or refuse an option that is not in the table. */
static int
common_option(const struct command *command, int option)
{
	if (option == 'h' || option == 'V')
		tell_about(command, option == 'V');
	if (option == 'v') {
		trace_on = true;
		return GO_ON;
	}
	if (option == ':')
		return command_usage("-%c needs an argument (see %s -h)", optopt, command->name);
	if (optopt == '-')
		return command_usage("the only long options are --help and --version (see %s -h)", command->name);
	if (optopt > ' ' && optopt < 0x7f)
		return command_usage("there is no option -%c (see %s -h)", optopt, command->name);
	return command_usage("there is no such option (see %s -h)", command->name);
}

static bool
takes_argument(const struct command_option *row)
{
	return row->text || row->file || row->time || row->size || row->offset || row->mode || row->number || row->read;
}

/* Store the form that -0, -N or -r selects. Only one of them can be given. */
static int
store_form(enum record_form *form, int letter)
{
	static const char letters[] = {[RECORD_NUL] = '0', [RECORD_NETSTRING] = 'N', [RECORD_RAW] = 'r'};

	if (*form != RECORD_LINE && letters[*form] != letter)
		return command_usage("only one of -%c and -%c can be given", letters[*form], letter);
	*form = letter == '0' ? RECORD_NUL : letter == 'N' ? RECORD_NETSTRING : RECORD_RAW;
	return GO_ON;
}

/* Store the argument of an option, or its flag, as its row of the table says. */
static int
store(const struct command_option *row, const char *argument)
{
	const char *expected = NULL;

	if (row->flag)
		*row->flag = true;
	if (row->text)
		*row->text = argument;
	if (row->file && strcmp(argument, "-") == 0)
		return command_refuse(row->letter, argument, "not a file (/dev/stdout or /dev/fd/N name a descriptor)");
	if (row->file)
		*row->file = argument;
	if (row->form)
		return store_form(row->form, row->letter);
	if (row->number)
		return command_number(row->letter, argument, row->min, row->max, row->number);
	if (row->read)
		return row->read(row->to, row->letter, argument);
	if (row->time && number_time(argument, row->time) == -1)
		expected = "not a time (as 0.25, 250ms, 2s or 5m)";
	else if (row->size && number_size(argument, 1, row->size) == -1)
		expected = "not a size (bytes, at least 1, with optional K, M or G)";
	else if (row->offset && number_size(argument, 0, row->offset) == -1)
		expected = "not a number of bytes (with optional K, M or G)";
	else if (row->mode && number_mode(argument, row->mode) == -1)
		expected = "not an octal mode from 0 to 777";
	return expected ? command_refuse(row->letter, argument, expected) : GO_ON;
}

/* The option letters of the command, as getopt(3) takes them. */
static char letters[2 * 64] = ":hvV";

/* An operand after the first looks like an option. */
static bool misplaced;

/* Return true if an operand looks like an option of the command. */
static bool
is_option(const char *operand)
{
	return operand[0] == '-' && operand[1] && operand[1] != ':' && strchr(letters, operand[1]);
}

int
command_options(const struct command *command, const struct command_option *table, int argc, char *argv[])
{
	const struct command_option *row;
	char *end = letters + strlen(letters);
	int option, status = GO_ON;

	for (row = table; row->letter && end < letters + sizeof(letters) - 2; row++) {
		*end++ = row->letter;
		if (takes_argument(row))
			*end++ = ':';
	}
	while (status == GO_ON && (option = getopt(argc, argv, letters)) != -1) {
		for (row = table; row->letter && row->letter != option; row++)
			;
		status = row->letter ? store(row, optarg) : common_option(command, option);
	}
	for (option = optind + 1; option < argc && strcmp(argv[option], "--") != 0; option++)
		misplaced |= is_option(argv[option]);
	return status;
}

void
command_order(struct text *line, const char *first)
{
	bool remedy = line->size > 0 && line->data[line->size - 1] == ')';

	if (!misplaced)
		return;
	line->size -= remedy;
	text_format(line, "%soptions come before %s)", remedy ? "; " : " (", first);
}

int
command_surplus(const char *operand, const char *first, const char *line)
{
	struct text order = {0};

	if (!is_option(operand))
		return command_usage("%s", line);
	text_format(&order, "options come before %s", first);
	command_argument("", operand, order.data ? order.data : "");
	text_free(&order);
	return STATUS_USAGE;
}

int
command_usage(const char *format, ...)
{
	struct text text = {0};
	va_list args;

	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	error_text(NULL, &text);
	return STATUS_USAGE;
}

int
command_argument(const char *what, const char *argument, const char *expected)
{
	struct text quoted = {0};

	text_quote(&quoted, argument, strlen(argument), 64);
	command_usage("%s%s: %s", what, quoted.data ? quoted.data : "...", expected);
	text_free(&quoted);
	return STATUS_USAGE;
}

int
command_refuse(int letter, const char *argument, const char *expected)
{
	char what[] = {'-', (char)letter, ' ', '\0'};

	return command_argument(what, argument, expected);
}

int
command_number(int letter, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result)
{
	char expected[80];

	if (number_parse(text, min, max, result) == 0)
		return GO_ON;
	snprintf(expected, sizeof(expected), "not a number from %llu to %llu", min, max);
	return command_refuse(letter, text, expected);
}

int
command_name(struct name *name, const char *text)
{
	const char *fault;

	if (name_parse(name, text, &fault) == 0)
		return GO_ON;
	error_line(text, "%s", fault);
	return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

int
command_object(const struct name *name, const char *what, bool create, bool exclusive)
{
	if (name->kind == NAME_FILE && strcmp(what, "queue") == 0)
		return command_usage("%s: a %s cannot be a file (file: is for shared memory)", name->text, what);
	if (name->kind == NAME_FD && strcmp(what, "semaphore") != 0)
		return command_usage("%s: a %s cannot be a descriptor (fd: is for semaphores)", name->text, what);
	if (name->kind == NAME_NEW && !create)
		return command_usage("sysv:new: creating a %s needs -c", what);
	if (name->kind == NAME_ID && exclusive)
		return command_usage("%s: -x cannot be used with an identifier", name->text);
	return GO_ON;
}

bool
command_unlinks(bool created, bool took, int status)
{
	return status != STATUS_REMOVED && (created || took || status == STATUS_OK || interrupt_caught());
}

int
command_end(int status)
{
	if (interrupt_caught() && status != STATUS_USAGE) {
		interrupt_raise(interrupt_caught());
		return STATUS_SIGNAL + interrupt_caught();
	}
	if (status == STATUS_OK && close(STDOUT_FILENO) == -1 && errno != EBADF && errno != EINTR) {
		error_line(NULL, "standard output: %s", explain_errno(errno));
		return STATUS_FAILED;
	}
	return status;
}
