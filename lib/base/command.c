/*
 * command.c: the steps that all commands share: the start, lines about wrong usage, the way out.
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
#include "base/trace.h"

/*
 * Write a text to standard output and free it. Returns 0, or -1 after a line that ends with undone. If undone is NULL,
 * an output without a reader is no failure.
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

void
command_about(const struct command *command, bool version)
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
	error_program = command->name;
	if (io_reserve() == -1) {
		error_line(
		    NULL, "cannot start: " IO_NULL ", which stands for a closed descriptor: %s", explain_errno(errno));
		exit(STATUS_FAILED);
	}
	if ((command->signals ? interrupt_spare() : interrupt_setup()) == -1) {
		error_line(NULL, "cannot start: %s", explain_errno(errno));
		exit(STATUS_FAILED);
	}
	trace_open();
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0))
		command_about(command, argv[1][2] == 'v');
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
