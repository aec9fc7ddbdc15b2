/*
 * connect.c: sockets that are connected or listen.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/trace.h"
#include "socket/address.h"
#include "socket/internal.h"
#include "socket/socket.h"

/* Connections that wait to be accepted; the system may allow fewer. */
#define BACKLOG 4096

static const char *
type_name(int type)
{
	return type == SOCK_STREAM  ? "SOCK_STREAM"
	       : type == SOCK_DGRAM ? "SOCK_DGRAM"
	       : type == SOCK_RAW   ? "SOCK_RAW"
	                            : "SOCK_SEQPACKET";
}

static int
open_socket(const struct sock *sock, int family)
{
	int fd = socket(family, sock->addr.type, sock->addr.protocol);

	if (trace_on)
		trace_call(
		    fd, "socket(%s, %s, %d)", address_family(family), type_name(sock->addr.type), sock->addr.protocol);
	if (fd != -1) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
	return fd;
}

/* The phrase for an errno value, where the system's own says too little. */
static void
explain(const struct address *addr, int error, bool listens, struct text *text)
{
	bool internet = addr->kind != ADDRESS_UNIX;
	struct stat st;

	if ((error == EPERM || error == EACCES) && addr->kind == ADDRESS_RAW)
		text_format(text, "a raw socket needs root, or CAP_NET_RAW");
	else if (error == EACCES && listens && internet)
		limit_explain(text, LIMIT_PORT, 0);
	else if (error == EADDRINUSE)
		text_format(text, internet ? "the port is in use" : "the name is in use: somebody listens there");
	else if (error == EMFILE)
		limit_explain(text, LIMIT_FILES, 0);
	else if (error == ENOENT && !internet)
		text_format(text, listens ? "its directory does not exist" : "no such socket");
	else if (error == EPROTOTYPE)
		text_format(text, "a Unix socket of another type is there");
	else if (error == ECONNREFUSED && !internet && !addr->abstract && stat(addr->path, &st) == 0 &&
	         !S_ISSOCK(st.st_mode))
		text_format(text, "not a socket");
	else if (error == ECONNREFUSED)
		text_format(text, "connection refused (nobody listens there)");
	else if (error == ETIMEDOUT)
		text_format(text, "no connection in time");
	else if (error == EINTR)
		text_format(text, "stopped by a signal");
	else
		text_format(text, "%s", strerror(error));
}

/* connect(2), which goes on by itself after a signal; waits until deadline. */
static int
connect_wait(int fd, const struct address_socket *to, const struct deadline *deadline)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	long long nap = 0;
	int error, result;

	for (;;) {
		result = connect(fd, (const struct sockaddr *)&to->address, to->size);
		/* A Unix listener whose backlog is full: no call waits for room in it. */
		if (result == 0 || errno != EAGAIN)
			break;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (deadline_nap(deadline, &nap) == -1)
			return -1;
	}
	if (result == 0 || (errno != EINPROGRESS && errno != EINTR))
		return result;
	for (;;) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		result = poll(&wait, 1, deadline->limited ? deadline_poll(deadline, 1000) : 1000);
		if (result == 1)
			break;
		if (result == -1 && errno != EINTR)
			return -1;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return -1;
	errno = error;
	return error ? -1 : 0;
}

/* Binds to one address of this end. -1: errno, or *status is other than -1, and a line was printed. */
static int
bind_one(struct sock *sock, const struct address *addr, int fd, const struct address_socket *at, int *status)
{
	int result;

	if (((const struct sockaddr *)&at->address)->sa_family == AF_UNIX)
		return path_bind(&sock->path, addr, sock->mode, fd, at, status);
	result = bind(fd, (const struct sockaddr *)&at->address, at->size);
	address_trace("bind", fd, at, result);
	return result;
}

/* Binds to what -b names, of the family of the peer. As bind_one. */
static int
bind_local(struct sock *sock, int fd, int family, int *status)
{
	struct address_list list;
	const char *fault;
	int result = -1;
	size_t i;

	if (!sock->local.text)
		/* Who has no name can get no answer. */
		return sock->addr.kind == ADDRESS_UNIX && sock->addr.type == SOCK_DGRAM ? socket_name(fd) : 0;
	if (address_resolve(&sock->local, true, &list, &fault) == -1) {
		error_line(sock->local.text, "%s", fault);
		*status = STATUS_FAILED;
		return -1;
	}
	errno = EAFNOSUPPORT;
	for (i = 0; i < list.count && result == -1 && *status == -1; i++)
		if (((struct sockaddr *)&list.sockets[i].address)->sa_family == family)
			result = bind_one(sock, &sock->local, fd, &list.sockets[i], status);
	address_list_free(&list);
	if (result == -1 && *status == -1 && errno != EAFNOSUPPORT) {
		struct text why = {0};

		explain(&sock->local, errno, true, &why);
		error_line(sock->local.text, "%s", why.data ? why.data : "");
		text_free(&why);
		*status = STATUS_FAILED;
	}
	return result;
}

/* Tries one address. Returns the connected descriptor; -1: errno, or *status is other than -1, and a line was printed. */
static int
connect_one(struct sock *sock, const struct address_socket *to, const struct deadline *deadline, int *status)
{
	int family = ((const struct sockaddr *)&to->address)->sa_family, fd = open_socket(sock, family), one = 1, saved;
	int result;

	if (fd == -1)
		return -1;
	/* A port from which a connection went out a moment ago can be used again. */
	if (sock->local.text && sock->addr.kind == ADDRESS_TCP)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind_local(sock, fd, family, status) == 0) {
		result = connect_wait(fd, to, deadline);
		address_trace("connect", fd, to, result);
		if (result == 0) {
			/* What is passed on shall go out at once. */
			if (sock->addr.kind == ADDRESS_TCP)
				(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			return fd;
		}
	}
	saved = errno;
	close(fd);
	sock_unlink(sock);
	errno = saved;
	return -1;
}

/* True if what a connection met may pass. */
static bool
passes(int error)
{
	return error == ECONNREFUSED || error == ENOENT || error == ETIMEDOUT || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == ECONNRESET || error == EADDRNOTAVAIL || error == EAGAIN;
}

/*
 * Tries all addresses once, until then at the latest; adds to why what each met. Returns 0, or the errno value of the last;
 * *status other than -1: a line was printed, and there is no use in going on.
 */
static int
connect_all(struct sock *sock, const struct deadline *until, struct text *why, int *status)
{
	struct address_list list;
	struct deadline deadline;
	const char *fault;
	int error = ENOENT;
	size_t i;

	if (address_resolve(&sock->addr, false, &list, &fault) == -1) {
		error = errno;
		text_format(why, "%s", fault);
		return error;
	}
	for (i = 0; i < list.count; i++) {
		char host[ADDRESS_HOST];
		unsigned int port;

		deadline_set(&deadline, sock->timeout);
		if (until->limited && (!deadline.limited || deadline_left(until) < deadline_left(&deadline)))
			deadline = *until;
		sock->fd = connect_one(sock, &list.sockets[i], &deadline, status);
		error = sock->fd == -1 ? errno : 0;
		if (error == 0)
			sock->peer = list.sockets[i];
		if (error == 0 || *status != -1)
			break;
		if (why->size)
			text_format(why, "; ");
		if (list.count > 1 && address_numeric(&list.sockets[i], host, sizeof(host), &port))
			text_format(why, "%s: ", host);
		explain(&sock->addr, error, false, why);
		if (error == ETIMEDOUT && sock->timeout != DEADLINE_NEVER)
			text_format(why, " (-t)");
		if (error == EINTR)
			break;
	}
	address_list_free(&list);
	return error;
}

int
sock_connect(struct sock *sock)
{
	struct deadline deadline, until;
	long long nap = 0;
	struct text why = {0};
	int error, status = -1;

	deadline_set(&deadline, sock->retry);
	deadline_set(&until, sock->retry ? sock->retry : DEADLINE_NEVER);
	for (;;) {
		error = connect_all(sock, &until, &why, &status);
		if (error == 0 || status != -1 || !passes(error) || sock->retry == 0 || deadline_passed(&deadline))
			break;
		if (deadline_nap(&deadline, &nap) == -1) {
			error = EINTR;
			break;
		}
		text_free(&why);
	}
	if (error == 0 || status != -1) {
		text_free(&why);
		return status;
	}
	if (sock->retry && passes(error))
		text_format(&why, ", for all the time of -T");
	error_line(sock->addr.text, "%s", why.data ? why.data : strerror(error));
	text_free(&why);
	return (sock->retry && passes(error)) || (error == ETIMEDOUT && sock->timeout != DEADLINE_NEVER)
	           ? STATUS_TIMEOUT
	           : STATUS_FAILED;
}

/* Listens at one address. Returns the descriptor; -1 with errno; *status other than -1: a line was printed. */
static int
listen_one(struct sock *sock, const struct address_socket *at, int *status)
{
	int family = ((const struct sockaddr *)&at->address)->sa_family, fd = open_socket(sock, family), on = 1,
	    off = 0, saved;
	int result;

	*status = -1;
	if (fd == -1)
		return -1;
	if (sock->addr.kind == ADDRESS_TCP)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    sock->addr.any && sock->addr.family == AF_UNSPEC ? &off : &on, sizeof(on));
	result = bind_one(sock, &sock->addr, fd, at, status);
	if (result == 0 && sock_connects(sock)) {
		result = listen(fd, BACKLOG);
		if (trace_on)
			trace_call(result, "listen(%d, %d)", fd, BACKLOG);
	}
	if (result == 0)
		return fd;
	saved = errno;
	close(fd);
	sock_unlink(sock);
	errno = saved;
	return -1;
}

int
sock_listen(struct sock *sock)
{
	struct address_list list;
	struct text why = {0};
	const char *fault;
	int status = -1;
	size_t i;

	if (address_resolve(&sock->addr, true, &list, &fault) == -1) {
		error_line(sock->addr.text, "%s", fault);
		return STATUS_FAILED;
	}
	for (i = 0; i < list.count; i++) {
		char host[ADDRESS_HOST];
		unsigned int port;
		int error;

		sock->fd = listen_one(sock, &list.sockets[i], &status);
		error = errno;
		if (sock->fd != -1 || status != -1)
			break;
		if (why.size)
			text_format(&why, "; ");
		if (list.count > 1 && address_numeric(&list.sockets[i], host, sizeof(host), &port))
			text_format(&why, "%s: ", host);
		explain(&sock->addr, error, true, &why);
		/* Another one is taken only where there is none of this kind: else its clients would find somebody else. */
		if (error != EAFNOSUPPORT && error != EADDRNOTAVAIL)
			break;
	}
	address_list_free(&list);
	if (sock->fd == -1 && status == -1) {
		error_line(sock->addr.text, "%s", why.data ? why.data : "no address to listen at");
		status = STATUS_FAILED;
	}
	text_free(&why);
	return status;
}

bool
sock_connects(const struct sock *sock)
{
	return sock->addr.type == SOCK_STREAM || sock->addr.type == SOCK_SEQPACKET;
}

int
sock_accept(const struct sock *sock, struct address_socket *peer)
{
	int fd, one = 1;

	peer->size = sizeof(peer->address);
	fd = accept(sock->fd, (struct sockaddr *)&peer->address, &peer->size);
	if (fd == -1)
		peer->size = 0;
	if (fd != -1 || (errno != EAGAIN && errno != EINTR))
		address_trace("accept", sock->fd, peer, fd);
	if (fd == -1)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (sock->addr.kind == ADDRESS_TCP)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

void
sock_local(int fd, struct address_socket *local)
{
	*local = (struct address_socket){.size = sizeof(local->address)};
	if (getsockname(fd, (struct sockaddr *)&local->address, &local->size) == -1)
		local->size = 0;
}

int
sock_half_close(int fd)
{
	int result = shutdown(fd, SHUT_WR);

	if (trace_on)
		trace_call(result, "shutdown(%d, SHUT_WR)", fd);
	/* The peer may have gone. */
	return result == -1 && errno != ENOTCONN ? -1 : 0;
}

int
sock_unlink(struct sock *sock)
{
	return path_unlink(&sock->path, sock->local.text ? &sock->local : &sock->addr);
}

void
sock_stop(struct sock *sock)
{
	if (sock->fd != -1)
		close(sock->fd);
	sock->fd = -1;
}

void
sock_close(struct sock *sock)
{
	sock_stop(sock);
	address_free(&sock->addr);
	address_free(&sock->local);
}
