/*
 * command.h: the steps that all commands share: the start, options, lines about wrong usage, and the way out.
 */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/name.h"
#include "base/record.h"
#include "base/text.h"

#define IPC7_VERSION "1.0"

struct command {
	const char *name;
	const char *usage; /* synopsis, without the command's name */
	const char *help;  /* text of -h after the synopsis */
	bool signals;      /* the command handles signals itself: interrupt_spare in place of interrupt_setup */
};

/*
 * One row of a command's table of options; the table ends with {0}. The member that is set selects the effect of the
 * option; flag may be set alone, or beside another member.
 */
struct command_option {
	char letter;
	bool *flag;                  /* set to true */
	const char **text;           /* argument as it stands */
	const char **file;           /* name of a file; "-" is refused */
	long long *time;             /* argument in nanoseconds */
	size_t *size;                /* argument in bytes, at least 1, of memory */
	off_t *offset;               /* argument in bytes, at least min, of a file */
	mode_t *mode;                /* octal argument */
	unsigned long long *number;  /* decimal argument */
	unsigned long long min, max; /* bounds of number; min is that of offset too */
	enum record_form *form;      /* set by -0, -N or -r; starts as RECORD_LINE */

	/*
	 * Read any other argument of the option letter; to is the first parameter. Returns GO_ON, or an exit status
	 * after a line.
	 */
	int (*read)(void *to, int letter, const char *text);
	void *to;
};

/*
 * Prepare a command, as the first call of main: keep descriptors 0 to 2, set up signals, the trace and the program's
 * name. End the process for --help and --version, and with STATUS_FAILED if it cannot start.
 */
void command_start(const struct command *command, int argc, char *argv[]);

/*
 * Read the options of a command by its table, and -v, -h and -V, which every command has; end the process for -h and
 * -V. Operands start at optind. Returns GO_ON, or STATUS_USAGE after a line. See getopt(3).
 */
CHECKED int command_options(const struct command *command, const struct command_option *table, int argc, char *argv[]);

/* Read the number of an option, from min to max. Returns as command_options. */
CHECKED int command_number(
    int letter, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);

/*
 * Parse the name of an object. Returns GO_ON, STATUS_USAGE after a line, or STATUS_FAILED after a line if memory ran
 * out.
 */
CHECKED int command_name(struct name *name, const char *text);

/*
 * Check that a name can be that of a queue, segment or semaphore (what), and can be used with the options that create.
 * Returns GO_ON, or STATUS_USAGE after a line.
 */
CHECKED int command_object(const struct name *name, const char *what, bool create, bool exclusive);

/* Append to a line about a missing object that options come before it, if an operand after it looks like one. */
void command_order(struct text *line, const char *first);

/*
 * Refuse an operand after the first, whose name in the synopsis is given: print the line, or that options come before
 * it. Returns STATUS_USAGE.
 */
int command_surplus(const char *operand, const char *first, const char *line);

/* End the process after the text of -h, or that of -V (version). */
void command_about(const struct command *command, bool version);

/* Print a line about wrong usage. Returns STATUS_USAGE. */
int command_usage(const char *format, ...);

/*
 * Print a line about a wrong argument: the words before it, the argument in quotes, and the expected form. Returns
 * STATUS_USAGE.
 */
int command_argument(const char *what, const char *argument, const char *expected);

/* Print such a line for the argument of an option. Returns STATUS_USAGE. */
int command_refuse(int letter, const char *argument, const char *expected);

/*
 * Write a text to standard output and free it. Returns STATUS_OK, even if the reader has gone, or STATUS_FAILED after a
 * line.
 */
CHECKED int command_print(struct text *text);

/*
 * Write the name of a new object, which has no other name, to standard output. Returns GO_ON, or STATUS_FAILED after a
 * line that ends with undone: words about the object that the caller then removes.
 */
CHECKED int command_tell(const char *name, const char *undone);

/*
 * Return true if -u unlinks an object on the way out: if this run created the object or took something from it, has
 * succeeded, or was stopped by a signal.
 */
bool command_unlinks(bool created, bool took, int status);

/*
 * End a command: die by the signal that was caught, if any. Returns the status for main, which becomes STATUS_FAILED if
 * standard output cannot be closed.
 */
int command_end(int status);

#endif
