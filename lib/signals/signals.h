/*
 * signals.h: signal masks and dispositions, receiving signals, and sending them to processes.
 */
#ifndef SIGNALS_SIGNALS_H
#define SIGNALS_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/deadline.h"
#include "base/text.h"

/*
 * Store the number of the signal that the argument of an option names (0: none) in the int at to. Returns GO_ON, or the
 * exit status after a line.
 */
int signal_read(void *to, int letter, const char *text);

/*
 * Add the signals of a list, which has commas between them and may contain "all", to the sigset_t at to. The list is
 * the argument of the option letter, or an operand if letter is 0. Returns GO_ON, or the exit status after a line.
 */
int signal_read_list(void *to, int letter, const char *text);

/* Add all signals to a set but SIGKILL, SIGSTOP, and those that the system's C library keeps for itself. */
void disposition_fill(sigset_t *set);

/*
 * Block or unblock (how: SIG_BLOCK, SIG_UNBLOCK) the signals of a set in this process and in the program that it
 * becomes. Returns 0, or -1 with errno of sigprocmask(2).
 */
CHECKED int disposition_mask(int how, const sigset_t *set);

/*
 * Ignore the signals of a set (SIG_IGN), or give them their default action (SIG_DFL), in this process and in the
 * program that it becomes. Leave KILL and STOP as they are. Returns 0, or -1 with errno of sigaction(2).
 */
CHECKED int disposition_change(const sigset_t *set, void (*handler)(int));

/* The pending signals of a process, its mask and its dispositions. */
struct disposition {
	sigset_t pending, blocked, ignored, caught;
	bool stopped; /* the process is stopped */
};

/*
 * Read the pending signals, the mask and the dispositions of a process. Returns 0 or -1. Errors: ESRCH, EACCES (the
 * system hides the process), ENOTSUP (the system shows no process), those of read(2). See proc(5).
 */
CHECKED int disposition_of(pid_t pid, struct disposition *disposition);

/* Append a line for each signal that is pending, or that the process blocks, ignores or catches: PID, name, states. */
void disposition_format(struct text *text, pid_t pid, const struct disposition *disposition);

/* Print a line about an errno value of disposition_of. */
void disposition_report(pid_t pid, int error);

/* A process that receives signals. The caller sets the set. */
struct receiver {
	sigset_t set; /* signals to receive */
	int fd;       /* descriptor of signalfd(2), on Linux */
};

/*
 * The most signals that receive_wait takes at once. The number is small, so that the arrays touch no further pages of
 * the stack.
 */
#define RECEIVE_MOST 64

/*
 * Block the signals of receiver->set, even those that are ignored; they are pending until receive_wait takes them. The
 * receiver lasts until the process ends. Returns 0, or -1 with errno of sigprocmask(2) or signalfd(2).
 */
CHECKED int receive_open(struct receiver *receiver);

/*
 * Wait until deadline for signals, and take up to most, at most RECEIVE_MOST, into batch, in the kernel's order.
 * Returns the number taken, or -1. Errors: ETIMEDOUT, EPIPE (the descriptor output has lost its reader; no signal was
 * taken). See signalfd(2), sigtimedwait(3p).
 */
CHECKED int receive_wait(
    struct receiver *receiver, int output, const struct deadline *deadline, siginfo_t *batch, size_t most);

/*
 * Append a received signal as a line: name, code, PID, UID and value with tabs between them; or the value alone. PID
 * and UID are 0 if the code does not tell them. The value of a child's SIGCHLD is its status: si_status.
 */
void receive_format(struct text *text, const siginfo_t *received, bool value_alone);

/* A process or process group to which signals are sent. */
struct target {
	pid_t pid; /* process id, or process group id */
	int pidfd; /* descriptor that stands for the process, or for a process of the group; -1: none */
};

/* A list of targets. It starts as {0}, with groups and wait set as needed, and target_free releases it. */
struct target_list {
	struct target *items; /* targets that are left */
	size_t count;
	bool groups;  /* the targets are process groups */
	bool wait;    /* target_finish follows */
	bool counted; /* target_finish stops after most targets have ended, and prints the number of each */
	int status;   /* exit status for the lines about targets that failed; STATUS_OK if there are none */

	unsigned long long most; /* targets whose end is still awaited, if counted */
	int order;               /* queue of the processes that have ended, if counted and the system has one */
};

/* Add the targets that operands name, up to a NULL. Returns GO_ON, or the exit status after a line. */
CHECKED int target_operands(struct target_list *list, char *argv[]);

/*
 * Add the targets that a descriptor names, with blanks or newlines between them, up to the end of file. Returns GO_ON,
 * or the exit status after a line.
 */
CHECKED int target_read(struct target_list *list, int fd);

/*
 * Remove threads after a line, as kill(2) would signal their processes. If hold is true, open a pidfd for each process,
 * where the system has them, so that a later signal cannot hit a reused process id, and remove missing processes: after
 * a line, or as processes that have ended if list->wait is set. Returns GO_ON, or the exit status after a line, for
 * example if this process would wait for itself. See pidfd_open(2).
 */
CHECKED int target_start(struct target_list *list, bool hold);

/*
 * Send a signal to all targets, or 0 to test whether it could be sent. Send it with *value unless value is NULL; then
 * wait for at most timeout nanoseconds, or DEADLINE_NEVER, while the queue of a receiver is full. Print a line about a
 * target that fails, with the number of values *sent before unless sent is NULL, and remove it. A missing target is no
 * failure if list->wait is set and sent is NULL. Returns 0, or -1 after a caught signal (EINTR). See kill(2),
 * sigqueue(3), pidfd_send_signal(2).
 */
int target_send(struct target_list *list, int number, const int *value, long long timeout, const unsigned long *sent);

/*
 * Wait at most timeout nanoseconds until all targets have ended, or list->most of them if list->counted is set. Then,
 * if last is positive, send that signal to the targets that are left and wait again, at least two seconds. Print a line
 * about a target that has not ended, with its disposition of the signal that was sent (number, then last) if the system
 * shows it. Return early after a caught signal, or if standard output fails. See poll(2).
 */
void target_finish(struct target_list *list, int number, int last, long long timeout);

/* Close the descriptors and release the list. */
void target_free(struct target_list *list);

#endif
