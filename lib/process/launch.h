/*
 * launch.h: finding and starting a COMMAND. A COMMAND starts with the signal dispositions and the mask that ipc7 was
 * started with, and with no descriptor above 2 that ipc7 opened.
 */
#ifndef PROCESS_LAUNCH_H
#define PROCESS_LAUNCH_H

#include <stddef.h>
#include <sys/types.h>

/* The process group of the caller, for struct launch. */
#define LAUNCH_SAME ((pid_t)-1)

struct launch {
	const char *path;         /* file of the program, as from launch_find */
	char *const *argv;        /* its arguments, up to a NULL */
	char *const *environment; /* its environment, up to a NULL; NULL: that of the caller */
	int input, output;        /* descriptors that become its descriptors 0 and 1 */
	pid_t group;              /* its process group; 0: a new group, which it leads; LAUNCH_SAME */
	volatile pid_t *stored;   /* where the child stores its process group before exec; NULL: nowhere */
};

/*
 * Find the file that a COMMAND names, along PATH if it has no slash, and store it in *path, which the caller frees.
 * Returns 0 or -1. Errors: ENOENT (no such file), EACCES (found, but not executable), ENOMEM. See execvp(3).
 */
int launch_find(const char *command, char **path);

/*
 * Start a COMMAND; the caller waits for it. Signals that come meanwhile stay pending. Returns its process id, or -1
 * with errno of fork(2), dup2(2), setpgid(2) or execve(2); then there is no child.
 */
pid_t launch_start(const struct launch *launch);

/*
 * Become the program at path, with the signal dispositions and the mask that ipc7 was started with. Returns only after
 * a failure: -1 with errno of execve(2), or EINTR after a caught signal.
 */
int launch_become(const char *path, char *const argv[]);

/*
 * Make a descriptor from which exactly these bytes can be read, and then the end of file: a pipe, or above PIPE_BUF
 * bytes a file in memory. Returns the descriptor, or -1 with errno of pipe(2), write(2) or memory_file.
 */
int launch_input(const void *data, size_t size);

/* Return the exit status for an errno value that kept a COMMAND from being run: 125, 126 or 127. */
int launch_failure(int error);

/* Print a line about an errno value that kept a COMMAND from being run. Returns launch_failure(error). */
int launch_report(const char *command, int error);

#endif
