/*
 * options.c: signals in the options and operands of a command.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/error.h"
#include "signals/internal.h"
#include "signals/signals.h"

/* Print a line about an argument of the option, or of the operand SIGNAL if letter is 0. Returns STATUS_USAGE. */
static int
refuse(int letter, const char *argument, const char *expected)
{
	const char option[] = {'-', (char)letter, ' ', '\0'};

	return command_argument(letter ? option : "SIGNAL ", argument, expected);
}

int
signal_read(void *to, int letter, const char *text)
{
	int *number = to;

	if (signal_name_parse(text, number) == 0)
		return GO_ON;
	return refuse(letter, text, "there is no such signal (sigsend -l lists them)");
}

static int
add_name(sigset_t *set, int letter, const char *name)
{
	int number;

	if (strcmp(name, "all") == 0) {
		disposition_fill(set);
		return GO_ON;
	}
	if (signal_name_parse(name, &number) == -1 || number == 0)
		return refuse(letter, name,
		    !letter && name[0] == '-' && name[1] > '9' ? "there is no such signal; options come first"
		                                               : "there is no such signal (sigsend -l lists them)");
	if (disposition_add(set, number) == -1)
		return refuse(letter, name, "the C library keeps this signal for itself");
	return GO_ON;
}

int
signal_read_list(void *to, int letter, const char *text)
{
	char *copy = strdup(text), *name = copy, *comma;
	int status = GO_ON;

	if (!copy) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	for (; name && status == GO_ON; name = comma) {
		comma = strchr(name, ',');
		if (comma)
			*comma++ = '\0';
		status = add_name(to, letter, name);
	}
	free(copy);
	return status;
}
