/*
 * io.c: reads and writes that continue after EINTR and EAGAIN. A caught signal ends every loop here. A descriptor may
 * be non-blocking because another process that shares it made it so.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"

/* The most bytes of one write. */
#define MOST ((size_t)16 * 1024 * 1024)

int
io_reserve(void)
{
	struct pollfd fds[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
	int fd;

	if (poll(fds, 3, 0) <= 0)
		return 0;
	/* Each open(2) returns the lowest descriptor that is closed. */
	for (fd = 0; fd < 3; fd++)
		if ((fds[fd].revents & POLLNVAL) && open(IO_NULL, (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC) == -1)
			return -1;
	return 0;
}

int
io_again(int fd, short events)
{
	struct pollfd wait = {.fd = fd, .events = events};

	if ((errno == EAGAIN || errno == EWOULDBLOCK) && poll(&wait, 1, -1) >= 0)
		return 0;
	return errno == EINTR && !interrupt_caught() ? 0 : -1;
}

ssize_t
io_read(int fd, void *data, size_t size)
{
	ssize_t got;

	if (interrupt_caught()) {
		errno = EINTR;
		return -1;
	}
	while ((got = read(fd, data, size)) == -1)
		if (io_again(fd, POLLIN) == -1)
			return -1;
	return got;
}

int
io_write(int fd, const void *data, size_t size, size_t *written)
{
	size_t done = 0;
	ssize_t took;
	int result = 0;

	while (done < size && result == 0) {
		/* A signal does not interrupt a write to a file, so the writes are bounded. */
		took = write(fd, (const char *)data + done, size - done < MOST ? size - done : MOST);
		if (took == -1) {
			result = io_again(fd, POLLOUT);
			continue;
		}
		done += (size_t)took;
		if (done < size && interrupt_caught()) {
			errno = EINTR;
			result = -1;
		}
	}
	if (written)
		*written = done;
	return result;
}

short
io_events(int fd, short events)
{
	struct pollfd at = {.fd = fd, .events = events};

	return poll(&at, 1, 0) == 1 ? at.revents : 0;
}

bool
io_gone(int fd)
{
	return io_events(fd, 0) != 0;
}

bool
io_writable(int fd)
{
	return io_events(fd, POLLOUT) & POLLOUT;
}

bool
io_output(void)
{
	return (fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

bool
io_ready(int fd, short event)
{
	return io_events(fd, event) != 0;
}

int
io_pipe(int ends[2])
{
	if (pipe(ends) == -1)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}
