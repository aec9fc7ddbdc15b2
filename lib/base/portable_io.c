/*
 * portable_io.c: POSIX has no way to change the capacity of a pipe, or to close a range of descriptors.
 */
#include <errno.h>
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
io_close_others(const int *keep, size_t count)
{
	long last = sysconf(_SC_OPEN_MAX);
	size_t i = 0;
	int fd;

	for (fd = STDERR_FILENO + 1; fd < (last > 4096 || last == -1 ? 4096 : last); fd++) {
		while (i < count && keep[i] < fd)
			i++;
		if (i == count || keep[i] != fd)
			close(fd);
	}
}
