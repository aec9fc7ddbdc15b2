/*
 * error.h: exit statuses and error lines.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <errno.h>

struct text;

/* Exit statuses of every command. A step that may end a command returns one of them, or GO_ON. */
enum status {
	GO_ON = -1, /* the command goes on */
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_REMOVED = 3,   /* the object was removed while in use */
	STATUS_TIMEOUT = 124, /* time ran out */
	STATUS_RUNNER = 125,  /* a command that runs a COMMAND failed itself */
	STATUS_NOEXEC = 126,  /* COMMAND cannot be executed */
	STATUS_NOCOMMAND = 127,
	STATUS_SIGNAL = 128 /* base; the number of the signal is added */
};

/* Name of the program in every error line, which command_start sets. */
extern const char *error_program;

/*
 * Print "program: object: text" and a newline to standard error in one write, with bytes outside printable ASCII
 * escaped. Leave out object if it is NULL, and show an empty object as two quotes. Keep errno. A line of up to 1 KiB
 * needs no memory.
 */
void error_line(const char *object, const char *format, ...);

/* Set errno. Returns -1. It is defined here so that compilers and analysers see that it never returns 0. */
static inline int
error_set(int error)
{
	errno = error;
	return -1;
}

/* Print an error line from a text that was put together, and free the text. Keep errno. */
void error_text(const char *object, struct text *text);

/* Return the symbolic name of an errno value, such as "EAGAIN", or "E?" for a value that POSIX does not define. */
const char *error_name(int error);

#endif
