/*
 * child.h: waiting for COMMANDs, passing signals on to them, and ending them.
 */
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/deadline.h"
#include "process/launch.h"

/*
 * Start a COMMAND and wait for its end. Meanwhile forward to it the signals that would end this process, if a process
 * sent them (interrupt_take, interrupt_wait). Call interrupt_setup first. Store the status of waitpid(2) in *status.
 * Returns 0, or -1 as launch_start or with errno of waitpid(2).
 */
CHECKED int child_run(const struct launch *launch, int *status);

/*
 * Fork. Returns 0 in the child, at once, without a timer (deadline_tick); 1 in the parent, after it has waited for the
 * child as child_run does; or -1 with errno of fork(2) or waitpid(2).
 */
CHECKED int child_split(int *status);

/*
 * Send each of count new children the signals that came before the child existed. A signal of the terminal counts too,
 * because the terminal signals only the processes that a group has at that moment. The caller has held all signals since
 * before it started the first child. Returns true if there was such a signal. See kill(2).
 */
bool child_catch_up(const pid_t *pids, size_t count);

/*
 * Look whether a child, or any if pid is -1, has ended, and store its status in *status. Returns its process id, 0 if
 * none has ended, or -1. Errors: ECHILD (there is none). See waitpid(2).
 */
pid_t child_reap(pid_t pid, int *status);

/*
 * Let poll(2) notice the end of a child. Returns a non-blocking descriptor that each end makes readable, and that the
 * caller reads until it is empty, or -1 if SIGCHLD interrupts poll(2) as ever.
 */
int child_watch(void);

/* Return the exit status for a wait status: the child's own, or 128 plus the number of the signal that ended it. */
int child_status(int status);

/* Return the same, and forget a caught signal, which was passed on to the child, unless it ended the child. */
int child_outcome(int status);

/*
 * Tell a process, or a group if pid is negative, to end: send SIGTERM, and SIGCONT in case it is stopped. Set *until to
 * the moment, one second later, at which child_kill is due. See kill(2).
 */
void child_terminate(pid_t pid, struct deadline *until);

/* End a process, or a group if pid is negative, by SIGKILL. */
void child_kill(pid_t pid);

#endif
