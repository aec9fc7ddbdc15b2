/*
 * portable.c: POSIX has no way to look into a pipe.
 */
#include <errno.h>

#include "base/error.h"
#include "pipe/internal.h"

ssize_t
pipe_peek(int fd, char *data, size_t size)
{
	(void)fd;
	(void)data;
	(void)size;
	return error_set(ENOTSUP);
}

long
pipe_unread(int fd)
{
	(void)fd;
	return -1;
}
