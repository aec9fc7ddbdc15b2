/*
 * portable_io.c: POSIX has no way to change the capacity of a pipe.
 */
#include <errno.h>

#include "base/error.h"
#include "base/io.h"

void
io_grow(int fd, size_t capacity)
{
	(void)fd;
	(void)capacity;
}

int
io_capacity(int fd, size_t size)
{
	(void)fd;
	(void)size;
	return error_set(ENOTSUP);
}
