/*
 * ready.c: -R, the line that says a command is set up, so that nobody has to guess with sleep.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc7.h"

int
ready_open(const char *file)
{
	static const char inherited[] = "/dev/fd/";
	unsigned long long number;
	int fd;

	/* Opening /dev/fd/N fails on a socket, and truncates a file that somebody else has open; N itself is meant. */
	if (strncmp(file, inherited, strlen(inherited)) == 0 &&
	    num_parse(file + strlen(inherited), 0, INT_MAX, &number) == 0)
		return fcntl((int)number, F_DUPFD_CLOEXEC, 3);
	while ((fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666)) == -1)
		if (errno != EINTR || sigs_caught())
			return -1;
	return fd;
}

int
ready_say(int fd, const char *line)
{
	struct text text = {0};
	struct stat st;
	int result = -1, saved;

	text_format(&text, "%s\n", line);
	if (!text.data)
		errno = ENOMEM;
	else if (fstat(fd, &st) == 0 && (!S_ISREG(st.st_mode) || lseek(fd, 0, SEEK_CUR) != 0 || ftruncate(fd, 0) == 0))
		result = io_write(fd, text.data, text.size, NULL);
	saved = errno;
	text_free(&text);
	if (close(fd) == -1 && result == 0)
		return -1;
	errno = saved;
	return result;
}
