/*
 * child.h: waiting for COMMANDs, passing signals on to them, and ending them.
 */
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include <sys/types.h>

#include "base/deadline.h"
#include "process/launch.h"

/*
 * Start a COMMAND and wait for its end; signals that interrupt_setup catches meanwhile are passed on to it. Stores in
 * *status what waitpid(2) gave. Returns 0, or -1 as launch_start or with errno of waitpid(2).
 */
int child_run(const struct launch *launch, int *status);

/*
 * Fork. Returns 0 in the child, at once; 1 in the parent, after it has waited for the child as child_run does; or -1
 * with errno of fork(2) or waitpid(2).
 */
int child_split(int *status);

/*
 * Become the program at path, with the signal dispositions and the mask that ipc7 was started with. Returns only -1,
 * with errno of execve(2), or EINTR after a caught signal.
 */
int child_become(const char *path, char *const argv[]);

/* Return the exit status for a wait status: the child's own, or 128 plus the number of the signal that ended it. */
int child_status(int status);

/*
 * Tell a process, or a group if pid is negative, to end: send SIGTERM, and SIGCONT in case it is stopped. Sets until to
 * the moment from which child_kill is due, a second later. See kill(2).
 */
void child_terminate(pid_t pid, struct deadline *until);

/* End a process, or a group if pid is negative, by SIGKILL. */
void child_kill(pid_t pid);

/* Former names, until the last caller has changed. */
#define child_find    launch_find
#define child_input   launch_input
#define child_failure launch_failure
#define child_failed  launch_report
pid_t child_spawn(const char *path, char *argv[], char *environment[], int input, int output);

#endif
