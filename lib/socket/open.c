/*
 * open.c: connects or listens, and closes: tries each address in turn, and again until the time of -T is over. If no
 * address works, one line names the error of each.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/control.h"
#include "socket/internal.h"

/* Connections that wait to be accepted; the system may allow fewer. */
#define BACKLOG 4096

/* Listen at one address. Returns 0, or -1 with errno, and with the reason in why if more than errno is known. */
static int
listen_at(struct socket *socket, int fd, const struct socket_address *at, struct text *why)
{
	const struct address *address = &socket->address;
	int result;

	if (at->storage.ss_family == AF_INET6)
		socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !address->any || address->family != AF_UNSPEC);
	result = socket_bind(socket, address, fd, at, why);
	if (result == 0)
		result = udp_bound(socket, fd, at);
	if (result == 0 && socket_has_connections(socket))
		result = trace_call(TRACED(listen(fd, BACKLOG)), "listen(%d, %d)", fd, BACKLOG);
	socket_unlock(socket);
	return result;
}

/* Open a socket for one address. Returns 0, or the errno value; ours: the reason, if the local address is at fault. */
static int
open_one(struct socket *socket, bool listens, const struct socket_address *address, const struct deadline *until,
    struct text *ours)
{
	bool tcp = socket->address.kind == ADDRESS_TCP;
	int fd = trace_socket(address->storage.ss_family, socket->address.type, socket->address.protocol), error;

	if (fd == -1)
		return errno;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	socket_block(fd, false);
	/* A port that a connection has just released can be used again. */
	if (tcp && (listens || socket->local.text))
		socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (udp_prepare(socket, fd, listens, address) == 0 &&
	    (listens ? listen_at(socket, fd, address, ours) : socket_connect(socket, fd, address, until, ours)) == 0) {
		if (tcp && !listens)
			socket_tune(fd);
		socket->fd = fd;
		return 0;
	}
	error = errno;
	close(fd);
	socket_unlink(socket);
	return error;
}

/* Return true for an error that the next attempt may not meet. */
static bool
may_pass(int error)
{
	return error == ECONNREFUSED || error == ENOENT || error == ETIMEDOUT || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == ECONNRESET || error == EADDRNOTAVAIL || error == EAGAIN;
}

/*
 * Try all addresses once. Store the error of each in why, and the fault of our own address in ours. Returns 0, or the
 * errno value of the last address.
 */
static int
open_any(struct socket *socket, bool listens, const struct deadline *until, struct text *why, struct text *ours)
{
	struct address_list list;
	struct deadline step;
	char host[ADDRESS_HOST];
	unsigned int port;
	const char *fault;
	int error = ENOENT;
	size_t i;

	socket_bound_step(socket, until, &step);
	if (address_resolve(&socket->address, listens, &step, &list, &fault) == -1) {
		error = errno;
		socket_add_reason(socket, error, fault, why);
		return error;
	}
	for (i = 0; i < list.count; i++) {
		error = open_one(socket, listens, &list.addresses[i], until, ours);
		if (error == 0 || ours->size)
			break;
		if (why->size)
			text_format(why, "; ");
		if (list.count > 1 && address_numeric(&list.addresses[i], host, sizeof(host), &port))
			text_format(why, "%s: ", host);
		socket_explain(&socket->address, listens, error, why);
		socket_add_reason(socket, error, "", why);
		/*
		 * A listener takes the next address only if the system has no address like this one. Otherwise another
		 * program may own the first address, and our clients would reach it.
		 */
		if (listens ? error != EAFNOSUPPORT && error != EADDRNOTAVAIL : error == EINTR)
			break;
	}
	if (error == 0 && !listens && socket->address.kind == ADDRESS_UDP) {
		socket->others = list;
		socket->next = i + 1;
	} else {
		address_list_free(&list);
	}
	return error;
}

int
socket_attempt(struct socket *socket, bool listens, const struct deadline *until, struct attempt *attempt)
{
	text_free(&attempt->why);
	text_free(&attempt->ours);
	attempt->error = open_any(socket, listens, until, &attempt->why, &attempt->ours);
	if (attempt->error == 0)
		return 0;
	return attempt->ours.size || !may_pass(attempt->error) ? -1 : 1;
}

void
socket_report_attempt(const struct socket *socket, bool listens, struct attempt *attempt, const char *then)
{
	const char *object = attempt->ours.size && !listens ? socket->local.text : socket->address.text;
	const struct text *why = attempt->ours.size ? &attempt->ours : &attempt->why;

	/* A signal that ends an attempt is no failure. */
	if (attempt->error && attempt->error != EINTR)
		error_line(object, "%s%s", why->data ? why->data : strerror(attempt->error), then);
	text_free(&attempt->why);
	text_free(&attempt->ours);
}

int
socket_next(struct socket *socket)
{
	static const struct deadline never = {.limited = false};
	struct socket_address peer = socket->peer;
	struct text ours = {0};
	int old = socket->fd;

	while (socket->next < socket->others.count && socket->fd == old)
		if (open_one(socket, false, &socket->others.addresses[socket->next++], &never, &ours) == 0)
			close(old);
	text_free(&ours);
	if (socket->fd == old)
		socket->peer = peer;
	return socket->fd == old ? -1 : 0;
}

int
socket_open(struct socket *socket, bool listens)
{
	struct deadline until;
	struct attempt attempt = {0};
	long long nap = 0;
	bool waited = false, late;

	if (socket->address.inherited)
		return inherit_open(socket, listens);
	deadline_set(&until, socket->retry ? socket->retry : DEADLINE_NEVER);
	while (socket_attempt(socket, listens, &until, &attempt) == 1 && socket->retry) {
		waited = deadline_passed(&until);
		if (!waited && deadline_nap(&until, &nap) == -1)
			attempt.error = errno;
		if (waited || attempt.error == EINTR)
			break;
	}
	late = waited || (attempt.error == ETIMEDOUT && (attempt.ours.size || socket->timeout != DEADLINE_NEVER));
	socket_report_attempt(socket, listens, &attempt, waited ? "; tried for the time of -T" : "");
	return !attempt.error ? GO_ON : late ? STATUS_TIMEOUT : STATUS_FAILED;
}

void
socket_close(struct socket *socket)
{
	socket_stop(socket);
	place_close(&socket->path.place);
	address_list_free(&socket->others);
	address_free(&socket->address);
	address_free(&socket->local);
}
