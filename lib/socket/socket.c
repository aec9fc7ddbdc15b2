/*
 * socket.c: the words for errors of sockets, and the small functions that connecting and listening sockets share.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/internal.h"

/*
 * The steps of the table: connecting, binding, and talking over a socket of a kind (streams and unix-seq are
 * connections); then standard input and output.
 */
#define STEP(kind, step) ((int)(kind)*2 + (step))
#define CONNECTS(kind)   (1u << STEP(kind, 0))
#define BINDS(kind)      (1u << STEP(kind, 1))
#define EITHER(kind)     (CONNECTS(kind) | BINDS(kind))
#define INTERNET         (EITHER(ADDRESS_TCP) | EITHER(ADDRESS_UDP) | EITHER(ADDRESS_RAW))
#define SET_UP           (INTERNET | EITHER(ADDRESS_UNIX))

enum { CONNECTION = 8, DATAGRAMS, RAW, INPUT, OUTPUT };
#define PEER (1u << CONNECTION | 1u << DATAGRAMS | 1u << RAW)
#define OURS (1u << INPUT | 1u << OUTPUT)

static const struct explanation explanations[] = {
    {EPERM, EITHER(ADDRESS_RAW), "a raw socket needs root, or CAP_NET_RAW", LIMIT_NONE},
    {EACCES, EITHER(ADDRESS_RAW), "a raw socket needs root, or CAP_NET_RAW", LIMIT_NONE},
    {EACCES, CONNECTS(ADDRESS_UDP), "the system forbids packets to this address", LIMIT_NONE},
    {EACCES, BINDS(ADDRESS_TCP) | BINDS(ADDRESS_UDP), NULL, LIMIT_PORT},
    {EINVAL, EITHER(ADDRESS_TCP) | EITHER(ADDRESS_UDP), "the address needs an interface (as in [fe80::1%eth0])",
        LIMIT_NONE},
    {EADDRINUSE, INTERNET, "the port is in use", LIMIT_NONE},
    {EADDRINUSE, SET_UP, "the name is in use: somebody listens there", LIMIT_NONE},
    {EMFILE, SET_UP, NULL, LIMIT_FILES},
    {ENOENT, BINDS(ADDRESS_UNIX), "its directory does not exist", LIMIT_NONE},
    {ENOENT, CONNECTS(ADDRESS_UNIX), "no such socket", LIMIT_NONE},
    {EPROTOTYPE, SET_UP, "a Unix socket of another type is there", LIMIT_NONE},
    {ECONNREFUSED, SET_UP, "connection refused (nobody listens there)", LIMIT_NONE},
    {ECONNREFUSED, PEER, "refused: nobody listens there", LIMIT_NONE},
    {ETIMEDOUT, BINDS(ADDRESS_TCP) | BINDS(ADDRESS_UNIX), "nobody connected in time (-t)", LIMIT_NONE},
    {ETIMEDOUT, SET_UP, "no connection in time", LIMIT_NONE},
    {ETIMEDOUT, 1u << CONNECTION, "no byte in time (-t)", LIMIT_NONE},
    {ETIMEDOUT, PEER, "no packet in time (-t)", LIMIT_NONE},
    {EINTR, PEER | OURS, "stopped by a signal", LIMIT_NONE},
    {EMSGSIZE, PEER, "too large for one packet", LIMIT_NONE},
    {EFAULT, 1u << RAW, "too short for a packet of this protocol", LIMIT_NONE},
    {ECONNRESET, PEER, "the peer has reset the connection", LIMIT_NONE},
    {EPIPE, PEER, "the peer has gone and takes nothing more", LIMIT_NONE},
    {EPIPE, OURS, "standard output has lost its reader", LIMIT_NONE},
    {0},
};

void
socket_explain(const struct address *address, bool listens, int error, struct text *text)
{
	struct stat st;

	if (error == ECONNREFUSED && address->kind == ADDRESS_UNIX && address->path && !address->abstract &&
	    stat(address->path, &st) == 0 && !S_ISSOCK(st.st_mode))
		text_format(text, "not a socket");
	else if (!explanation_add(text, explanations, STEP(address->kind, listens), error, 0))
		text_format(text, "%s", strerror(error));
}

int
socket_report(const struct socket *socket, enum relay_side side, int error, bool lost, const char *format, ...)
{
	int step = side == RELAY_INPUT                   ? INPUT
	           : side == RELAY_OUTPUT                ? OUTPUT
	           : socket->address.kind == ADDRESS_RAW ? RAW
	           : socket_has_connections(socket)      ? CONNECTION
	                                                 : DATAGRAMS;
	struct text line = {0};
	va_list args;

	if (!lost && (error == EINTR || (error == EPIPE && side == RELAY_OUTPUT)))
		return STATUS_OK;
	if (!explanation_add(&line, explanations, step, error, 0))
		text_format(&line, "%s%s",
		    step == INPUT    ? "standard input: "
		    : step == OUTPUT ? "standard output: "
		                     : "",
		    strerror(error));
	text_format(&line, "; ");
	va_start(args, format);
	text_vformat(&line, format, args);
	va_end(args);
	error_text(socket->address.text, &line);
	return error == ETIMEDOUT && side == RELAY_PEER ? STATUS_TIMEOUT : STATUS_FAILED;
}

int
socket_report_bytes(const struct socket *socket, enum relay_side side, int error, const struct socket_bytes *bytes)
{
	char read[64] = "", came[64] = "";

	if (bytes->read)
		snprintf(read, sizeof(read), ", and %zu were read that are lost", bytes->read);
	if (bytes->came)
		snprintf(came, sizeof(came), ", and %zu came that are lost", bytes->came);
	return socket_report(socket, side, error, bytes->read || bytes->came, "%llu bytes were sent, %llu received%s%s",
	    bytes->sent, bytes->received, read, came);
}

void
socket_report_dropped(const struct socket *socket, unsigned long long count, const char *unit)
{
	if (count > 0)
		error_line(socket->address.text, "%llu %s%s dropped (-L)", count, unit, count == 1 ? " was" : "s were");
}

void
socket_set(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

void
socket_tune(int fd)
{
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	socket_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

bool
socket_has_connections(const struct socket *socket)
{
	return socket->address.type == SOCK_STREAM || socket->address.type == SOCK_SEQPACKET;
}

void
socket_local(int fd, struct socket_address *local)
{
	*local = (struct socket_address){.size = sizeof(local->storage)};
	if (getsockname(fd, (struct sockaddr *)&local->storage, &local->size) == -1)
		local->size = 0;
}

void
socket_bound(const struct socket *socket, int fd, struct socket_address *local)
{
	if (socket->path.written.size)
		*local = socket->path.written;
	else
		socket_local(fd, local);
}

void
socket_block(int fd, bool blocks)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

int
socket_half_close(int fd)
{
	return trace_call(TRACED(shutdown(fd, SHUT_WR)), "shutdown(%d, SHUT_WR)", fd) == -1 && errno != ENOTCONN ? -1
	                                                                                                         : 0;
}

void
socket_pass_end(int fd)
{
	enum pump_kind kind = pump_kind(fd);
	int null;

	if (kind == PUMP_SOCKET)
		(void)socket_half_close(fd);
	if (kind != PUMP_PIPE || (null = open("/dev/null", O_WRONLY | O_CLOEXEC)) == -1)
		return;
	(void)dup2(null, fd);
	close(null);
}

void
socket_reset(int fd)
{
	static const struct linger none = {.l_onoff = 1};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void
socket_stop(struct socket *socket)
{
	if (socket->fd != -1 && socket->blocked)
		socket_block(socket->fd, true);
	if (socket->fd != -1)
		close(socket->fd);
	socket->fd = -1;
	socket->blocked = false;
}
