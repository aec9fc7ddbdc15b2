/*
 * signals.h: signals: names, dispositions and masks, receiving, sending, waiting for the end.
 */
#ifndef SIGNALS_SIGNALS_H
#define SIGNALS_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/text.h"

/* Room for the longest name, and for the number of a signal that has none. */
#define SIGNAL_NAME_SIZE 16

/*
 * Reads a signal as users write it into *number: its name with or without SIG, in capitals or small letters, RTMIN,
 * RTMIN+N, RTMAX, RTMAX-N, or its number; 0 is none. RTMIN is what programs of the system's own C library call so.
 * EINVAL. Source: kill(1), signal(7).
 */
int signal_name_parse(const char *text, int *number);

/* Its name without SIG, as kill -l prints it; its number if it has none. Returns room. */
const char *signal_name_format(int number, char room[SIGNAL_NAME_SIZE]);

/* Its name as programs write it: SIGTERM, SIGRTMIN+1; its number if it has none. Returns room. */
const char *signal_name_macro(int number, char room[SIGNAL_NAME_SIZE]);

/* The highest number of a signal. */
int signal_name_last(void);

/* What si_code says about where a signal comes from: the name without SI_ or CLD_, or the number. Returns room. */
const char *signal_name_code(int number, int code, char room[SIGNAL_NAME_SIZE]);

/* The same as programs write it: SI_USER, CLD_EXITED. */
const char *signal_name_code_macro(int number, int code, char room[SIGNAL_NAME_SIZE]);

/* Appends the table of all signals: number, name, default action, what raises it. */
void signal_name_table(struct text *text);

/* Appends the number of the signal that word names, or the name for its number or the status of what it ended. EINVAL. */
int signal_name_convert(struct text *text, const char *word);

/*
 * Read the argument of the option letter: a signal as signal_name_parse takes it into *(int *)to, or a list of signals with
 * commas between them, each perhaps "all", which are added to the sigset_t at to. Return GO_ON, or print a line and return
 * the exit status. signal_read_list with letter 0 reads an operand.
 */
int signal_read(void *to, int letter, const char *text);
int signal_read_list(void *to, int letter, const char *text);

struct disposition {
	sigset_t pending, blocked, ignored, caught;
	bool stopped; /* the process is */
};

/* Adds a signal to a set. EINVAL: the system's C library keeps it for itself. */
int disposition_add(sigset_t *set, int number);

bool disposition_has(const sigset_t *set, int number);

/* Appends the names in a set, in square brackets. */
void disposition_format(struct text *text, const sigset_t *set);

/* Adds all signals to set but SIGKILL, SIGSTOP, and those that the system's C library keeps for itself. */
void disposition_fill(sigset_t *set);

/* Each changes what this process, and what it becomes by exec, does with the signals of set. Source: sigaction(2). */
int disposition_block(const sigset_t *set);
int disposition_ignore(const sigset_t *set);

/* The default action, and not blocked; all: also those that the C library keeps. */
int disposition_reset(const sigset_t *set);

/* The default action for one signal, blocked or not. */
int disposition_default(int number);

/* How a process treats signals. ESRCH, EACCES (it may not be known), ENOTSUP (the system does not tell). Source: proc(5). */
int disposition_of(pid_t pid, struct disposition *disposition);

/* A signal that came. */
struct arrival {
	int number, code; /* si_signo, si_code */
	pid_t pid;        /* the sender's; 0 if no process sent it */
	uid_t uid;
	int value; /* si_value, if code is SI_QUEUE */
};

/* The most that inbox_wait takes at once. */
#define INBOX_MOST 64

/*
 * Blocks the signals of set, also those that were ignored: from now on they wait here. Others do what they would
 * do anyway.
 */
int inbox_open(const sigset_t *set);

/*
 * Waits until deadline for signals and takes up to most, at most INBOX_MOST, into batch, in the kernel's order. Returns
 * how many. -1: ETIMEDOUT, EPIPE (nobody reads output any more; none was taken).
 * Source: signalfd(2), sigtimedwait(2).
 */
int inbox_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most);

struct process {
	pid_t pid; /* or the number of a process group */
	int fd;    /* stands for it, whatever becomes of its number; -1: none */
	bool done; /* it has ended, or could not be signalled */
};

struct process_list {
	struct process *items;
	size_t count, capacity;
	bool groups; /* they are process groups */
};

/* Adds the process that text names. EINVAL, ERANGE: *fault says in a phrase what is wrong; ENOMEM. */
int process_add(struct process_list *list, const char *text, const char **fault);

/*
 * Adds the processes that a descriptor names, with blanks or newlines between them. Returns -1 to go on; else it prints
 * a line and returns the exit status.
 */
int process_read(struct process_list *list, int fd);

/*
 * Makes sure that signals reach the process that has its number now, or none (pidfd_open(2); where the system has no such
 * thing, nothing). For groups it does nothing. ESRCH, EMFILE.
 */
int process_hold(const struct process_list *list, struct process *process);

/*
 * Sends a signal, 0: only looks whether it could; value: with that value, for which it waits until deadline while the
 * receiver's queue is full. -1: ESRCH, EPERM, EINVAL, ETIMEDOUT, EINTR. Source: kill(2), sigqueue(3),
 * pidfd_send_signal(2).
 */
int process_signal(const struct process_list *list, const struct process *process, int number, const int *value,
    const struct deadline *deadline);

/* True if all are done. */
bool process_none(const struct process_list *list);

/* Prints a line for errno value error, and what extra (may be NULL) adds. Returns the exit status. */
int process_report(const struct process_list *list, const struct process *process, int error, const char *extra);

void process_free(struct process_list *list);

/* Looks whether the end can be waited for. EDEADLK: it is this process, or has it in it. */
int ending_check(const struct process_list *list, const struct process *process);

/* Waits until deadline for the end of all that are not done. -1: ETIMEDOUT, EINTR, ENOMEM. Source: poll(2). */
int ending_wait(const struct process_list *list, const struct deadline *deadline);

/*
 * Prints a line for one whose end did not come in time, with what it does with the signal that it was sent, if that is
 * known. Returns the exit status.
 */
int ending_late(const struct process_list *list, const struct process *process, int number);

#endif
