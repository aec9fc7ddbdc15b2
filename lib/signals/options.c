/*
 * options.c: signals and processes as options, operands and standard input name them. All of them are read before the
 * first signal is sent.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/number.h"
#include "base/record.h"
#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/names.h"

/* Bytes of the longest line of input. */
#define LINE ((size_t)1024 * 1024)

int
signal_read(void *to, int letter, const char *text)
{
	int *number = to;

	if (signal_name_parse(text, number) == 0)
		return GO_ON;
	return command_refuse(letter, text, "there is no such signal (sigsend -l lists them)");
}

/* Add the signal that name names. Returns NULL, or a phrase that names the fault. */
static const char *
add_signal(sigset_t *set, bool operand, const char *name)
{
	int number;

	if (strcmp(name, "all") == 0) {
		disposition_fill(set);
		return NULL;
	}
	if (signal_name_parse(name, &number) == -1 || number == 0)
		return operand && name[0] == '-' && name[1] > '9' ? "there is no such signal (options come first)"
		                                                  : "there is no such signal (sigsend -l lists them)";
	if (signal_reserved(number))
		return "the C library keeps this signal for itself";
	signal_set_add(set, number);
	return NULL;
}

int
signal_read_list(void *to, int letter, const char *text)
{
	char *copy = strdup(text), *name = copy, *comma;
	const char *fault;
	int status = GO_ON;

	if (!copy) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	for (; name && status == GO_ON; name = comma) {
		comma = strchr(name, ',');
		if (comma)
			*comma++ = '\0';
		fault = add_signal(to, letter == 0, name);
		if (fault)
			status =
			    letter ? command_refuse(letter, name, fault) : command_argument("SIGNAL ", name, fault);
	}
	free(copy);
	return status;
}

static const char no_memory[] = "out of memory";

/* Add the target that text names. Returns NULL, or a phrase that names the fault. */
static const char *
add_target(struct target_list *list, const char *text)
{
	unsigned long long pid;
	struct target *items;

	/* ps -o pid= prints blanks in front of a PID. */
	text += strspn(text, " ");
	/* kill(2) takes 0, -1 and negative numbers for many processes at once; group 1 would be -1. */
	if (number_parse(text, list->groups ? 2 : 1, INT_MAX, &pid) == -1)
		return text[0] == '-' && text[1] > '9' ? "not a PID (options come first)"
		       : list->groups                  ? "not the number of a process group, from 2"
		                                       : "not a PID, a number from 1";
	items = realloc(list->items, (list->count + 1) * sizeof(*items));
	if (!items)
		return no_memory;
	list->items = items;
	list->items[list->count++] = (struct target){.pid = (pid_t)pid, .pidfd = -1};
	return NULL;
}

int
target_operands(struct target_list *list, char *argv[])
{
	const char *fault;

	for (; *argv; argv++) {
		fault = add_target(list, *argv);
		if (fault == no_memory) {
			error_line(*argv, "%s", fault);
			return STATUS_FAILED;
		}
		if (fault)
			return command_argument("PID ", *argv, fault);
	}
	return GO_ON;
}

/* Add the targets of a line of input, or append the fault of the line to fault. */
static void
add_line(struct target_list *list, const char *data, size_t size, struct text *fault)
{
	char *line = strndup(data, size), *next = line, *word = NULL;
	const char *problem = line ? NULL : no_memory;

	for (; !problem && (word = strtok(next, " \t")); next = NULL)
		problem = add_target(list, word);
	/* Text after a NUL byte must not be ignored silently. */
	if (!problem && memchr(data, '\0', size))
		problem = add_target(list, "");
	if (problem) {
		text_quote(fault, word ? word : data, word ? strlen(word) : size, 64);
		text_format(fault, ": %s", problem);
	}
	free(line);
}

int
target_read(struct target_list *list, int fd)
{
	struct record_reader reader;
	struct text fault = {0};
	int status = GO_ON, got = 0;
	const char *data;
	size_t size;

	record_open(&reader, fd, RECORD_LINE, LINE);
	while (!fault.data && (got = record_next(&reader, &data, &size)) == 1)
		add_line(list, data, size, &fault);
	if (got == -1)
		record_fault(&reader, errno, &fault);
	else if (!fault.data && list->count == 0)
		text_format(&fault, "no PID");
	if (fault.data) {
		error_line(NULL, "standard input: %s; no signal was sent", fault.data);
		status = STATUS_FAILED;
	}
	text_free(&fault);
	record_close(&reader);
	return status;
}
