/*
 * child.h: running a COMMAND.
 */
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Finds the file that a COMMAND names, along PATH if it has no slash, into *path, which the caller frees. -1: ENOENT
 * (none), EACCES (found, not executable), ENOMEM. Source: execvp(3p).
 */
int child_find(const char *command, char **path);

/*
 * Runs path with argv and waits for it; input (a descriptor) becomes its standard input. A signal that interrupt_setup
 * catches meanwhile is passed on to it. It starts with the signal disposition and mask this process had. *status is
 * what waitpid(2) gave. -1: errno of fork(2), or of execv(2) when it could not be started.
 */
int child_run(const char *path, char *const argv[], int input, int *status);

/*
 * Forks. In the child it returns 0, at once. In the parent it waits for the child, passes caught signals on to it as
 * child_run does, and returns 1 with *status.
 */
int child_split(int *status);

/*
 * Becomes path with argv, with the signal disposition and mask this process had. Returns only when that fails, -1 with
 * errno of execv(2), or EINTR after a caught signal.
 */
int child_become(const char *path, char *const argv[]);

/* The exit status for an errno value that kept a COMMAND from being run; child_failed also prints a line about it. */
int child_failure(int error);
int child_failed(const char *command, int error);

/* The exit status that stands for a wait status: its own, or 128 plus the signal that ended it. */
int child_status(int status);

/* A descriptor from which exactly these bytes can be read, then the end; it never blocks. */
int child_input(const void *data, size_t size);

/*
 * Starts the program at path as the leader of a process group of its own, with input and output as descriptors 0 and 1 and
 * the signals as ipc7 got them. Returns its process id; -1: errno of posix_spawn(3p).
 */
pid_t child_spawn(const char *path, char *argv[], char *environment[], int input, int output);

#endif
