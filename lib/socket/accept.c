/*
 * accept.c: accepting connections, one or many. If no descriptor is left for a new client, the client waits until
 * another client has gone.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/internal.h"

/*
 * Accept a connection without waiting. Returns its descriptor, which blocks, or -1 with errno of accept(2); EAGAIN: no
 * client waits, or its client has gone by now.
 */
static int
accept_now(const struct socket *socket, struct socket_address *peer)
{
	int fd = TRACED(socket_accept_private(socket->fd, peer));

	if (fd == -1)
		peer->size = 0;
	trace_address("accept", socket->fd, peer, fd);
	if (fd != -1) {
		if (socket->address.kind == ADDRESS_TCP)
			socket_tune(fd);
	} else if (errno == EWOULDBLOCK || errno == ECONNABORTED || errno == EINTR) {
		errno = EAGAIN;
	}
	return fd;
}

int
socket_report_accept(const struct socket *socket, int error, const char *then)
{
	struct text why = {0};

	if (error == EINTR)
		return STATUS_FAILED; /* command_end turns it into the status of the signal */
	socket_explain(&socket->address, true, error, &why);
	text_format(&why, "%s", then);
	error_text(socket->address.text, &why);
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}

int
socket_accept(struct socket *socket, long long timeout)
{
	struct pollfd wait = {.fd = socket->fd, .events = POLLIN};
	struct deadline deadline;
	int fd = -1;

	deadline_set(&deadline, timeout);
	while (fd == -1) {
		bool came;

		/* The wait is a part of the call that follows. */
		if (trace_on)
			trace_start("accept_now", true);
		came = deadline_wait(&wait, 1, &deadline, -1) != -1;
		fd = came ? accept_now(socket, &socket->peer) : -1;
		if (fd == -1 && !(came && errno == EAGAIN))
			return socket_report_accept(socket, errno, "");
	}
	socket_stop(socket);
	socket->fd = fd;
	return GO_ON;
}

bool
listener_takes(const struct listener *listener, size_t present)
{
	return listener->taken < listener->count && (listener->most == 0 || present < listener->most);
}

int
listener_ready(const struct listener *listener, size_t present)
{
	return listener_takes(listener, present) && listener->state != LISTENER_PAUSED ? listener->socket->fd : -1;
}

int
listener_accept(struct listener *listener, struct socket_address *peer)
{
	struct socket *socket = listener->socket;
	int fd = accept_now(socket, peer);

	if (fd == -1 && errno != EAGAIN) {
		if (!listener->warned)
			(void)socket_report_accept(socket, errno, "; clients wait until others have gone");
		listener->warned = true;
		listener->state = LISTENER_PAUSED;
	}
	if (fd == -1)
		return -1;
	listener->taken++;
	/* Clients that will not be served must not wait. */
	if (listener->taken == listener->count)
		socket_stop(socket);
	return fd;
}

void
listener_retry(struct listener *listener)
{
	listener->state = LISTENER_OPEN;
}

int
crowd_grow(struct crowd *crowd, size_t extra)
{
	void **list = realloc(crowd->list, (crowd->count + 1) * sizeof(*list));
	struct pollfd *wait = realloc(crowd->wait, (crowd->count + 1 + extra) * sizeof(*wait));

	if (list)
		crowd->list = list;
	if (wait)
		crowd->wait = wait;
	return list && wait ? 0 : -1;
}

void
crowd_free(struct crowd *crowd)
{
	free(crowd->list);
	free(crowd->wait);
}
