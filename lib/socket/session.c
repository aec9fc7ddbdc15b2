/*
 * session.c: what is done with a socket: bytes are relayed, packets become records, or COMMAND has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/text.h"
#include "process/child.h"
#include "socket/address.h"
#include "socket/packet.h"
#include "socket/socket.h"

int
session_find(struct session *session)
{
	if (!session->argv || child_find(session->argv[0], &session->path) == 0)
		return -1;
	return child_failed(session->argv[0], errno);
}

void
session_close(struct session *session)
{
	free(session->path);
}

int
session_report(const struct sock *sock, enum relay_side side, int error, const char *extra)
{
	struct text line = {0};

	if (error == ETIMEDOUT && side == RELAY_PEER)
		text_format(&line, sock_connects(sock) ? "no byte in time (-t)" : "no packet in time (-t)");
	else if (error == EINTR)
		text_format(&line, "stopped by a signal");
	else if (error == EMSGSIZE && side == RELAY_PEER)
		text_format(&line, "too large for one packet");
	else if (error == EFAULT && side == RELAY_PEER && sock->addr.kind == ADDRESS_RAW)
		text_format(&line, "too short for a packet of this protocol");
	else if (error == ECONNREFUSED && side == RELAY_PEER)
		text_format(&line, "refused: nobody listens there");
	else if (error == ECONNRESET && side == RELAY_PEER)
		text_format(&line, "the peer has reset the connection");
	else if (error == EPIPE)
		text_format(&line, side == RELAY_PEER ? "the peer has gone and takes nothing more"
		                                      : "standard output has lost its reader");
	else
		text_format(&line, "%s%s",
		    side == RELAY_INPUT    ? "standard input: "
		    : side == RELAY_OUTPUT ? "standard output: "
		                           : "",
		    strerror(error));
	if (extra)
		text_format(&line, "; %s", extra);
	error_line(sock->addr.text, "%s", line.data ? line.data : "");
	text_free(&line);
	return error == ETIMEDOUT && side == RELAY_PEER ? STATUS_TIMEOUT : STATUS_FAILED;
}

bool
session_pressed(const struct sock *sock, int error, const char *who, bool told)
{
	struct text line = {0};

	if (error == EAGAIN || error == EWOULDBLOCK || error == ECONNABORTED || error == EINTR)
		return false;
	if (told)
		return true;
	if (error == EMFILE)
		limit_explain(&line, LIMIT_FILES, 0);
	else
		text_format(&line, "%s", strerror(error));
	error_line(sock->addr.text, "%s; %s wait until others have gone", line.data ? line.data : "", who);
	text_free(&line);
	return true;
}

/* Relays bytes. Returns the exit status. */
static int
relay(const struct session *session, const struct sock *sock, int fd)
{
	static struct relay both;
	struct text extra = {0};
	size_t kept;
	int status, error;

	both.fd = fd;
	both.input = session->input ? STDIN_FILENO : -1;
	both.output = session->output ? STDOUT_FILENO : -1;
	both.stream = sock->addr.kind == ADDRESS_TCP;
	both.pass = session->pass;
	both.timeout = session->timeout;
	if (relay_run(&both) == 0)
		return STATUS_OK;
	error = errno;
	text_format(&extra, "%llu bytes were sent, %llu received", both.up.moved, both.down.moved);
	kept = both.lost + both.up.end - both.up.start;
	if (kept)
		text_format(&extra, ", and %zu were read that are lost", kept);
	kept = both.down.end - both.down.start + both.down.held;
	if (kept)
		text_format(&extra, ", and %zu came that are lost", kept);
	status = session_report(sock, both.side, error, extra.data);
	text_free(&extra);
	return status;
}

/* Talks over one connection. */
static int
talk(struct session *session, struct sock *sock, int fd, const struct address_socket *peer)
{
	int status;

	if (session->argv) {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
		return pool_run(session, sock, fd, peer);
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	sock->peer = *peer;
	status = sock->addr.type == SOCK_STREAM ? relay(session, sock, fd) : packets_run(session, sock, fd, false);
	return status;
}

int
session_talk(struct session *session, struct sock *sock)
{
	return talk(session, sock, sock->fd, &sock->peer);
}

int
session_accept(const struct session *session, const struct sock *sock, struct address_socket *peer)
{
	struct pollfd wait = {.fd = sock->fd, .events = POLLIN};
	struct deadline deadline;
	int fd, ready;

	deadline_set(&deadline, session->timeout);
	for (;;) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		ready = poll(&wait, 1, deadline.limited ? deadline_poll(&deadline, INT_MAX) : -1);
		if (ready == -1 && errno != EINTR)
			return -1;
		if (ready > 0) {
			fd = sock_accept(sock, peer);
			/* One that has gone meanwhile was none. */
			if (fd != -1 ||
			    (errno != EAGAIN && errno != EWOULDBLOCK && errno != ECONNABORTED && errno != EINTR))
				return fd;
		} else if (ready == 0 && deadline_passed(&deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

/* Serves one connection, without the listener, so that who comes next is refused. */
static int
serve_one(struct session *session, struct sock *sock)
{
	struct address_socket peer;
	int fd = session_accept(session, sock, &peer), status;

	if (fd == -1) {
		struct text why = {0};

		status = errno == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
		if (errno == EMFILE)
			limit_explain(&why, LIMIT_FILES, 0);
		else
			text_format(&why, "%s",
			    errno == ETIMEDOUT ? "nobody connected in time (-t)"
			    : errno == EINTR   ? "stopped by a signal"
			                       : strerror(errno));
		error_line(sock->addr.text, "%s", why.data ? why.data : "");
		text_free(&why);
		return status;
	}
	close(sock->fd);
	sock->fd = fd;
	return talk(session, sock, fd, &peer);
}

int
session_serve(struct session *session, struct sock *sock)
{
	bool many = session->forever || session->counted;

	/* Who says something is said where there are records. */
	if (session->prefix && !many && sock_connects(sock)) {
		session->counted = many = true;
		session->count = 1;
	}
	if (session->counted && session->count == 0)
		return STATUS_OK;
	if (!sock_connects(sock))
		return session->argv ? answers_run(session, sock) : packets_run(session, sock, sock->fd, true);
	if (!many && !session->relays)
		return serve_one(session, sock);
	if (session->argv)
		return pool_run(session, sock, -1, NULL);
	return hub_run(session, sock);
}
