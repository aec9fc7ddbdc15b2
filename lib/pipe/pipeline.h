/*
 * pipeline.h: COMMANDs joined by pipes.
 */
#ifndef PIPE_PIPELINE_H
#define PIPE_PIPELINE_H

#include <signal.h>
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
	int end;     /* status of waitpid(2) of a command that has ended, else 0 */
	bool spared; /* its status does not count: piperun ended it because others had finished */
};

struct pipeline {
	struct pipeline_command *commands; /* allocated by the caller, released by pipeline_close */
	size_t count;                      /* number of commands, at least 1 */
	bool ring;                         /* the output of the last is the input of the first */
	bool early;                        /* end the others once one has failed, or the last of a line has ended */
	bool grouped;                      /* the commands get a process group of their own */
	size_t capacity;                   /* bytes of each pipe's capacity; 0: it stays */
	pid_t group;                       /* that process group, or 0 */
	sigset_t awaited;                  /* signals that are forwarded, and SIGCHLD */
	sigset_t missed;                   /* signals that came before all commands had started */
	unsigned int stops;                /* forwarded signals that asked for the end */
	bool lost;                         /* how a command ended is unknown */
};

/* Find the files of all commands, before one is started. Returns GO_ON, or an exit status after a line. */
CHECKED int pipeline_find(struct pipeline *pipeline);

/*
 * Make all pipes, start all commands, with the default action of SIGPIPE, and close standard input and output. From
 * then on, block the signals of interrupt_awaited. Returns GO_ON; or ends the commands that were started, and returns
 * an exit status after a line, or without one if a signal was caught. See pipe(2).
 */
CHECKED int pipeline_start(struct pipeline *pipeline);

/*
 * Wait until all commands have ended, and reap any other child. Meanwhile forward each signal to the first command that
 * runs. Forward to all commands a second signal that asks for the end, a signal of the terminal if the commands have a
 * group, and any signal in a ring. Once deadline comes, or with early once the others have finished, end the commands
 * by SIGTERM and a second later by SIGKILL. Returns 0, or -1. Errors: ETIMEDOUT; ECHILD (a command is no child any more).
 */
CHECKED int pipeline_wait(struct pipeline *pipeline, const struct deadline *deadline);

/*
 * Return the status of waitpid(2) of the first command from the left that failed, or 0. A command whose reader had
 * enough (SIGPIPE), and one that is spared, has not failed.
 */
int pipeline_verdict(const struct pipeline *pipeline);

/* Release the commands. */
void pipeline_close(struct pipeline *pipeline);

#endif
