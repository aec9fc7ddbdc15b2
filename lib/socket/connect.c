/*
 * connect.c: connects a socket to one address, from the address of -b if there is one.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/internal.h"

void
socket_bound_step(const struct socket *socket, const struct deadline *until, struct deadline *step)
{
	deadline_set(step, socket->timeout);
	if (until->limited && (!step->limited || until->at < step->at))
		*step = *until;
}

void
socket_add_reason(const struct socket *socket, int error, const char *reason, struct text *text)
{
	text_format(text, "%s%s", reason, error == ETIMEDOUT && socket->timeout != DEADLINE_NEVER ? " (-t)" : "");
}

/* Call connect(2) until the deadline. Returns 0 or -1. After EINTR the kernel continues by itself. */
static int
connect_until(const struct socket *socket, int fd, const struct socket_address *to, const struct deadline *deadline)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	long long nap = 0;
	int error, result, ready;

	/* EAGAIN: the backlog of a Unix listener is full, and no call waits for space in it. */
	while ((result = connect(fd, (const struct sockaddr *)&to->storage, to->size)) == -1 && errno == EAGAIN) {
		if (deadline_passed(deadline))
			return error_set(ETIMEDOUT);
		if (deadline_nap(deadline, &nap) == -1 || (socket->tick && socket->tick(socket->owner) == -1))
			return -1;
	}
	if (result == 0 || (errno != EINPROGRESS && errno != EINTR))
		return result;
	while ((ready = deadline_wait(&wait, 1, deadline, socket->tick ? DEADLINE_TICK : -1)) == 0)
		if (socket->tick(socket->owner) == -1)
			return -1;
	if (ready == -1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return -1;
	errno = error;
	return error ? -1 : 0;
}

/* Return true if a socket has been connected to itself: the port that the system chose for it is the peer's. */
static bool
meets_itself(int fd, const struct socket_address *to)
{
	struct socket_address local;
	char host[2][ADDRESS_HOST];
	unsigned int port[2];

	socket_local(fd, &local);
	return address_numeric(&local, host[0], sizeof(host[0]), &port[0]) &&
	       address_numeric(to, host[1], sizeof(host[1]), &port[1]) && port[0] == port[1] &&
	       strcmp(host[0], host[1]) == 0;
}

/*
 * Bind to the address of -b of this family. Returns 0, or -1 with errno; if why is set, it names the fault of that
 * address, so that trying another address of the peer does not help.
 */
static int
bind_local(struct socket *socket, int fd, int family, const struct deadline *until, struct text *why)
{
	struct deadline step;
	struct address_list list;
	const char *fault;
	int result = -1;
	size_t i;

	if (!socket->local.text)
		/* Without a name, a client of datagrams gets no answer. */
		return socket->address.kind == ADDRESS_UNIX && socket->address.type == SOCK_DGRAM ? socket_autobind(fd)
		                                                                                  : 0;
	socket_bound_step(socket, until, &step);
	if (address_resolve(&socket->local, true, &step, &list, &fault) == -1) {
		socket_add_reason(socket, errno, fault, why);
		return -1;
	}
	errno = EAFNOSUPPORT;
	for (i = 0; i < list.count && result == -1 && !why->size; i++)
		if (list.addresses[i].storage.ss_family == family)
			result = socket_bind(socket, &socket->local, fd, &list.addresses[i], why);
	socket_unlock(socket);
	address_list_free(&list);
	if (result == -1 && !why->size && errno != EAFNOSUPPORT)
		socket_explain(&socket->local, true, errno, why);
	return result;
}

int
socket_connect(
    struct socket *socket, int fd, const struct socket_address *to, const struct deadline *until, struct text *why)
{
	static const struct linger reset = {.l_onoff = 1};
	struct deadline step;
	int result;

	if (bind_local(socket, fd, to->storage.ss_family, until, why) == -1)
		return -1;
	socket_bound_step(socket, until, &step);
	result = TRACED(connect_until(socket, fd, to, &step));
	trace_address("connect", fd, to, result);
	if (result == -1 && errno == EACCES && socket->address.kind == ADDRESS_UDP) {
		/* It may be a broadcast address. */
		socket_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
		result = TRACED(connect_until(socket, fd, to, &step));
		trace_address("connect", fd, to, result);
	}
	socket->peer = *to;
	if (result == 0 && socket->address.kind != ADDRESS_RAW && meets_itself(fd, to)) {
		/* A reset leaves the port free for the listener that is missing. */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		return error_set(ECONNREFUSED);
	}
	return result;
}
