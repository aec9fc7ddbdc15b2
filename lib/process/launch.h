/*
 * launch.h: finding and starting a COMMAND. A COMMAND starts with the signal dispositions and the mask that ipc7 was
 * started with, and with no descriptor above 2 that ipc7 opened.
 */
#ifndef PROCESS_LAUNCH_H
#define PROCESS_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/text.h"

/* The process group of the caller, for struct launch. */
#define LAUNCH_SAME ((pid_t)-1)

struct launch {
	const char *path;         /* file of the program, as from launch_find */
	char *const *argv;        /* its arguments, up to a NULL */
	char *const *environment; /* its environment, up to a NULL; NULL: that of the caller */
	int input, output; /* its descriptors 0 and 1, copied in this order; output must not be 0, unless input is 0 */
	pid_t group;       /* process group that it joins; 0: a new one; LAUNCH_SAME: that of the caller */
	volatile pid_t *stored; /* where the child stores its process group before exec; NULL: nowhere */
	bool piped;             /* SIGPIPE ends the COMMAND, even if it was ignored on entry */
};

/*
 * Find the file that a COMMAND names, along PATH if it has no slash, and store it in *path, which the caller frees.
 * Returns 0 or -1. Errors: ENOENT (no such file), EACCES (found, but not executable), ENOMEM; for a COMMAND with a
 * slash, also those of stat(2). See execvp(3).
 */
CHECKED int launch_find(const char *command, char **path);

/*
 * Start a COMMAND; the caller waits for it. Signals that come meanwhile stay pending. Returns its process id, and sets
 * errno to 0; or -1 with errno of sigprocmask(2), pipe(2), fork(2), setpgid(2), dup2(2) or execve(2). After -1 no child
 * is left to wait for.
 */
CHECKED pid_t launch_start(const struct launch *launch);

/*
 * Become the program at path, with the signal dispositions and the mask that ipc7 was started with. Returns only after
 * a failure: -1 with EINTR after a caught signal, or with errno of execve(2); then signals already have those
 * dispositions.
 */
CHECKED int launch_become(const char *path, char *const argv[]);

/*
 * Make a descriptor from which exactly these bytes can be read, and then the end of file: a pipe, or above PIPE_BUF
 * bytes a file in memory. Returns the descriptor, or -1. Errors: EINTR (a signal was caught), those of pipe(2),
 * write(2), memfd_create(2).
 */
CHECKED int launch_input(const void *data, size_t size);

/* Return the exit status for an errno value that kept a COMMAND from being run: 125, 126 or 127. */
int launch_failure(int error);

/* Append the meaning of such an errno value; for a script, name a missing interpreter. */
void launch_explain(struct text *text, const char *command, int error);

/* Print a line about an errno value that kept a COMMAND from being run. Returns launch_failure(error). */
int launch_report(const char *command, int error);

#endif
