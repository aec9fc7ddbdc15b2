/*
 * options.c: the options of a command: those in its table, and those that mean the same everywhere.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/number.h"
#include "base/trace.h"

int
command_number(int letter, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result)
{
	char expected[80];

	if (number_parse(text, min, max, result) == 0)
		return GO_ON;
	snprintf(expected, sizeof(expected), "not a number from %llu to %llu", min, max);
	return command_refuse(letter, text, expected);
}

/* Handle an option that every command has, or refuse an option that is not in the table. */
static int
common_option(const struct command *command, int option)
{
	if (option == 'h' || option == 'V')
		command_about(command, option == 'V');
	if (option == 'v') {
		trace_print();
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
	static const char size[] = "not a size (bytes, at least 1, with optional K, M or G)";
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
	else if (row->size && number_size(argument, row->size) == -1)
		expected = size;
	else if (row->offset && number_offset(argument, (off_t)row->min, row->offset) == -1)
		expected = row->min ? size : "not a number of bytes (with optional K, M or G)";
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
