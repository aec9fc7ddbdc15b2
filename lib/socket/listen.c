/*
 * listen.c: listening at an address, and accepting connections, one or many.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/error.h"
#include "socket/calls.h"
#include "socket/internal.h"

/* Connections that wait to be accepted; the system may allow fewer. */
#define BACKLOG 4096

/* Listens at one address. Returns the descriptor, or -1 with errno, or with the reason in why. */
static int
listen_one(struct socket *socket, const struct socket_address *at, struct text *why)
{
	int family = at->storage.ss_family, fd = socket_open(&socket->address, family);

	if (fd == -1)
		return -1;
	if (socket->address.kind == ADDRESS_TCP)
		socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (family == AF_INET6)
		socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !socket->address.any || socket->address.family != AF_UNSPEC);
	if (socket_bind(socket, &socket->address, fd, at, why) == 0 &&
	    (!socket_has_connections(socket) || trace_listen(fd, BACKLOG) == 0))
		return fd;
	return socket_give_up(socket, fd);
}

void
socket_add_attempt(const struct address *address, bool listens, const struct address_list *list, size_t number,
    int error, struct text *why)
{
	char host[ADDRESS_HOST];
	unsigned int port;

	if (why->size)
		text_format(why, "; ");
	if (list->count > 1 && address_numeric(&list->addresses[number], host, sizeof(host), &port))
		text_format(why, "%s: ", host);
	socket_explain(address, listens, error, why);
}

int
socket_listen(struct socket *socket)
{
	struct address_list list;
	struct text why = {0};
	const char *fault;
	size_t i;

	if (address_resolve(&socket->address, true, &list, &fault) == -1) {
		error_line(socket->address.text, "%s", fault);
		return STATUS_FAILED;
	}
	for (i = 0; i < list.count; i++) {
		size_t before = why.size;
		int error;

		socket->fd = listen_one(socket, &list.addresses[i], &why);
		error = errno;
		if (socket->fd != -1 || why.size > before)
			break;
		socket_add_attempt(&socket->address, true, &list, i, error, &why);
		/*
		 * The next address is tried only if the system has none like this one; in any other case our clients could
		 * find somebody else at this one.
		 */
		if (error != EAFNOSUPPORT && error != EADDRNOTAVAIL)
			break;
	}
	address_list_free(&list);
	if (socket->fd == -1)
		error_line(socket->address.text, "%s", why.data ? why.data : "no address to listen at");
	text_free(&why);
	return socket->fd == -1 ? STATUS_FAILED : GO_ON;
}

/* Accepts a connection without waiting. Returns its descriptor, which blocks, or -1 with errno of accept(2). */
static int
accept_now(const struct socket *socket, struct socket_address *peer)
{
	int fd = trace_accept(socket->fd, peer);

	if (fd != -1) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		if (socket->address.kind == ADDRESS_TCP)
			socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	}
	return fd;
}

/* Returns true if there was no connection, or its client has gone by now. */
static bool
none(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ECONNABORTED || error == EINTR;
}

int
socket_accept(struct socket *socket, long long timeout)
{
	struct pollfd wait = {.fd = socket->fd, .events = POLLIN};
	struct deadline deadline;
	struct text why = {0};
	int fd = -1, status;

	deadline_set(&deadline, timeout);
	while (fd == -1 && deadline_wait(&wait, 1, &deadline, -1) != -1) {
		fd = accept_now(socket, &socket->peer);
		if (fd == -1 && !none(errno))
			break;
	}
	if (fd != -1) {
		socket_stop(socket);
		socket->fd = fd;
		return GO_ON;
	}
	status = errno == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
	if (errno == ETIMEDOUT)
		text_format(&why, "nobody connected in time (-t)");
	else
		socket_explain(&socket->address, true, errno, &why);
	error_line(socket->address.text, "%s", why.data ? why.data : "");
	text_free(&why);
	return status;
}

bool
listener_takes(const struct listener *listener, size_t present)
{
	return listener->taken < listener->count && (listener->most == 0 || present < listener->most);
}

int
listener_accept(struct listener *listener, struct socket_address *peer)
{
	struct socket *socket = listener->socket;
	int fd = accept_now(socket, peer);

	if (fd == -1) {
		if (none(errno))
			return -1;
		if (listener->state == LISTENER_OPEN) {
			struct text why = {0};

			socket_explain(&socket->address, true, errno, &why);
			error_line(
			    socket->address.text, "%s; clients wait until others have gone", why.data ? why.data : "");
			text_free(&why);
		}
		listener->state = LISTENER_PAUSED;
		return -1;
	}
	listener->state = LISTENER_OPEN;
	listener->taken++;
	/* Clients that will not be served must not wait. */
	if (listener->taken == listener->count)
		socket_stop(socket);
	return fd;
}

void
listener_retry(struct listener *listener)
{
	if (listener->state == LISTENER_PAUSED)
		listener->state = LISTENER_RETRIES;
}
