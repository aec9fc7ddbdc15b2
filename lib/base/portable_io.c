/*
 * portable_io.c: POSIX has no way to change the capacity of a pipe, or to close a range of descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

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

void
io_close_range(int first, int last, bool on_exec)
{
	long most = sysconf(_SC_OPEN_MAX);

	for (; first <= last && first < (most > 4096 || most == -1 ? 4096 : most); first++)
		(void)(on_exec ? fcntl(first, F_SETFD, FD_CLOEXEC) : close(first));
}
