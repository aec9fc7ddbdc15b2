/*
 * command.h: what all commands do alike.
 */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/name.h"
#include "base/record.h"
#include "base/text.h"

#define IPC7_VERSION "0.1"

struct queue_options;

struct command {
	const char *name;
	const char *usage; /* the synopsis, without the name */
	const char *help;  /* the text of -h after the synopsis */
	bool signals;      /* signals are its business: interrupt_spare instead of interrupt_setup */
};

/*
 * Prepare a command, first of all in main: keeps descriptors 0 to 2, sets up signals, the trace and the program's name.
 * Ends the process for --help and --version, and with STATUS_FAILED if it cannot start.
 */
int command_start(const struct command *command, int argc, char *argv[]);

/*
 * Writes a text to standard output, and frees it; one that memory ran out for is not written. Returns the exit status, with
 * a line. Source: write(2).
 */
int command_print(struct text *text);

/*
 * One row of a command's table of options; the table ends with {0}. The member that is set says what the option does;
 * flag may stand alone, or beside another member.
 */
struct command_option {
	char letter;
	bool *flag;                  /* set to true */
	const char **text;           /* the argument as it stands */
	long long *time;             /* the argument in nanoseconds */
	size_t *size, *offset;       /* the argument in bytes: at least 1; 0 or more */
	mode_t *mode;                /* octal */
	unsigned long long *number;  /* a number */
	unsigned long long min, max; /* the bounds of number */
	enum record_form *form;      /* -0, -N or -r */

	/* Reads any other argument: returns GO_ON, or an exit status after a line. to: its first argument. */
	int (*read)(void *to, int letter, const char *text);
	void *to;
};

/*
 * Read the options of a command by its table, with -v, which every command has; -h and -V end the process. Operands
 * start at optind. Returns GO_ON, or STATUS_USAGE after a line. See getopt(3).
 */
int command_options(const struct command *command, const struct command_option *table, int argc, char *argv[]);

/* The options of every command, and what getopt(3) returns for a bad one. Returns -1 to go on, else the exit status. */
int command_option(const struct command *command, int option);

/* Each reads the argument of an option; a bad one gets a line. Returns -1 to go on, else the exit status. */
int command_number(
    int option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);
int command_size(int option, const char *text, size_t *bytes);
int command_time(int option, const char *text, long long *nanoseconds);
int command_mode(int option, const char *text, mode_t *mode);
int command_name(struct name *name, const char *text);

/* A position or a length in bytes: as a size, but may be 0. */
int command_offset(int option, const char *text, size_t *bytes);

/*
 * Looks whether a name can be that of a queue, segment or semaphore (what), and goes with the options that create.
 * Returns -1 if so; else it prints a line and returns the exit status.
 */
int command_object(const struct name *name, const char *what, bool create, bool exclusive);

/* -0, -N and -r, of which only one may be given. form starts as RECORD_LINE. */
int command_form(int option, enum record_form *form);

/* The options that say how a queue is created: -c -d -m -s -x. Others go on to command_option. */
int command_queue(const struct command *command, int option, const char *text, struct queue_options *options);

/* Prints a line about wrong usage and returns STATUS_USAGE. */
int command_usage(const char *format, ...);

/* The same about an argument, which is quoted; what stands in front of it, and what was expected behind it. */
int command_argument(const char *what, const char *argument, const char *expected);

/*
 * The one way out: ends by the signal that was caught, if any; a standard output that cannot be closed turns status 0
 * into 1. Returns the status for main.
 */
int command_end(int status);

#endif
