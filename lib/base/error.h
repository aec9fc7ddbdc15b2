/*
 * error.h: exit statuses and error lines.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* What every command's exit status means. */
enum status {
	GO_ON = -1, /* no status yet: the command goes on */
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_REMOVED = 3,   /* the object was removed while in use */
	STATUS_TIMEOUT = 124, /* time ran out */
	STATUS_RUNNER = 125,  /* a command that runs a COMMAND failed itself */
	STATUS_NOEXEC = 126,  /* COMMAND cannot be executed */
	STATUS_NOCOMMAND = 127,
	STATUS_SIGNAL = 128 /* plus the number of the signal */
};

/* The name that stands in front of every line the program prints about itself; set once by command_start. */
extern const char *error_program;

/*
 * Prints "program: object: text" and a newline to standard error in one write; what is not printable in them is
 * escaped. object NULL is left out, an empty one shown as two quotes.
 */
void error_line(const char *object, const char *format, ...);

/* The symbolic name of an errno value, such as "EAGAIN"; "E?" for one that POSIX does not know. Static storage. */
const char *error_name(int error);

#endif
