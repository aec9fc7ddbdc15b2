/*
 * sock.c: sockets that are connected or listen. What stands at a Unix path is looked at first: only a socket that nobody
 * serves any more is replaced, and only what this process made is removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend.h"

/* Connections that wait to be accepted; the system may allow fewer. */
#define BACKLOG 4096

/* What a path that somebody else made again and again costs before that is an error. */
#define TRIES 8

static const char *
family_name(int family)
{
	return family == AF_UNIX ? "AF_UNIX" : family == AF_INET6 ? "AF_INET6" : "AF_INET";
}

static const char *
type_name(int type)
{
	return type == SOCK_STREAM  ? "SOCK_STREAM"
	       : type == SOCK_DGRAM ? "SOCK_DGRAM"
	       : type == SOCK_RAW   ? "SOCK_RAW"
	                            : "SOCK_SEQPACKET";
}

static void
trace_address(const struct sock *sock, const char *call, int fd, const struct addr_socket *to, long result)
{
	struct text line = {0};

	if (!trace_on)
		return;
	text_format(&line, "%s(%d, ", call, fd);
	addr_format(&sock->addr, to, &line);
	text_format(&line, ")");
	trace_end(&line, result);
}

static int
open_socket(const struct sock *sock, int family)
{
	int fd = socket(family, sock->addr.type, sock->addr.protocol);

	if (trace_on)
		trace_call(
		    fd, "socket(%s, %s, %d)", family_name(family), type_name(sock->addr.type), sock->addr.protocol);
	if (fd != -1)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* The phrase for an errno value, where the system's own says too little. */
static void
explain(const struct sock *sock, int error, bool listens, struct text *text)
{
	bool internet = sock->addr.kind != ADDR_UNIX;
	struct stat st;

	if ((error == EPERM || error == EACCES) && sock->addr.kind == ADDR_RAW)
		text_format(text, "a raw socket needs root, or CAP_NET_RAW");
	else if (error == EACCES && listens && internet)
		text_format(text, "no permission: a port below net.ipv4.ip_unprivileged_port_start (1024) needs root, "
		                  "or CAP_NET_BIND_SERVICE");
	else if (error == EADDRINUSE)
		text_format(text, internet ? "the port is in use" : "the name is in use: somebody listens there");
	else if (error == EMFILE)
		text_format(text, "too many open files (ulimit -n)");
	else if (error == ENOENT && !internet)
		text_format(text, listens ? "its directory does not exist" : "no such socket");
	else if (error == EPROTOTYPE)
		text_format(text, "a Unix socket of another type is there");
	else if (error == ECONNREFUSED && !internet && !sock->addr.abstract && stat(sock->addr.path, &st) == 0 &&
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
connect_wait(int fd, const struct addr_socket *to, const struct deadline *deadline)
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
		if (sigs_caught()) {
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

/* Binds to what -b names, of the family of the peer. */
static int
bind_local(struct sock *sock, int fd, int family)
{
	struct addr_list list;
	const char *fault;
	int result = -1;
	size_t i;

	if (!sock->local.text)
		/* Who has no name can get no answer. */
		return sock->addr.kind == ADDR_UNIX && sock->addr.type == SOCK_DGRAM ? socket_name(fd) : 0;
	if (addr_resolve(&sock->local, true, &list, &fault) == -1) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	errno = EAFNOSUPPORT;
	for (i = 0; i < list.count && result == -1; i++) {
		if (((struct sockaddr *)&list.sockets[i].address)->sa_family != family)
			continue;
		result = bind(fd, (struct sockaddr *)&list.sockets[i].address, list.sockets[i].size);
		trace_address(sock, "bind", fd, &list.sockets[i], result);
	}
	addr_list_free(&list);
	if (result == 0 && family == AF_UNIX && !sock->local.abstract) {
		struct stat st;

		sock->made = lstat(sock->local.path, &st) == 0;
		sock->device = st.st_dev;
		sock->inode = st.st_ino;
	}
	return result;
}

/* Tries one address. Returns the connected descriptor. */
static int
connect_one(struct sock *sock, const struct addr_socket *to, const struct deadline *deadline)
{
	int family = ((const struct sockaddr *)&to->address)->sa_family, fd = open_socket(sock, family), one = 1, saved;
	int result;

	if (fd == -1)
		return -1;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (bind_local(sock, fd, family) == 0) {
		result = connect_wait(fd, to, deadline);
		saved = errno;
		trace_address(sock, "connect", fd, to, result);
		errno = saved;
		if (result == 0) {
			/* What is passed on shall go out at once. */
			if (sock->addr.kind == ADDR_TCP)
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

/* Tries all addresses once, until then at the latest; adds to why what each met. Returns 0, or the errno value of the last. */
static int
connect_all(struct sock *sock, const struct deadline *until, struct text *why)
{
	struct addr_list list;
	struct deadline deadline;
	const char *fault;
	int error = ENOENT;
	size_t i;

	if (addr_resolve(&sock->addr, false, &list, &fault) == -1) {
		error = errno;
		text_format(why, "%s", fault);
		return error;
	}
	for (i = 0; i < list.count; i++) {
		char host[ADDR_HOST];
		unsigned int port;

		deadline_set(&deadline, sock->timeout);
		if (until->limited && (!deadline.limited || deadline_left(until) < deadline_left(&deadline)))
			deadline = *until;
		sock->fd = connect_one(sock, &list.sockets[i], &deadline);
		error = sock->fd == -1 ? errno : 0;
		if (error == 0) {
			sock->peer = list.sockets[i];
			break;
		}
		if (why->size)
			text_format(why, "; ");
		if (list.count > 1 && addr_numeric(&list.sockets[i], host, sizeof(host), &port))
			text_format(why, "%s: ", host);
		explain(sock, error, false, why);
		if (error == ETIMEDOUT && sock->timeout != DEADLINE_NEVER)
			text_format(why, " (-t)");
		if (error == EINTR)
			break;
	}
	addr_list_free(&list);
	return error;
}

int
sock_connect(struct sock *sock)
{
	struct deadline deadline, until;
	long long nap = 0;
	struct text why = {0};
	int error;

	deadline_set(&deadline, sock->retry);
	deadline_set(&until, sock->retry ? sock->retry : DEADLINE_NEVER);
	for (;;) {
		error = connect_all(sock, &until, &why);
		if (error == 0 || !passes(error) || sock->retry == 0 || deadline_passed(&deadline))
			break;
		if (deadline_nap(&deadline, &nap) == -1) {
			error = EINTR;
			break;
		}
		text_free(&why);
	}
	if (error == 0) {
		text_free(&why);
		return -1;
	}
	if (sock->retry && passes(error))
		text_format(&why, ", for all the time of -T");
	err_line(sock->addr.text, "%s", why.data ? why.data : strerror(error));
	text_free(&why);
	return (sock->retry && passes(error)) || (error == ETIMEDOUT && sock->timeout != DEADLINE_NEVER)
	           ? STATUS_TIMEOUT
	           : STATUS_FAILED;
}

/*
 * Looks what stands at the path. Returns -1 to go on: nothing is there, or a dead socket was removed; else it prints a line
 * and returns the exit status.
 */
static int
clear_path(const struct sock *sock, const struct addr_socket *at)
{
	const char *path = sock->addr.path, *what = NULL;
	struct stat st, now;
	int fd, error = 0;

	if (lstat(path, &st) == -1)
		return -1;
	if (!S_ISSOCK(st.st_mode)) {
		what = S_ISREG(st.st_mode)   ? "an ordinary file, not a socket"
		       : S_ISDIR(st.st_mode) ? "a directory, not a socket"
		       : S_ISLNK(st.st_mode) ? "a symbolic link, not a socket"
		                             : "not a socket";
		err_line(sock->addr.text, "%s; it was left as it is", what);
		return STATUS_FAILED;
	}
	/* Of another type, so that nobody gets a connection by that: EPROTOTYPE says that somebody is there. */
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd == -1) {
		err_line(sock->addr.text, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (connect(fd, (const struct sockaddr *)&at->address, at->size) == -1)
		error = errno;
	trace_address(sock, "connect", fd, at, error ? -1 : 0);
	close(fd);
	if (error == ENOENT)
		return -1;
	if (error == EACCES) {
		err_line(sock->addr.text,
		    "a socket is there, and there is no permission to see whether it is alive; it was left as it is");
		return STATUS_FAILED;
	}
	if (error != ECONNREFUSED) {
		err_line(sock->addr.text, "somebody listens there; it was left as it is");
		return STATUS_FAILED;
	}
	/* Nobody serves it any more. It may have been replaced in this moment. */
	if (lstat(path, &now) == 0 && now.st_dev == st.st_dev && now.st_ino == st.st_ino && unlink(path) == -1 &&
	    errno != ENOENT) {
		err_line(sock->addr.text, "the dead socket there cannot be removed: %s", strerror(errno));
		return STATUS_FAILED;
	}
	return -1;
}

/* bind(2) with the mode in place from the start. */
static int
bind_path(struct sock *sock, int fd, const struct addr_socket *at)
{
	mode_t mask = umask(0777 & ~sock->mode);
	int result = bind(fd, (const struct sockaddr *)&at->address, at->size), saved = errno;
	struct stat st;

	umask(mask);
	errno = saved;
	trace_address(sock, "bind", fd, at, result);
	if (result == 0 && !sock->addr.abstract && lstat(sock->addr.path, &st) == 0) {
		sock->made = true;
		sock->device = st.st_dev;
		sock->inode = st.st_ino;
	}
	errno = saved;
	return result;
}

/* Listens at one address. Returns the descriptor; -1 with errno; *status other than -1: a line was printed. */
static int
listen_one(struct sock *sock, const struct addr_socket *at, int *status)
{
	int family = ((const struct sockaddr *)&at->address)->sa_family, fd = open_socket(sock, family), on = 1,
	    off = 0, saved;
	int result = -1, tries;

	*status = -1;
	if (fd == -1)
		return -1;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (sock->addr.kind == ADDR_TCP)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    sock->addr.any && sock->addr.family == AF_UNSPEC ? &off : &on, sizeof(on));
	if (family != AF_UNIX || sock->addr.abstract) {
		result = family == AF_UNIX ? bind_path(sock, fd, at)
		                           : bind(fd, (const struct sockaddr *)&at->address, at->size);
		if (family != AF_UNIX)
			trace_address(sock, "bind", fd, at, result);
	}
	for (tries = 0; family == AF_UNIX && !sock->addr.abstract && tries < TRIES && result == -1; tries++) {
		*status = clear_path(sock, at);
		if (*status != -1)
			break;
		result = bind_path(sock, fd, at);
		if (result == -1 && errno != EADDRINUSE)
			break;
	}
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
	struct addr_list list;
	struct text why = {0};
	const char *fault;
	int status = -1;
	size_t i;

	if (addr_resolve(&sock->addr, true, &list, &fault) == -1) {
		err_line(sock->addr.text, "%s", fault);
		return STATUS_FAILED;
	}
	for (i = 0; i < list.count; i++) {
		char host[ADDR_HOST];
		unsigned int port;
		int error;

		sock->fd = listen_one(sock, &list.sockets[i], &status);
		error = errno;
		if (sock->fd != -1 || status != -1)
			break;
		if (why.size)
			text_format(&why, "; ");
		if (list.count > 1 && addr_numeric(&list.sockets[i], host, sizeof(host), &port))
			text_format(&why, "%s: ", host);
		explain(sock, error, true, &why);
		/* Another one is taken only where there is none of this kind: else its clients would find somebody else. */
		if (error != EAFNOSUPPORT && error != EADDRNOTAVAIL)
			break;
	}
	addr_list_free(&list);
	if (sock->fd == -1 && status == -1) {
		err_line(sock->addr.text, "%s", why.data ? why.data : "no address to listen at");
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
sock_accept(const struct sock *sock, struct addr_socket *peer)
{
	int fd, one = 1;

	peer->size = sizeof(peer->address);
	fd = accept(sock->fd, (struct sockaddr *)&peer->address, &peer->size);
	if (trace_on && (fd != -1 || (errno != EAGAIN && errno != EINTR)))
		trace_call(fd, "accept(%d)", sock->fd);
	if (fd == -1)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (sock->addr.kind == ADDR_TCP)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

void
sock_local(int fd, struct addr_socket *local)
{
	*local = (struct addr_socket){.size = sizeof(local->address)};
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
	const char *path = sock->local.text ? sock->local.path : sock->addr.path;
	struct stat st;
	int result;

	if (!sock->made || lstat(path, &st) == -1 || st.st_dev != sock->device || st.st_ino != sock->inode)
		return STATUS_OK;
	result = unlink(path);
	sock->made = false;
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "unlink(");
		text_quote(&call, path, strlen(path), 4096);
		text_format(&call, ")");
		trace_end(&call, result);
	}
	if (result == 0 || errno == ENOENT)
		return STATUS_OK;
	err_line(sock->addr.text, "not removed: %s", strerror(errno));
	return STATUS_FAILED;
}

void
sock_close(struct sock *sock)
{
	if (sock->fd != -1)
		close(sock->fd);
	sock->fd = -1;
	addr_free(&sock->addr);
	addr_free(&sock->local);
}
