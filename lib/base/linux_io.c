/*
 * linux_io.c: the capacity of a pipe can be changed. See fcntl(2), pipe(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "base/io.h"
#include "base/trace.h"

void
io_grow(int fd, size_t capacity)
{
	int now = fcntl(fd, F_GETPIPE_SZ);

	/* An unprivileged user with many pipes gets less. */
	while (now > 0 && capacity > (size_t)now && fcntl(fd, F_SETPIPE_SZ, (int)capacity) == -1)
		capacity /= 2;
}

int
io_capacity(int fd, size_t size)
{
	int result = size > INT_MAX ? -1 : fcntl(fd, F_SETPIPE_SZ, (int)size);

	if (size > INT_MAX)
		errno = EPERM;
	trace_call(result, "fcntl(%d, F_SETPIPE_SZ, %zu)", fd, size);
	return result == -1 ? -1 : 0;
}
