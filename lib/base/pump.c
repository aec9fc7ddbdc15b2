/*
 * pump.c: one step of copying from a descriptor to another. A step reads and writes where splice(2) gains nothing (a
 * few bytes to or from a socket) or does harm (it blocks on a terminal, and blocks all users of its pipe meanwhile). A
 * step drops no byte: bytes that could not be written stay in the pump.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/pump.h"
#include "base/trace.h"

/*
 * Pipe capacity in bytes. A larger pipe saves context switches. A pipe that a socket fills gets more, because each page
 * that comes over TCP uses a slot of its own in the pipe.
 */
#define CAPACITY   ((size_t)256 * 1024)
#define FROM_STACK ((size_t)1024 * 1024)

enum pump_kind
pump_kind(int fd)
{
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return PUMP_NONE;
	return S_ISFIFO(st.st_mode)   ? PUMP_PIPE
	       : S_ISSOCK(st.st_mode) ? PUMP_SOCKET
	       : S_ISREG(st.st_mode)  ? PUMP_FILE
	       : isatty(fd)           ? PUMP_OTHER
	                              : PUMP_DEVICE;
}

/* Return true if pages can be passed from in to out. */
static bool
passable(const struct pump *pump, bool pass)
{
	if (pump->sink == PUMP_NONE || pump->sink == PUMP_OTHER)
		return false;
	if (pump->source == PUMP_FILE)
		return pass && (pump->sink == PUMP_SOCKET || pump->sink == PUMP_PIPE);
	return pump->source == PUMP_PIPE || (pump->source == PUMP_SOCKET && pump->sink != PUMP_SOCKET);
}

void
pump_open(struct pump *pump, int in, int out, unsigned int options)
{
	bool connection = options & PUMP_CONNECTION;
	enum pump_kind source = pump_kind(in), sink = pump_kind(out);

	pump->in = in;
	pump->out = out;
	pump->source = source == PUMP_SOCKET && !connection ? PUMP_OTHER : source;
	pump->sink = sink == PUMP_SOCKET && !connection ? PUMP_OTHER : sink;
	pump->connection = connection;
	pump->waits = connection ? PUMP_NEVER : PUMP_WRITES;
	pump->open = in != -1;
	pump->blocked = pump->output = pump->watch = false;
	pump->slow = true;
	pump->moved = 0;
	pump->start = pump->end = pump->held = 0;
	pump->in_timeout = pump->out_timeout = DEADLINE_NEVER;
	pump->tick = NULL;
	pump->passage[0] = pump->passage[1] = -1;
	pump->grows = options & PUMP_GROW                     ? out
	              : connection && source == PUMP_PIPE     ? in
	              : connection && pump->sink == PUMP_PIPE ? out
	                                                      : -1;
	pump->capacity = connection && source != PUMP_PIPE ? FROM_STACK : CAPACITY;
	pump->passable = passable(pump, options & PUMP_PASS);
	/* A connection copies bytes until it turns out to be busy. */
	pump->passing = pump->passable && (source == PUMP_FILE || !connection);
}

void
pump_close(struct pump *pump)
{
	if (pump->passage[0] == -1)
		return;
	close(pump->passage[0]);
	close(pump->passage[1]);
	pump->passage[0] = pump->passage[1] = -1;
}

bool
pump_holds(const struct pump *pump)
{
	return pump->end > pump->start || pump->held > 0;
}

static bool
would_wait(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK;
}

/* Trace a read or a write. Of a connection, trace only the calls on its socket. */
static void
trace_transfer(const struct pump *pump, bool output, const char *data, size_t shown, size_t size, ssize_t result)
{
	bool socket = (output ? pump->sink : pump->source) == PUMP_SOCKET;
	struct text call = {0};

	if ((result == -1 && would_wait(errno)) || (pump->connection && !socket))
		return;
	text_format(&call, "%s(%d, ",
	    output   ? (socket ? "send" : "write")
	    : socket ? "recv"
	             : "read",
	    output ? pump->out : pump->in);
	text_quote(&call, data, shown, 32);
	text_format(&call, ", %zu%s)", size, !socket ? "" : output ? ", MSG_DONTWAIT|MSG_NOSIGNAL" : ", MSG_DONTWAIT");
	trace_end(&call, (long)result);
}

ssize_t
pump_write_now(int fd, enum pump_kind kind, const char *data, size_t size)
{
	ssize_t took;

	if (kind == PUMP_SOCKET)
		return send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (kind != PUMP_PIPE)
		return write(fd, data, size);
	took = pump_write_pipe(fd, data, size);
	if (took != -1 || errno != ENOTSUP)
		return took;
	/* A pipe that is ready takes PIPE_BUF bytes without blocking. */
	if (io_ready(fd, POLLOUT))
		return write(fd, data, size < PIPE_BUF ? size : PIPE_BUF);
	return error_set(EAGAIN);
}

/* Write the bytes of the buffer. Returns as pump_step. */
static int
put(struct pump *pump)
{
	pump->blocked = false;
	while (pump->end > pump->start) {
		const char *data = pump->buffer + pump->start;
		size_t size = pump->end - pump->start;
		ssize_t took;

		pump->output = true;
		if (pump->waits == PUMP_NEVER || pump->sink == PUMP_SOCKET)
			took = TRACED(pump_write_now(pump->out, pump->sink, data, size));
		else
			took = TRACED(write(pump->out, data, size));
		if (trace_on)
			trace_transfer(pump, true, data, size, size, took);
		if (took == -1 && would_wait(errno)) {
			pump->blocked = true;
			return 0;
		}
		if (took == -1 && errno != EINTR)
			return -1;
		if (took > 0) {
			pump->start += (size_t)took;
			pump->moved += (size_t)took;
		}
		/* A signal may have interrupted a write that blocked, after some bytes. */
		if (pump->end > pump->start && interrupt_caught())
			return 0;
	}
	return 1;
}

ssize_t
pump_take(struct pump *pump, char *data, size_t size)
{
	ssize_t got;

	pump->output = false;
	if (pump->source == PUMP_SOCKET)
		got = TRACED(recv(pump->in, data, size, MSG_DONTWAIT));
	else
		got = TRACED(read(pump->in, data, size));
	if (trace_on)
		trace_transfer(pump, false, data, got > 0 ? (size_t)got : 0, size, got);
	return got;
}

/* Read a block. Returns as pump_step. */
static int
fill(struct pump *pump)
{
	ssize_t got = pump_take(pump, pump->buffer, sizeof(pump->buffer));

	pump->blocked = false;
	if (got == -1)
		return would_wait(errno) || errno == EINTR ? 0 : -1;
	if (got == 0) {
		pump->open = false;
		return 1;
	}
	pump->start = 0;
	pump->end = pump->out == -1 ? 0 : (size_t)got;
	if ((size_t)got == sizeof(pump->buffer)) {
		pump->passing = pump->passable;
		if (pump->passing || !pump->connection)
			pump_grow(pump);
	}
	return 1;
}

int
pump_step(struct pump *pump)
{
	int result;

	do {
		if (pump->end > pump->start)
			result = put(pump);
		else if (pump->held > 0)
			result = pump_leave_passage(pump);
		else
			result = pump->passing ? pump_pass(pump) : fill(pump);
	} while (result == 1 && pump_holds(pump));
	return result;
}
