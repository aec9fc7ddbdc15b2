/*
 * internal.h: what the files of pipe/ share.
 */
#ifndef PIPE_INTERNAL_H
#define PIPE_INTERNAL_H

#include "pipe/pipe.h"

/*
 * Hands pages on without waiting, or waits for what is missing. Returns 1 to go on, 0 at the end, -1; ENOTSUP: not between
 * these two.
 */
int stream_splice(struct stream *stream);

/* Gives out more capacity, once, if it may. */
void stream_grow(struct stream *stream);

/* Copies what is next in a pipe, without taking it. 0: nothing is there; ENOTSUP. */
ssize_t stream_peek(int fd, char *data, size_t size);

/* The same as fcntl(2) F_SETPIPE_SZ. ENOTSUP. */
int stream_capacity(int fd, size_t size);

/* Bytes in a pipe that nobody has read; -1: not known. */
long stream_unread(int fd);

#endif
