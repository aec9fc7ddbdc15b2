/*
 * inherit.c: a socket that this process was started with, from inetd, systemd or a shell. The system is asked for its
 * kind and state. See sd_listen_fds(3).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number.h"
#include "socket/control.h"
#include "socket/internal.h"

/* Descriptor of the first socket that systemd passes. */
#define FIRST 3

/* Return true if systemd has passed a socket to this process. */
static bool
was_passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	unsigned long long number;

	return pid && count && number_parse(pid, 1, INT_MAX, &number) == 0 && (pid_t)number == getpid() &&
	       number_parse(count, 1, INT_MAX, &number) == 0;
}

/* Return an integer option of a socket, or -1 with errno of getsockopt(2). */
static int
get(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == -1 ? -1 : value;
}

int
socket_inherit(struct socket *socket)
{
	struct address *address = &socket->address;
	int fd = address->fd == -1 && was_passed() ? FIRST : address->fd, type = get(fd, SO_TYPE);
	struct socket_address local;
	char host[ADDRESS_HOST];
	unsigned int port;

	if (fd == -1 || type == -1) {
		error_line(address->text, "%s",
		    fd == -1            ? "no socket was passed (LISTEN_FDS is not set for this process)"
		    : errno == EBADF    ? "no such descriptor is open"
		    : errno == ENOTSOCK ? "not a socket"
		                        : strerror(errno));
		return STATUS_FAILED;
	}
	socket_local(fd, &local);
	if (!address_describe(address, local.storage.ss_family, type)) {
		error_line(address->text, "a socket of another kind than tcp, udp, unix and raw");
		return STATUS_FAILED;
	}
	/* The port of a raw socket is its protocol. */
	if (address->kind == ADDRESS_RAW && address_numeric(&local, host, sizeof(host), &port))
		address->protocol = (int)port;
	/* A COMMAND has descriptors 0 to 2 of its own. */
	socket->fd = fd > STDERR_FILENO ? fd : fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	if (socket->fd != -1 && fcntl(socket->fd, F_SETFD, FD_CLOEXEC) == 0)
		return GO_ON;
	error_line(address->text, "%s", strerror(errno));
	return STATUS_FAILED;
}

int
inherit_open(struct socket *socket, bool listens)
{
	bool connections = socket_has_connections(socket), accepts = connections && get(socket->fd, SO_ACCEPTCONN) > 0;
	struct socket_address *peer = &socket->peer, local;
	const char *fault = NULL;

	peer->size = sizeof(peer->storage);
	if (accepts || getpeername(socket->fd, (struct sockaddr *)&peer->storage, &peer->size) == -1)
		peer->size = 0;
	if (accepts && !listens)
		fault = "a listening socket (-l accepts its connections)";
	else if (connections && !accepts && peer->size == 0)
		fault = "a socket that neither listens nor is connected";
	else if (connections && !accepts && listens)
		fault = "a connection, not a listening socket (leave -l out)";
	else if (!connections && !listens && peer->size == 0)
		fault = "a socket without a peer (-l receives its packets)";
	if (fault) {
		error_line(socket->address.text, "%s", fault);
		return STATUS_FAILED;
	}
	if (socket->address.kind == ADDRESS_TCP && !listens)
		socket_tune(socket->fd);
	if (listens && !connections) {
		socket_local(socket->fd, &local);
		udp_ask(socket, socket->fd, &local);
	}
	socket->blocked = !(fcntl(socket->fd, F_GETFL) & O_NONBLOCK);
	socket_block(socket->fd, false);
	return GO_ON;
}
