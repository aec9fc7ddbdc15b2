/*
 * pipeline.h: COMMANDs joined by pipes.
 */
#ifndef PIPE_PIPELINE_H
#define PIPE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/deadline.h"

struct pipeline_command {
	char **argv; /* arguments, up to a NULL */
	char *path;  /* file of the program */
	int pipe[2]; /* ends of the pipe to the next command, which pipeline_start opens and closes */
	pid_t pid;   /* process that runs, or 0 */
	int status;  /* exit status of a command that has ended: its own, or 128 plus the number of the signal */
};

struct pipeline {
	struct pipeline_command *commands; /* allocated by the caller, released by pipeline_close */
	size_t count;                      /* number of commands, at least 1 */
	bool ring;                         /* the output of the last is the input of the first */
	bool grouped;                      /* the commands get a process group of their own */
	size_t capacity;                   /* bytes of each pipe's capacity; 0: it stays */
	pid_t group;                       /* that process group, or 0 */
};

/* Find the files of all commands, before one is started. Returns GO_ON, or an exit status after a line. */
CHECKED int pipeline_find(struct pipeline *pipeline);

/*
 * Make all pipes, start all commands, and close standard input and output. From then on, block the signals that
 * interrupt_setup catches. Returns GO_ON; or ends the commands that were started, and returns an exit status after a
 * line, or without one if a signal was caught. See pipe(2).
 */
CHECKED int pipeline_start(struct pipeline *pipeline);

/*
 * Wait until all commands have ended, and forward signals to them meanwhile. Once deadline comes, end them by SIGTERM
 * and a second later by SIGKILL. Returns 0, or -1 with ETIMEDOUT.
 */
CHECKED int pipeline_wait(struct pipeline *pipeline, const struct deadline *deadline);

/* Return the exit status of the first command from the left that failed, or 0. */
int pipeline_status(const struct pipeline *pipeline);

/* Release the commands. */
void pipeline_close(struct pipeline *pipeline);

#endif
