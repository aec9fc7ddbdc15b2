/*
 * internal.h: what the files of pipe/ share: what one system knows of a pipe.
 */
#ifndef PIPE_INTERNAL_H
#define PIPE_INTERNAL_H

#include <stddef.h>
#include <sys/types.h>

/* Copy the next bytes of a pipe without taking them. Returns their number, 0: there are none, -1. Errors: ENOTSUP. See tee(2). */
ssize_t pipe_peek(int fd, char *data, size_t size);

/* Return the number of bytes in a pipe that nobody has read, or -1 if it is not known. */
long pipe_unread(int fd);

#endif
