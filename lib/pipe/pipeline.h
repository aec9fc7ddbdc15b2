/*
 * pipeline.h: commands joined by pipes.
 */
#ifndef PIPE_PIPELINE_H
#define PIPE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"

struct pipeline_command {
	char **argv; /* to a NULL */
	char *path;
	pid_t pid;  /* 0: not started, or waited for */
	int status; /* exit status once it has ended; 128 and the number of the signal */
};

struct pipeline {
	struct pipeline_command *commands;
	size_t count;
	bool ring;       /* the last one's output is the first one's input */
	bool grouped;    /* they are a process group of their own, so that all that they start can be ended */
	size_t capacity; /* of each pipe, in bytes; 0: as it is */
	pid_t group;
};

/* Finds all the commands, before one is started. Returns -1 to go on; else it prints a line and returns the status. */
int pipeline_find(struct pipeline *pipeline);

/*
 * Starts them, and lets go of standard input and output. Returns -1 to go on; else it has ended those that were started,
 * prints a line and returns the exit status. Source: pipe(2), fork(2), execve(2).
 */
int pipeline_start(struct pipeline *pipeline);

/*
 * Waits until all have ended, and passes on signals that a process sent to this one. When deadline comes it ends them, by
 * SIGTERM and a second later by SIGKILL, and returns -1 with ETIMEDOUT.
 */
int pipeline_wait(struct pipeline *pipeline, const struct deadline *deadline);

/* The status of the first from the left that failed, or 0. */
int pipeline_status(const struct pipeline *pipeline);

void pipeline_close(struct pipeline *pipeline);

#endif
