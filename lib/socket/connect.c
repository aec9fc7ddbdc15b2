/*
 * connect.c: connecting to each address in turn, and again for as long as -T says.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/error.h"
#include "socket/calls.h"
#include "socket/internal.h"

/* connect(2) until the deadline; after EINTR it goes on in the kernel by itself. */
static int
connect_until(int fd, const struct socket_address *to, const struct deadline *deadline)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	long long nap = 0;
	int error;

	for (;;) {
		if (connect(fd, (const struct sockaddr *)&to->storage, to->size) == 0)
			return 0;
		/* The backlog of a Unix listener is full, and no call waits for space in it. */
		if (errno != EAGAIN)
			break;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (deadline_nap(deadline, &nap) == -1)
			return -1;
	}
	if ((errno != EINPROGRESS && errno != EINTR) || deadline_wait(&wait, 1, deadline, -1) == -1 ||
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return -1;
	errno = error;
	return error ? -1 : 0;
}

/*
 * Binds to the address of -b of this family. Returns 0, or -1 with errno; if why is set, it is what is wrong with that address,
 * and another of the peer's does not help.
 */
static int
bind_local(struct socket *socket, int fd, int family, struct text *why)
{
	struct address_list list;
	const char *fault;
	int result = -1;
	size_t i;

	if (!socket->local.text)
		/* Without a name, a client of datagrams gets no answer. */
		return socket->address.kind == ADDRESS_UNIX && socket->address.type == SOCK_DGRAM ? socket_autobind(fd)
		                                                                                  : 0;
	if (address_resolve(&socket->local, true, &list, &fault) == -1) {
		text_format(why, "%s", fault);
		return -1;
	}
	errno = EAFNOSUPPORT;
	for (i = 0; i < list.count && result == -1 && !why->size; i++)
		if (list.addresses[i].storage.ss_family == family)
			result = socket_bind(socket, &socket->local, fd, &list.addresses[i], why);
	address_list_free(&list);
	if (result == -1 && !why->size && errno != EAFNOSUPPORT)
		socket_explain(&socket->local, true, errno, why);
	return result;
}

/* Tries one address of the peer. Returns the connected descriptor, or -1 as bind_local. */
static int
connect_one(struct socket *socket, const struct socket_address *to, const struct deadline *deadline, struct text *why)
{
	int family = to->storage.ss_family, fd = socket_open(&socket->address, family), result;

	if (fd == -1)
		return -1;
	/* A port that a connection left a moment ago can be used again. */
	if (socket->local.text && socket->address.kind == ADDRESS_TCP)
		socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind_local(socket, fd, family, why) == 0) {
		result = connect_until(fd, to, deadline);
		trace_address("connect", fd, to, result);
		if (result == 0) {
			if (socket->address.kind == ADDRESS_TCP)
				socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
			return fd;
		}
	}
	return socket_give_up(socket, fd);
}

/* Returns true for an error that may be over at the next attempt. */
static bool
may_pass(int error)
{
	return error == ECONNREFUSED || error == ENOENT || error == ETIMEDOUT || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == ECONNRESET || error == EADDRNOTAVAIL || error == EAGAIN;
}

/* The sooner of the end of -T and the time of -t from now. */
static struct deadline
soonest(const struct deadline *until, long long timeout)
{
	struct deadline deadline;

	deadline_set(&deadline, timeout);
	return until->limited && (!deadline.limited || deadline_left(until) < deadline_left(&deadline)) ? *until
	                                                                                                : deadline;
}

/*
 * Tries all addresses once. Returns 0, or the errno value of the last, with what each met in why; if ours is set it is what is
 * wrong with our own address.
 */
static int
connect_all(struct socket *socket, const struct deadline *until, struct text *why, struct text *ours)
{
	struct address_list list;
	const char *fault;
	int error = ENOENT;
	size_t i;

	if (address_resolve(&socket->address, false, &list, &fault) == -1) {
		error = errno;
		text_format(why, "%s", fault);
		return error;
	}
	for (i = 0; i < list.count; i++) {
		struct deadline deadline = soonest(until, socket->timeout);

		socket->fd = connect_one(socket, &list.addresses[i], &deadline, ours);
		error = socket->fd == -1 ? errno : 0;
		if (error == 0)
			socket->peer = list.addresses[i];
		if (error == 0 || ours->size)
			break;
		socket_add_attempt(&socket->address, false, &list, i, error, why);
		if (error == ETIMEDOUT && socket->timeout != DEADLINE_NEVER)
			text_format(why, " (-t)");
		if (error == EINTR)
			break;
	}
	address_list_free(&list);
	return error;
}

int
socket_connect(struct socket *socket)
{
	struct deadline until;
	long long nap = 0;
	struct text why = {0}, ours = {0};
	bool waited = false;
	int error, status = GO_ON;

	deadline_set(&until, socket->retry ? socket->retry : DEADLINE_NEVER);
	for (;;) {
		error = connect_all(socket, &until, &why, &ours);
		if (error == 0 || ours.size || !may_pass(error) || !socket->retry)
			break;
		waited = deadline_passed(&until);
		if (waited)
			break;
		if (deadline_nap(&until, &nap) == -1) {
			error = EINTR;
			break;
		}
		text_free(&why);
	}
	if (ours.size) {
		error_line(socket->local.text, "%s", ours.data);
		status = STATUS_FAILED;
	} else if (error) {
		error_line(socket->address.text, "%s%s", why.data ? why.data : strerror(error),
		    waited ? ", for all the time of -T" : "");
		status = waited || (error == ETIMEDOUT && socket->timeout != DEADLINE_NEVER) ? STATUS_TIMEOUT
		                                                                             : STATUS_FAILED;
	}
	text_free(&why);
	text_free(&ours);
	return status;
}
