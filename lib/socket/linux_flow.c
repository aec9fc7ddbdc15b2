/*
 * linux_flow.c: pages are handed on, by splice(2), or sendfile(2) from a file. No call waits: the socket is
 * non-blocking, and SPLICE_F_NONBLOCK stands for the pipe; a splice that waits would keep others from it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/trace.h"
#include "socket/internal.h"
#include "socket/socket.h"

/*
 * The most bytes of one call, the capacity of a pipe from which a socket is filled, and below what reading and writing is
 * quicker. A pipe that a socket fills gets more: each page of a file that comes over TCP takes a place of its own in it.
 */
#define MOST     ((size_t)1024 * 1024)
#define CAPACITY (256 * 1024)
#define LITTLE   4096

/* RWF_NOWAIT of pwritev2(2). */
#define NOWAIT 8L

ssize_t
flow_write_now(int fd, const char *data, size_t size)
{
	static bool missing;
	struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	long took;

	if (missing)
		return flow_write_part(fd, data, size);
	/* Older kernels have it not for pipes, and musl's headers not at all. */
	took = syscall(SYS_pwritev2, fd, &part, 1L, -1L, -1L, NOWAIT);
	if (took == -1 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)) {
		missing = true;
		return flow_write_part(fd, data, size);
	}
	return took;
}

static ssize_t
hand(int from, int to)
{
	ssize_t moved = splice(from, NULL, to, NULL, MOST, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (trace_on && (moved != -1 || (errno != EAGAIN && errno != EINVAL)))
		trace_call(
		    (long)moved, "splice(%d, NULL, %d, NULL, %zu, SPLICE_F_MOVE|SPLICE_F_NONBLOCK)", from, to, MOST);
	return moved;
}

/* Makes a pipe larger, as far as that is allowed; one that is larger stays so. */
static void
grow(int fd, int capacity)
{
	int now = fcntl(fd, F_GETPIPE_SZ);

	while (now > 0 && capacity > now && fcntl(fd, F_SETPIPE_SZ, capacity) == -1)
		capacity /= 2;
}

/* What a call that moved something, or nothing, means. */
static int
judge(struct flow *flow, ssize_t moved)
{
	int saved = errno;

	if (moved > 0) {
		/* A few bytes now and then go faster by way of the buffer. */
		if (moved < LITTLE && flow->source != FLOW_FILE)
			flow->hands = false;
		return 1;
	}
	if (moved == 0) {
		flow->open = false;
		return 1;
	}
	if (errno == EINVAL || errno == ENOSYS) {
		errno = ENOTSUP;
		return -1;
	}
	if (errno == EINTR)
		return 0;
	/* Which side was it? */
	flow->output = flow->source == FLOW_FILE || io_ready(flow->from, POLLIN);
	errno = saved;
	if (errno != EAGAIN)
		return -1;
	flow->blocked = flow->output;
	return 0;
}

/* To a file or device, which a pipe of its own has to lead to. */
static int
hand_to_file(struct flow *flow)
{
	ssize_t moved;
	int result;

	if (flow->pipe[0] == -1) {
		if (pipe2(flow->pipe, O_CLOEXEC | O_NONBLOCK) == -1) {
			errno = ENOTSUP;
			return -1;
		}
		grow(flow->pipe[0], MOST);
	}
	if (flow->held == 0) {
		moved = hand(flow->from, flow->pipe[1]);
		if (moved > 0)
			flow->held = (size_t)moved;
		result = judge(flow, moved);
		if (moved <= 0)
			return result;
	}
	while (flow->held > 0) {
		moved = hand(flow->pipe[0], flow->to);
		if (moved == -1 && errno == EINVAL) {
			/* One that only grows at its end (>>) takes no pages; the buffer holds a pipe's worth at most in parts. */
			moved = read(flow->pipe[0], flow->buffer, sizeof(flow->buffer));
			if (moved <= 0)
				return -1;
			flow->held -= (size_t)moved;
			flow->start = 0;
			flow->end = (size_t)moved;
			flow->hands = flow->may_hand = flow->held > 0;
			result = flow_put(flow);
			if (result != 1)
				return result;
			continue;
		}
		if (moved == -1) {
			flow->output = true;
			return errno == EINTR ? 0 : -1;
		}
		flow->held -= (size_t)moved;
		flow->moved += (size_t)moved;
	}
	return 1;
}

int
flow_hand_on(struct flow *flow)
{
	ssize_t moved;

	if (flow->source == FLOW_FILE) {
		moved = sendfile(flow->to, flow->from, NULL, MOST);
		if (trace_on && (moved != -1 || errno != EAGAIN))
			trace_call((long)moved, "sendfile(%d, %d, NULL, %zu)", flow->to, flow->from, MOST);
	} else if (flow->source != FLOW_PIPE && flow->sink != FLOW_PIPE) {
		return hand_to_file(flow);
	} else {
		if (!flow->grown) {
			if (flow->source == FLOW_PIPE)
				grow(flow->from, CAPACITY);
			else
				grow(flow->to, MOST);
			flow->grown = true;
		}
		moved = hand(flow->from, flow->to);
	}
	if (moved > 0)
		flow->moved += (size_t)moved;
	return judge(flow, moved);
}
