/*
 * linux.c: counts the bytes in a pipe, and copies them without taking them. See tee(2), pipe(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pipe/internal.h"

ssize_t
pipe_peek(int fd, char *data, size_t size)
{
	static int ends[2] = {-1, -1};
	ssize_t there, got;

	if (ends[0] == -1 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	there = tee(fd, ends[1], size, SPLICE_F_NONBLOCK);
	if (there == -1 && errno == EINVAL)
		errno = ENOTSUP;
	if (there <= 0)
		return there;
	got = read(ends[0], data, (size_t)there);
	/* Bytes left in this pipe would come before the next copy. */
	if (got != there) {
		close(ends[0]);
		close(ends[1]);
		ends[0] = -1;
	}
	return got == there ? got : -1;
}

long
pipe_unread(int fd)
{
	int size;

	return ioctl(fd, FIONREAD, &size) == -1 ? -1 : size;
}
