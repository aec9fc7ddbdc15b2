/*
 * portable.c: POSIX has no way to look into a pipe.
 */
#include <errno.h>

#include "pipe/internal.h"

ssize_t
pipe_peek(int fd, char *data, size_t size)
{
	(void)fd;
	(void)data;
	(void)size;
	errno = ENOTSUP;
	return -1;
}

long
pipe_unread(int fd)
{
	(void)fd;
	return -1;
}
