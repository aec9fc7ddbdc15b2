/*
 * linux_io.c: the capacity of a pipe can be changed, and a range of descriptors can be closed. See fcntl(2), pipe(7),
 * close_range(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* CLOSE_RANGE_CLOEXEC of close_range(2). */
#define ON_EXEC (1U << 2)

/* The number of close_range(2), which older headers lack. It is the same on all machines but alpha. */
#define CLOSE_RANGE 436L

/* The last descriptor that is closed where the kernel has no close_range(2). */
#define LAST 4096

void
io_close_range(int first, int last, bool on_exec)
{
	if (first > last || syscall(CLOSE_RANGE, first, last, on_exec ? ON_EXEC : 0) == 0)
		return;
	for (; first <= last && first <= LAST; first++)
		(void)(on_exec ? fcntl(first, F_SETFD, FD_CLOEXEC) : close(first));
}
