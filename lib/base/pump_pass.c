/*
 * pump_pass.c: the part of a step that passes pages on. Pages from a socket to a file go through a pipe, the passage,
 * because splice(2) needs a pipe at one end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "base/pump.h"

/* The number of bytes of a connection below which reading and writing is faster. */
#define LITTLE 4096

void
pump_grow(struct pump *pump)
{
	if (pump->grows != -1)
		io_grow(pump->grows, pump->capacity);
	pump->grows = -1;
}

/* Move bytes from the passage to the file. Returns as pump_step. */
int
pump_leave_passage(struct pump *pump)
{
	ssize_t moved = -1;

	/* Empty the passage even if passing has stopped, because few bytes came. */
	if (pump->passable) {
		moved = pump_splice(pump->passage[0], pump->out, false);
		pump->output = true;
		if (moved == -1 && errno != ENOTSUP)
			return errno == EINTR ? 1 : -1;
	}
	if (moved != -1) {
		pump->moved += (size_t)moved;
	} else {
		/* A file that is open for appending (>>) takes no pages. */
		pump->passing = pump->passable = false;
		moved = read(pump->passage[0], pump->buffer, sizeof(pump->buffer));
		if (moved <= 0)
			return -1;
		pump->start = 0;
		pump->end = (size_t)moved;
	}
	pump->held -= (size_t)moved;
	return 1;
}

/* Open the passage from a socket to a file. Returns 0, or -1 with ENOTSUP. */
static int
open_passage(struct pump *pump)
{
	if (pump->passage[0] != -1)
		return 0;
	if (io_pipe(pump->passage) == -1)
		return error_set(ENOTSUP);
	io_grow(pump->passage[0], pump->capacity);
	return 0;
}

/*
 * Handle the errno value of a call that passed nothing. was_blocked: the call came after a wait for out. Returns as
 * pump_step.
 */
static int
passed_nothing(struct pump *pump, bool was_blocked)
{
	int error = errno;
	short events;

	if (error == ENOTSUP) {
		pump->passing = pump->passable = false;
		return 1;
	}
	if (error == EINTR)
		return 0;
	if (error == EAGAIN) {
		/* After a wait for in, in has bytes, unless another process has read them meanwhile; so out is full. */
		pump->blocked = pump->source == PUMP_FILE || !was_blocked;
		if (!pump->connection) {
			events = io_events(pump->in, POLLIN);
			pump->open = !events || events & POLLIN;
			pump->blocked = events & POLLIN;
		}
		if (!pump->open)
			return 1;
		if (pump->blocked)
			pump_grow(pump);
		return 0;
	}
	/*
	 * The loss of out's reader is an error only if in has bytes. Otherwise wait for bytes, or for the end of in,
	 * which ends the copy.
	 */
	events = error == EPIPE ? io_events(pump->in, POLLIN) : POLLIN;
	if (events == 0)
		return 0;
	if (!(events & POLLIN)) {
		pump->open = false;
		return 1;
	}
	/* EBADF is out's error if out was opened only for reading, and in's error otherwise. */
	pump->output = error == EPIPE || (error != EBADF && pump->source != PUMP_SOCKET) ||
	               (error == EBADF && (fcntl(pump->out, F_GETFL) & O_ACCMODE) == O_RDONLY);
	return error_set(error);
}

/* Pass pages on. Returns as pump_step. */
int
pump_pass(struct pump *pump)
{
	bool passage = pump->source == PUMP_SOCKET && pump->sink != PUMP_PIPE;
	bool was_blocked = pump->blocked;
	ssize_t moved;

	pump->blocked = false;
	if (pump->source == PUMP_FILE && pump->sink == PUMP_SOCKET)
		moved = pump_send_file(pump->in, pump->out);
	else if (passage && open_passage(pump) == -1)
		moved = -1;
	else
		moved = pump_splice(
		    pump->in, passage ? pump->passage[1] : pump->out, pump->waits == PUMP_CALLS && !pump->slow);
	if (moved == -1)
		return passed_nothing(pump, was_blocked);
	if (moved == 0) {
		pump->open = false;
		return 1;
	}
	if (passage)
		pump->held = (size_t)moved;
	else
		pump->moved += (size_t)moved;
	pump->slow = moved <= (ssize_t)sizeof(pump->buffer);
	if (moved < LITTLE && pump->connection && pump->source != PUMP_FILE)
		pump->passing = false;
	/* A call that blocks until the pipe has space never reports that the pipe is full. */
	if (pump->moved >= sizeof(pump->buffer))
		pump_grow(pump);
	return 1;
}
