/*
 * command.h: what all commands do alike.
 */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <signal.h>
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
 * To be called first in main: keeps descriptors 0 to 2, sets up signals, the trace and the program's name; answers
 * --help and --version. Returns -1 to go on, else the exit status.
 */
int command_start(const struct command *command, int argc, char *argv[]);

/*
 * Writes a text to standard output, and frees it; one that memory ran out for is not written. Returns the exit status, with
 * a line. Source: write(2).
 */
int command_print(struct text *text);

/* The options of every command, and what getopt(3) returns for a bad one. Returns -1 to go on, else the exit status. */
int command_option(const struct command *command, int option);

/* Each reads the argument of an option; a bad one gets a line. Returns -1 to go on, else the exit status. */
int command_number(
    int option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);
int command_size(int option, const char *text, size_t *bytes);
int command_time(int option, const char *text, long long *nanoseconds);
int command_mode(int option, const char *text, mode_t *mode);
int command_name(struct name *name, const char *text);

/* One signal, min 0 where that means none; a list of them with commas, or all, which is added to set. */
int command_signal(int option, const char *text, int min, int *number);
int command_signals(const char *what, const char *text, sigset_t *set);

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
