/*
 * ready.c: the line that -R writes once a command is set up, so that a script need not poll.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/number.h"
#include "base/ready.h"
#include "base/text.h"

/* Milliseconds between two attempts to open a FIFO that has no reader: no call waits for the reader with a bound. */
#define LONGEST_PAUSE 250

/* Return the number of the descriptor that a file name stands for, or -1. */
static int
descriptor(const char *file)
{
	static const char *const places[] = {"/dev/fd/", "/proc/self/fd/"};
	unsigned long long number;
	size_t i;

	if (strcmp(file, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(file, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (i = 0; i < 2; i++)
		if (strncmp(file, places[i], strlen(places[i])) == 0 &&
		    number_parse(file + strlen(places[i]), 0, INT_MAX, &number) == 0)
			return (int)number;
	return -1;
}

/* Return true if opening the file waits: for the reader of a FIFO, or for another process's lease on it. */
static bool
waits(const char *file)
{
	struct stat st;

	return errno == EAGAIN || (errno == ENXIO && stat(file, &st) == 0 && S_ISFIFO(st.st_mode));
}

/* Copy a descriptor. Returns the copy, or -1. */
static int
copy(int number)
{
	int fd = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	/* EINVAL means that RLIMIT_NOFILE allows none above standard error. */
	return fd == -1 && errno == EINVAL ? error_set(EMFILE) : fd;
}

static int
open_in_time(const char *file, long long timeout)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (timeout == DEADLINE_NEVER ? 0 : O_NONBLOCK);
	struct deadline deadline;
	int fd, pause = 1;
	bool passed;

	deadline_set(&deadline, timeout);
	for (;;) {
		passed = deadline_passed(&deadline);
		fd = open(file, flags, 0666);
		if (fd != -1 || (errno == EINTR && interrupt_caught()))
			return fd;
		if (errno == EINTR)
			continue;
		if (timeout == DEADLINE_NEVER || !waits(file))
			return -1;
		if (passed)
			return error_set(errno == EAGAIN ? EAGAIN : ETIMEDOUT);
		if (deadline_wait(NULL, 0, &deadline, pause) == -1 && errno != ETIMEDOUT)
			return -1;
		pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
	}
}

/*
 * Empty an ordinary file. If standard output or standard error is open on it, use that descriptor instead, and empty
 * nothing. Returns the descriptor to use, or -1 after fd was closed.
 */
static int
start_file(int fd)
{
	struct stat st, other;
	int number, result = fd, saved;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return fd;
	for (number = STDOUT_FILENO; number <= STDERR_FILENO && result == fd; number++)
		if (fstat(number, &other) == 0 && other.st_dev == st.st_dev && other.st_ino == st.st_ino)
			result = copy(number);
	if (result == fd && ftruncate(fd, 0) == -1)
		result = -1;
	saved = errno;
	if (result != fd)
		close(fd);
	errno = saved;
	return result;
}

int
ready_open(const char *file, long long timeout)
{
	int number = descriptor(file), fd;

	/* Opening /dev/fd/N fails on a socket, so N itself is used, and ready_say closes it as it closes a FIFO. */
	if (number > STDERR_FILENO)
		return fcntl(number, F_SETFD, FD_CLOEXEC) == -1 ? -1 : number;
	if (number != -1)
		return copy(number);
	fd = open_in_time(file, timeout);
	return fd == -1 ? -1 : start_file(fd);
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

int
ready_report(const char *file)
{
	const char *words;

	if (errno == EINTR)
		return STATUS_FAILED;
	if (errno == EAGAIN)
		words = "another process has a lease on the file, not given up in time (-t)";
	else if (errno == EPIPE)
		words = "the reader has gone (hold a FIFO that several commands share open: exec 8<>FIFO)";
	else
		words = errno == ETIMEDOUT ? "no reader in time (-t)" : explain_errno(errno);
	error_line(file, "%s", words);
	return errno == EAGAIN || errno == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
