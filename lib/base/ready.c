/*
 * ready.c: the line that -R writes once a command is set up, so that a script need not poll.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "base/ready.h"
#include "base/text.h"

int
ready_open(const char *file)
{
	static const char inherited[] = "/dev/fd/";
	unsigned long long number;
	int fd;

	/* Opening /dev/fd/N fails on a socket, so N itself is used, and ready_say closes it as it closes a FIFO. */
	if (strncmp(file, inherited, strlen(inherited)) == 0 &&
	    number_parse(file + strlen(inherited), 0, INT_MAX, &number) == 0) {
		fd = (int)number;
		if (fd <= STDERR_FILENO)
			return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		return fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ? -1 : fd;
	}
	while ((fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666)) == -1)
		if (errno != EINTR || interrupt_caught())
			return -1;
	return fd;
}

int
ready_say(int fd, const char *line)
{
	struct text text = {0};
	int result, error;

	text_format(&text, "%s\n", line);
	result = text.cut ? -1 : io_write(fd, text.data, text.size, NULL);
	error = text.cut ? ENOMEM : errno;
	text_free(&text);
	if (close(fd) == -1 && result == 0)
		return -1;
	errno = error;
	return result;
}
