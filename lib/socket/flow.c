/*
 * flow.c: one direction of a connection. A step moves what can be moved now and never waits, since the other direction may
 * have something to do. It reads and writes at first, which is the quickest way for a little; once reads come back full it
 * hands pages on where the system can.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "base/trace.h"
#include "socket/internal.h"
#include "socket/socket.h"

static enum flow_end
end_of(int fd)
{
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return FLOW_NONE;
	return S_ISFIFO(st.st_mode)   ? FLOW_PIPE
	       : S_ISSOCK(st.st_mode) ? FLOW_SOCKET
	       : S_ISREG(st.st_mode)  ? FLOW_FILE
	       : isatty(fd)           ? FLOW_TERMINAL
	                              : FLOW_DEVICE;
}

void
flow_open(struct flow *flow, int from, int to, bool pass)
{
	flow->from = from;
	flow->to = to;
	flow->source = end_of(from);
	flow->sink = end_of(to);
	flow->open = from != -1;
	flow->output = flow->blocked = flow->hands = false;
	flow->start = flow->end = 0;
	flow->moved = 0;
	flow->pipe[0] = flow->pipe[1] = -1;
	flow->held = 0;
	/* A terminal, and a file that may change, are copied. */
	flow->may_hand = to != -1 && flow->sink != FLOW_TERMINAL &&
	                 (flow->source == FLOW_PIPE || (flow->source == FLOW_SOCKET && flow->sink != FLOW_SOCKET) ||
	                     (flow->source == FLOW_FILE && pass && flow->sink == FLOW_SOCKET));
	/* There is nothing to learn of a file first. */
	flow->hands = flow->may_hand && flow->source == FLOW_FILE;
}

bool
flow_holds(const struct flow *flow)
{
	return flow->end > flow->start || flow->held > 0;
}

ssize_t
flow_write_part(int fd, const char *data, size_t size)
{
	/* A pipe that has room takes so much without waiting. */
	if (io_ready(fd, POLLOUT))
		return write(fd, data, size < PIPE_BUF ? size : PIPE_BUF);
	errno = EAGAIN;
	return -1;
}

int
flow_put(struct flow *flow)
{
	while (flow->end > flow->start) {
		size_t size = flow->end - flow->start;
		ssize_t took;

		flow->output = true;
		if (flow->sink == FLOW_SOCKET) {
			took = send(flow->to, flow->buffer + flow->start, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		} else if (flow->sink == FLOW_PIPE && !flow->alone) {
			took = flow_write_now(flow->to, flow->buffer + flow->start, size);
		} else {
			took = write(flow->to, flow->buffer + flow->start, size);
		}
		if (trace_on && flow->sink == FLOW_SOCKET && (took != -1 || errno != EAGAIN)) {
			struct text call = {0};

			text_format(&call, "send(%d, ", flow->to);
			text_quote(&call, flow->buffer + flow->start, size, 32);
			text_format(&call, ", %zu, MSG_DONTWAIT|MSG_NOSIGNAL)", size);
			trace_end(&call, (long)took);
		}
		if (took == -1) {
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				return errno == EINTR ? 0 : -1;
			flow->blocked = true;
			return 0;
		}
		flow->start += (size_t)took;
		flow->moved += (size_t)took;
	}
	return 1;
}

/* Reads a block, and writes it. */
static int
copy(struct flow *flow)
{
	ssize_t got;

	flow->output = false;
	if (flow->source == FLOW_SOCKET)
		got = recv(flow->from, flow->buffer, sizeof(flow->buffer), MSG_DONTWAIT);
	else
		got = read(flow->from, flow->buffer, sizeof(flow->buffer));
	if (trace_on && flow->source == FLOW_SOCKET && (got != -1 || errno != EAGAIN)) {
		struct text call = {0};

		text_format(&call, "recv(%d, ", flow->from);
		text_quote(&call, flow->buffer, got > 0 ? (size_t)got : 0, 32);
		text_format(&call, ", %zu, MSG_DONTWAIT)", sizeof(flow->buffer));
		trace_end(&call, (long)got);
	}
	if (got == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
	if (got == 0) {
		flow->open = false;
		return 1;
	}
	flow->start = 0;
	flow->end = flow->to == -1 ? 0 : (size_t)got;
	if ((size_t)got == sizeof(flow->buffer) && flow->may_hand)
		flow->hands = true;
	return flow->to == -1 ? 1 : flow_put(flow);
}

int
flow_step(struct flow *flow)
{
	int result;

	flow->blocked = false;
	if (flow->end > flow->start)
		return flow_put(flow);
	if (!flow->hands && flow->held == 0)
		return copy(flow);
	result = flow_hand_on(flow);
	if (result == -1 && errno == ENOTSUP) {
		flow->hands = flow->may_hand = false;
		return 1;
	}
	return result;
}

void
flow_close(struct flow *flow)
{
	if (flow->pipe[0] != -1) {
		close(flow->pipe[0]);
		close(flow->pipe[1]);
	}
}
