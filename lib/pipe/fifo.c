/*
 * fifo.c: named pipes. An open that waits for the other end is interrupted by a tick, which bounds it and sees that the FIFO
 * was removed; what is no FIFO is never opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/trace.h"
#include "pipe/fifo.h"
#include "pipe/internal.h"

static int
fail(const struct fifo *fifo, int error)
{
	const char *what = strerror(error);

	if (error == ETIMEDOUT || error == ENXIO)
		what = fifo->write ? "no reader in time (-t)" : "no writer in time (-t)";
	else if (error == EIDRM)
		what = "the FIFO was removed";
	else if (error == EINTR)
		what = "stopped by a signal";
	error_line(fifo->path, "%s", what);
	return error == ETIMEDOUT || error == ENXIO ? STATUS_TIMEOUT : error == EIDRM ? STATUS_REMOVED : STATUS_FAILED;
}

/* Traces a call on a path: its other arguments, in two parts, follow that. */
static void
show(const char *name, const char *path, const char *rest, const char *more, long result)
{
	struct text call = {0};

	text_format(&call, "%s(", name);
	text_quote(&call, path, strlen(path), 4096);
	text_format(&call, "%s%s)", rest, more);
	trace_end(&call, result);
}

/* What stands at the path, if it is no FIFO. */
static const char *
kind(mode_t mode)
{
	if (S_ISREG(mode))
		return "an ordinary file, not a FIFO";
	if (S_ISDIR(mode))
		return "a directory, not a FIFO";
	if (S_ISSOCK(mode))
		return "a socket, not a FIFO (see sockcat)";
	return "not a FIFO";
}

/* Makes it. EEXIST also where a symbolic link leads nowhere. */
static int
make(struct fifo *fifo)
{
	mode_t mask = umask(0);
	int result = mkfifo(fifo->path, fifo->mode);

	umask(mask);
	if (trace_on) {
		char mode[16];

		snprintf(mode, sizeof(mode), ", 0%03o", (unsigned int)fifo->mode);
		show("mkfifo", fifo->path, mode, "", result);
	}
	fifo->created = result == 0;
	return result;
}

/* False if the directory that it would stand in does not exist. */
static bool
in_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct text directory = {0};
	struct stat st;
	bool there = true;

	if (slash && slash > path) {
		text_format(&directory, "%.*s", (int)(slash - path), path);
		there = !directory.data || stat(directory.data, &st) == 0 || errno != ENOENT;
		text_free(&directory);
	}
	return there;
}

/* Says why there is none. */
static int
missing(const struct fifo *fifo, int error)
{
	struct stat st;

	if (error == EEXIST || (error == ENOENT && lstat(fifo->path, &st) == 0 && S_ISLNK(st.st_mode)))
		error_line(fifo->path, "a symbolic link that leads nowhere%s",
		    fifo->create ? "; it is not followed to create a FIFO" : "");
	else if (error == ENOENT && !in_directory(fifo->path))
		error_line(fifo->path, "its directory does not exist");
	else if (fifo->create)
		error_line(fifo->path, "cannot be created: %s", strerror(error));
	else if (error == ENOENT)
		error_line(fifo->path, "no such FIFO (create it with -c)");
	else
		return fail(fifo, error);
	return STATUS_FAILED;
}

/* Looks whether it is a FIFO, and makes it if it is missing and shall be. Returns -1 to go on. */
static int
find(struct fifo *fifo)
{
	struct stat st;
	int result = stat(fifo->path, &st), error = errno;

	if (result == -1 && error == ENOENT && fifo->create)
		error = make(fifo) == -1 ? errno : 0;
	/* Somebody else may have made it in this moment. */
	if (stat(fifo->path, &st) == -1)
		return missing(fifo, error);
	if (!S_ISFIFO(st.st_mode)) {
		error_line(fifo->path, "%s; it was left as it is", kind(st.st_mode));
		return STATUS_FAILED;
	}
	fifo->device = st.st_dev;
	fifo->inode = st.st_ino;
	return -1;
}

/* open(2), traced when it returns something other than the tick. */
static int
open_once(const struct fifo *fifo, bool write, int flags)
{
	int fd = open(fifo->path, (write ? O_WRONLY : O_RDONLY) | flags | O_CLOEXEC | O_NOCTTY), saved = errno;
	struct stat st;

	if (trace_wanted(fd))
		show("open", fifo->path, write ? ", O_WRONLY" : ", O_RDONLY", flags & O_NONBLOCK ? "|O_NONBLOCK" : "",
		    fd);
	/* It may have been replaced since it was looked at. */
	if (fd != -1 &&
	    (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode) || st.st_dev != fifo->device || st.st_ino != fifo->inode)) {
		close(fd);
		saved = EIDRM;
		fd = -1;
	}
	/* It was there when it was looked at. */
	if (fd == -1 && (saved == ENOENT || saved == ENOTDIR))
		saved = EIDRM;
	errno = saved;
	return fd;
}

int
fifo_tick(void *owner)
{
	const struct fifo *fifo = owner;
	struct stat st;

	if (stat(fifo->path, &st) == 0 && st.st_dev == fifo->device && st.st_ino == fifo->inode)
		return 0;
	errno = EIDRM;
	return -1;
}

/* True if one that is open already needs no other end: there are bytes to read, or all was taken of the last. */
static bool
served(const struct fifo *fifo)
{
	struct pollfd look = {.fd = fifo->fd, .events = POLLIN};

	if (fifo->fd == -1)
		return false;
	if (fifo->write)
		return fifo->ended && fifo_unread(fifo) == 0;
	return poll(&look, 1, 0) == 1 && (look.revents & POLLIN);
}

/* Opens it when the other end is there, waiting for that as long as it may. Returns the old descriptor if that does. */
static int
open_wait(const struct fifo *fifo)
{
	struct deadline deadline;
	int fd;

	if (fifo->timeout == 0) {
		if (fifo->fd == -1 || fifo->write)
			return open_once(fifo, fifo->write, O_NONBLOCK);
		/* A reader can always open it. */
		errno = ETIMEDOUT;
		return served(fifo) ? fifo->fd : -1;
	}
	deadline_set(&deadline, fifo->timeout);
	for (;;) {
		if (deadline_tick(&deadline) == -1)
			return -1;
		fd = open_once(fifo, fifo->write, 0);
		if (fd != -1 || errno != EINTR || interrupt_caught())
			return fd;
		/* Who came may have gone again between two calls. */
		if (served(fifo))
			return fifo->fd;
		if (deadline_passed(&deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (fifo_tick((void *)(uintptr_t)fifo) == -1)
			return -1;
	}
}

int
fifo_open(struct fifo *fifo)
{
	int status, flags;

	fifo->fd = fifo->keep = -1;
	status = find(fifo);
	if (status != -1)
		return status;
	if (fifo->forever && !fifo->write) {
		/*
		 * With a writer of its own it never sees an end, and no writer ever finds it away. Where it may not
		 * write it sees an end at once, and waits (fifo_again).
		 */
		fifo->fd = open_once(fifo, false, O_NONBLOCK);
		if (fifo->fd != -1)
			fifo->keep = open_once(fifo, true, O_NONBLOCK);
	}
	if (fifo->fd == -1)
		fifo->fd = open_wait(fifo);
	if (fifo->fd == -1)
		return fail(fifo, errno);
	flags = fcntl(fifo->fd, F_GETFL);
	/* What has no bound is left to wait in the kernel, which does it with fewer calls. */
	(void)fcntl(fifo->fd, F_SETFL,
	    fifo->timeout == DEADLINE_NEVER && !fifo->forever ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
	if (fifo->capacity && io_capacity(fifo->fd, fifo->capacity) == -1) {
		struct text why = {0};

		if (errno == EPERM)
			limit_explain(&why, LIMIT_PIPE, fifo->capacity);
		else if (errno == ENOTSUP)
			text_format(&why, "this system has no way to change the capacity of a pipe");
		else if (errno == EBUSY)
			text_format(&why, "there is more in it than %zu bytes", fifo->capacity);
		else
			text_format(&why, "%s", strerror(errno));
		error_line(fifo->path, "-s: %s", why.data ? why.data : "");
		text_free(&why);
		return STATUS_FAILED;
	}
	return -1;
}

int
fifo_again(struct fifo *fifo)
{
	int fd = open_wait(fifo);

	if (fd == -1) {
		if (errno == ENXIO)
			errno = ETIMEDOUT;
		return -1;
	}
	/* The old descriptor has kept what is in the pipe. */
	if (fd != fifo->fd)
		close(fd);
	return 0;
}

long
fifo_unread(const struct fifo *fifo)
{
	return pipe_unread(fifo->fd);
}

int
fifo_unlink(struct fifo *fifo)
{
	int result;

	if (fifo_tick(fifo) == -1)
		return STATUS_OK;
	result = unlink(fifo->path);
	if (trace_on)
		show("unlink", fifo->path, "", "", result);
	if (result == 0 || errno == ENOENT)
		return STATUS_OK;
	error_line(fifo->path, "not removed: %s", strerror(errno));
	return STATUS_FAILED;
}

void
fifo_close(struct fifo *fifo)
{
	if (fifo->fd != -1)
		close(fifo->fd);
	if (fifo->keep != -1)
		close(fifo->keep);
}
