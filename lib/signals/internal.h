/*
 * internal.h: declarations that the files of signals/ share: tables of names, traced system calls, and functions that
 * the platform offers.
 */
#ifndef SIGNALS_INTERNAL_H
#define SIGNALS_INTERNAL_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "signals/signals.h"

/* One signal. A table ends with number 0. */
struct signal_name {
	int number;
	const char *name;   /* name without SIG */
	const char *action; /* default action; NULL in a row that is another spelling */
	const char *raised; /* event that raises the signal */
};

/* One value of si_code. A table ends with macro NULL. */
struct signal_code {
	int number; /* signal that has the code; 0: any */
	int code;
	const char *macro; /* its name in C programs */
	bool sender;       /* si_pid and si_uid are set: those of the sender, or of the child that SIGCHLD is about */
};

/* The platform's signals and codes that POSIX does not have, or has by another name. */
extern const struct signal_name system_names[];
extern const struct signal_code system_codes[];

/* Find the row of a code that comes with a signal. Returns NULL if there is none. */
const struct signal_code *signal_code(int number, int code);

/* Return true if a code of SIGCHLD came with a signal, so that si_status is set. */
bool signal_of_child(const siginfo_t *received);

/* Return true if the system's C library keeps the signal for itself. */
bool signal_reserved(int number);

/*
 * Call sigprocmask(2), sigaction(2) with SIG_DFL or SIG_IGN, sigqueue(3), or kill(2) if value is NULL, and poll(2), and
 * print the line of -v. Each returns as the call.
 */
int trace_sigprocmask(int how, const sigset_t *set);
int trace_sigaction(int number, void (*handler)(int));
int trace_sigqueue(pid_t pid, int number, const int *value);
int trace_poll(struct pollfd *fds, size_t count, int timeout);

/* Print a line for each target, which has not ended in time after the signal number. Set list->status. */
void target_report(struct target_list *list, int number);

/* Close the descriptor of a target and remove it from the list. */
void target_remove(struct target_list *list, size_t index);

/* Count a target that has ended, and print its number to standard output, if list->counted is set. */
void target_ended(struct target_list *list, const struct target *target);

/* Append a received signal as a structure with members named prefix signo, code, pid and uid, and the value. */
void trace_received(struct text *call, const siginfo_t *received, const char *prefix, const char *value);

/* Prepare receiver->fd for receive_wait, after its signals were blocked. Returns 0, or -1 with errno of signalfd(2). */
int receive_prepare(struct receiver *receiver);

/*
 * Open a descriptor that stands for a process even if its process id is used again, and that poll(2) reports as
 * readable once the process has ended. If pid is negative, open it for any live process of that group but this one.
 * Returns the descriptor, or -1. Errors: ESRCH, ENOENT (pid is a thread), EMFILE, ENFILE, ENOMEM; ENOTSUP (no
 * descriptor is possible). See pidfd_open(2).
 */
int pidfd_hold(pid_t pid);

/*
 * Keep the order in which processes end. Add a descriptor of pidfd_hold to *order, which is made if it is 0; do nothing
 * if the system cannot keep it.
 */
void pidfd_order_add(int *order, int pidfd);

/* Return the descriptor in order of the process that ended first and is still open, or -1 if none is known. */
int pidfd_order_next(int order);

/* Return true if pid is the number of a thread, but not of a process. See tgkill(2). */
bool thread_only(pid_t pid);

/*
 * Send a signal through a descriptor of pidfd_hold, with *value unless that is NULL. Returns 0, or -1 with errno of
 * kill(2) or sigqueue(3). See pidfd_send_signal(2).
 */
int pidfd_signal(int pidfd, int number, const int *value);

/* Return true if /proc is mounted, and belongs to this PID namespace, so that it shows the processes of a group. */
bool proc_usable(void);

/* Return the RLIMIT_SIGPENDING of a process, or ULLONG_MAX if it has none, or its limit is not known. */
unsigned long long pending_limit(pid_t pid);

#endif
