/*
 * sockcat: talk over TCP, UDP, Unix and raw sockets.
 *
 * sockcat connects, or listens, and copies both ways; or it runs COMMAND on each connection or packet. It passes the
 * end of the input on as a half-close, waits for a late answer without a bound, and ends once the peer has closed and
 * all bytes are written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"

#include "sockcat.h"

static void
replace(int fd, const char *path, int flags)
{
	int other = open(path, flags | O_CLOEXEC);

	if (other == -1)
		return;
	(void)dup2(other, fd);
	close(other);
}

/*
 * Make standard input empty if it is closed, or if it is a terminal and this process is in the background: a read would
 * stop the process. Open an output terminal again, without blocking: a stopped terminal must not stop the other
 * direction, and the inherited descriptor's flags belong to other processes too.
 */
static void
open_standard(void)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	const char *terminal = isatty(STDOUT_FILENO) ? ttyname(STDOUT_FILENO) : NULL;
	pid_t foreground = tcgetpgrp(STDIN_FILENO);

	if ((flags & O_ACCMODE) == O_WRONLY || (foreground != -1 && foreground != getpgrp()))
		replace(STDIN_FILENO, "/dev/null", O_RDONLY);
	if (terminal)
		replace(STDOUT_FILENO, terminal, O_WRONLY | O_NONBLOCK | O_NOCTTY);
}

/* Copy the bytes of a connection. */
static int
copy(const struct cat *cat)
{
	static struct relay relay;
	struct socket_bytes bytes;
	int error;

	relay.fd = cat->socket.fd;
	relay.input = cat->session.input ? STDIN_FILENO : -1;
	relay.output = cat->session.output ? STDOUT_FILENO : -1;
	relay.stream = cat->socket.address.kind == ADDRESS_TCP;
	relay.keeps = cat->session.keeps;
	relay.pass = cat->pages;
	relay.timeout = cat->session.timeout;
	if (relay_run(&relay) == 0)
		return STATUS_OK;
	error = errno;
	bytes = (struct socket_bytes){.sent = relay.up.moved,
	    .received = relay.down.moved,
	    .read = relay.lost + relay.up.end - relay.up.start,
	    .came = relay.down.end - relay.down.start + relay.down.held};
	/* The peer must not take a part of the input for all of it. */
	if (relay.stream && (bytes.read || relay.up.blocked))
		socket_reset(relay.fd);
	return socket_report_bytes(&cat->socket, relay.side, error, &bytes);
}

/* Talk over the only connection, or to the only peer. */
static int
talk(struct cat *cat)
{
	const struct session *session = &cat->session;
	bool stream = cat->socket.address.type == SOCK_STREAM;

	if (session->argv)
		return serve_connections(session, &cat->socket, true);
	if (session->count == 0)
		return STATUS_OK;
	socket_block(cat->socket.fd, false);
	if (session->again || (stream && (session->count != SESSION_FOREVER || session->lossy != DEADLINE_NEVER)))
		return records_run(session, &cat->socket);
	return stream ? copy(cat) : datagrams_run(session, &cat->socket, false);
}

/* Serve the clients of a listener. */
static int
serve(struct cat *cat)
{
	struct session *session = &cat->session;
	struct socket *socket = &cat->socket;
	int status;

	if (session->count == 0)
		return STATUS_OK;
	if (!socket_has_connections(socket))
		return session->argv ? serve_packets(session, socket) : datagrams_run(session, socket, true);
	if (session->argv)
		return serve_connections(session, socket, false);
	/* Only a hub handles the records that -P needs, even for one client. */
	if (cat->many || session->prefix)
		return hub_run(session, socket);
	status = socket_accept(socket, session->timeout);
	/* From here on the count is that of packets on the one connection. */
	session->count = SESSION_FOREVER;
	return status == GO_ON ? talk(cat) : status;
}

int
main(int argc, char *argv[])
{
	static struct cat cat = {
	    .socket = {.mode = 0600, .fd = -1}, .session = {.timeout = DEADLINE_NEVER, .lossy = DEADLINE_NEVER}};
	struct session *session = &cat.session;
	int status, failed;

	command_start(&sockcat_command, argc, argv);
	status = sockcat_options(&cat, argc, argv);
	if (status != GO_ON)
		return command_end(status);
	failed = session->argv ? STATUS_RUNNER : STATUS_FAILED;
	if (!session->argv)
		open_standard();
	status = socket_set_up(
	    &cat.socket, cat.listens, cat.ready_file, session->argv ? session->argv[0] : NULL, &session->path);
	if (status == GO_ON)
		status = cat.listens ? serve(&cat) : talk(&cat);
	else if (status == STATUS_FAILED)
		status = failed;
	if (cat.unlinks && socket_unlink(&cat.socket) != STATUS_OK && status == STATUS_OK)
		status = failed;
	socket_close(&cat.socket);
	free(session->path);
	return command_end(status);
}
