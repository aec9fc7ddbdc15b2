/*
 * fifo.c: opening a FIFO, and waiting for its other end. No call waits for the other end, a deadline and the removal of
 * the FIFO together, so a timer interrupts an open that blocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/trace.h"
#include "pipe/internal.h"

/* Nanoseconds between two checks that a FIFO without its other end still exists. */
#define LOOK 500000000LL

/* Print why the FIFO could not be opened, unless a signal was caught. Returns the exit status. */
static int
fail(const struct fifo *fifo, int error)
{
	if (error == EINTR)
		return STATUS_FAILED;
	error_line(fifo->path, "%s",
	    error == ETIMEDOUT ? fifo->write ? "no reader in time (-t)" : "no writer in time (-t)"
	    : error == EIDRM   ? "the FIFO was removed"
	                       : explain_errno(error));
	return error == ETIMEDOUT ? STATUS_TIMEOUT : error == EIDRM ? STATUS_REMOVED : STATUS_FAILED;
}

/* Open the FIFO as open(2) does. Returns a descriptor, or -1. Errors: those of open(2), EIDRM. */
static int
open_once(const struct fifo *fifo, bool write, int flags)
{
	int fd = TRACED(openat(
	    fifo->place.directory, fifo->place.name, (write ? O_WRONLY : O_RDONLY) | flags | O_CLOEXEC | O_NOCTTY));
	int saved = errno;
	struct stat st;

	if (trace_wanted(fd))
		fifo_trace("open", fifo->path, fd, ", %s%s", write ? "O_WRONLY" : "O_RDONLY",
		    flags & O_NONBLOCK ? "|O_NONBLOCK" : "");
	/* The path may lead to another file since it was checked. */
	if (fd != -1) {
		int error = fstat(fd, &st) == -1 ? errno : 0;

		if (error || !S_ISFIFO(st.st_mode) || st.st_dev != fifo->device || st.st_ino != fifo->inode) {
			close(fd);
			saved = error ? error : EIDRM;
			fd = -1;
		}
	}
	if (fd == -1 && (saved == ENOENT || saved == ENOTDIR))
		saved = EIDRM;
	errno = saved;
	return fd;
}

/*
 * Return true if an open FIFO needs no other end: a reader has bytes to read, or the pipe of a writer that drains is
 * empty.
 */
static bool
served(const struct fifo *fifo)
{
	if (fifo->fd == -1)
		return false;
	if (fifo->write)
		return fifo->drains && pipe_unread(fifo->fd) == 0;
	return io_events(fifo->fd, POLLIN) & POLLIN;
}

/* Open the FIFO if the other end is there, as open_wait does. */
static int
open_now(const struct fifo *fifo)
{
	int fd;

	/* A second open for reading would not show whether there are writers. */
	if (fifo->fd != -1 && !fifo->write)
		fd = served(fifo) ? fifo->fd : -1;
	else if ((fd = open_once(fifo, fifo->write, O_NONBLOCK)) == -1 && errno != ENXIO)
		return -1;
	errno = ETIMEDOUT;
	return fd;
}

/* Open the FIFO once the other end is there. Returns a new descriptor, the old one if no other end is needed, or -1. */
static int
open_wait(const struct fifo *fifo)
{
	struct deadline deadline, look;
	int fd;

	deadline_set(&deadline, fifo->timeout);
	for (;;) {
		deadline_set(&look, LOOK);
		if (deadline_alarm(deadline.limited && deadline.at < look.at ? &deadline : &look) == -1)
			return -1;
		fd = open_once(fifo, fifo->write, 0);
		if (fd != -1 || errno != EINTR || interrupt_caught())
			return fd;
		/* The other end may have come and gone between two calls. */
		if (served(fifo))
			return fifo->fd;
		if (deadline_passed(&deadline))
			return error_set(ETIMEDOUT);
		if (fifo_tick((void *)(uintptr_t)fifo) == -1)
			return -1;
	}
}

/* Open the FIFO as open_wait does, then stop the timer. */
static int
open_in_time(const struct fifo *fifo)
{
	const struct deadline never = {0};
	int fd, saved;

	if (fifo->timeout == 0)
		return open_now(fifo);
	fd = open_wait(fifo);
	saved = errno;
	(void)deadline_alarm(&never);
	errno = saved;
	return fd;
}

/* Use a descriptor that was opened. Returns 0, or -1 after a line. */
static int
adopt(struct fifo *fifo, int fd)
{
	bool bounded = fifo->timeout != DEADLINE_NEVER || fifo->forever;
	int flags = fcntl(fd, F_GETFL);

	fifo->fd = fd;
	/* The kernel does a wait without a bound, which takes fewer calls. */
	(void)fcntl(fd, F_SETFL, bounded ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
	return pipe_resize(fifo->path, fd, fifo->capacity, "");
}

int
fifo_open(struct fifo *fifo)
{
	int status = fifo_find(fifo);

	if (status != GO_ON || fifo->late)
		return status;
	if (fifo->forever && !fifo->write) {
		/*
		 * A reader with a writing end of its own never sees an end of file, and writers always find it. If the
		 * reader may not write, it sees an end of file at once, and waits in fifo_again.
		 */
		fifo->fd = open_once(fifo, false, O_NONBLOCK);
		if (fifo->fd != -1)
			fifo->keep = open_once(fifo, true, O_NONBLOCK);
	}
	if (fifo->fd == -1)
		fifo->fd = open_in_time(fifo);
	if (fifo->fd == -1)
		return fail(fifo, errno);
	return adopt(fifo, fifo->fd) == 0 ? GO_ON : STATUS_FAILED;
}

int
fifo_again(struct fifo *fifo)
{
	int fd = open_in_time(fifo);

	if (fd == -1)
		return -1;
	if (fifo->fd == -1)
		return adopt(fifo, fd) == 0 ? 0 : error_set(ECANCELED);
	/* The new descriptor only served to wait. The old one kept the bytes in the pipe, and stays in use. */
	if (fd != fifo->fd)
		close(fd);
	return 0;
}

bool
fifo_loses(struct fifo *fifo)
{
	if (fifo->keep != -1)
		close(fifo->keep);
	fifo->keep = -1;
	/* In this order: the other end can take the bytes and go between the two calls. */
	return io_events(fifo->fd, 0) & (fifo->write ? POLLERR : POLLHUP) && pipe_unread(fifo->fd) > 0;
}

void
fifo_close(struct fifo *fifo)
{
	if (fifo->fd != -1)
		close(fifo->fd);
	if (fifo->keep != -1)
		close(fifo->keep);
	place_close(&fifo->place);
}
