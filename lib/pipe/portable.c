/*
 * portable.c for POSIX, where bytes are copied, and a pipe has the capacity that it has.
 */
#include <errno.h>

#include "pipe/internal.h"
#include "pipe/pipe.h"

int
stream_splice(struct stream *stream)
{
	(void)stream;
	errno = ENOTSUP;
	return -1;
}

void
stream_grow(struct stream *stream)
{
	(void)stream;
}

ssize_t
stream_peek(int fd, char *data, size_t size)
{
	(void)fd;
	(void)data;
	(void)size;
	errno = ENOTSUP;
	return -1;
}

int
stream_capacity(int fd, size_t size)
{
	(void)fd;
	(void)size;
	errno = ENOTSUP;
	return -1;
}

long
stream_unread(int fd)
{
	(void)fd;
	return -1;
}
