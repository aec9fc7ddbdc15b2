/*
 * internal.h: declarations that the files of pipe/ share.
 */
#ifndef PIPE_INTERNAL_H
#define PIPE_INTERNAL_H

#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "pipe/fifo.h"
#include "pipe/pipeline.h"

/*
 * Check that the path is a FIFO, remember which, and create a missing FIFO if the options say so. Returns GO_ON, or the
 * exit status after a line.
 */
int fifo_find(struct fifo *fifo);

/* Trace a call on a path; format has its other arguments, from the comma on. */
void fifo_trace(const char *name, const char *path, long result, const char *format, ...);

/*
 * Copy the next bytes of a pipe to data without taking them. Returns their number, 0 if there are none, or -1. Errors:
 * ENOTSUP (no pipe, or not on this system). See tee(2).
 */
ssize_t pipe_peek(int fd, char *data, size_t size);

/* Give the pipe fd a capacity, unless that is 0. Returns 0, or -1 after a line about path that ends with undone. */
int pipe_resize(const char *path, int fd, size_t capacity, const char *undone);

/* End the commands that run, by SIGTERM and a second later by SIGKILL, and wait for them. */
void pipeline_end(struct pipeline *pipeline);

#endif
