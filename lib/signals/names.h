/*
 * names.h: the names of signals, and of the codes that show the origin of a signal.
 */
#ifndef SIGNALS_NAMES_H
#define SIGNALS_NAMES_H

#include <signal.h>

#include "base/text.h"

/* Bytes of the longest name, or of the number of a signal that has no name, with the NUL. */
#define SIGNAL_NAME_SIZE 16

/*
 * Read a signal as users write it into *number: a name with or without SIG, in capitals or small letters, RTMIN,
 * RTMIN+N, RTMAX, RTMAX-N, or a number; 0 is no signal. RTMIN is the RTMIN of programs that use the system's own C
 * library. Returns 0 or -1. Errors: EINVAL. See kill(1), signal(7).
 */
int signal_name_parse(const char *text, int *number);

/* Write the name of a signal without SIG, as kill -l prints it, or its number if it has no name. Returns name. */
const char *signal_name_format(int number, char name[SIGNAL_NAME_SIZE]);

/* Write the name of a signal as C programs write it: SIGTERM, SIGRTMIN+1; or its number. Returns name. */
const char *signal_name_macro(int number, char name[SIGNAL_NAME_SIZE]);

/*
 * Write the origin of a signal, si_code: its name without SI_ or CLD_, KERNEL for other codes of the kernel, or the
 * number. Returns name. See sigaction(2).
 */
const char *signal_name_code(int number, int code, char name[SIGNAL_NAME_SIZE]);

/* Write si_code as C programs write it: SI_USER, CLD_EXITED; or its number. Returns name. */
const char *signal_name_code_macro(int number, int code, char name[SIGNAL_NAME_SIZE]);

/* Append the names of the signals in a set, in square brackets. */
void signal_name_set(struct text *text, const sigset_t *set);

/* Append the table of all signals, one a line: number, name, default action, and the event that raises the signal. */
void signal_name_table(struct text *text);

/*
 * Append a line: the number of the signal that word names, or the name of the signal if word is its number or the exit
 * status of a program that it ended. Returns 0, or -1 if there is no such signal.
 */
int signal_name_convert(struct text *text, const char *word);

#endif
