/*
 * serve_client.c: a COMMAND for each connection, which is its standard input and output. Once the client has gone,
 * COMMAND may read the data that the client sent. Its group is told to end once COMMAND has read nothing for a second.
 */
#include <unistd.h>

#include "base/error.h"
#include "socket/serve.h"

struct connection {
	struct job job;
	enum {
		CLIENT_THERE,
		CLIENT_HALF, /* the client has closed its sending side, or has gone altogether */
		CLIENT_GONE
	} client;
	long unread; /* unread bytes at the last check, after the client has gone; -1: not checked yet */
	struct deadline
	    until; /* time to ask again about a half-closed client, or when COMMAND has been idle for too long */
};

/* Start COMMAND for a connection, or close the connection if COMMAND cannot be started. */
static void
start(struct serve *serve, int fd, const struct socket_address *peer)
{
	struct connection *connection = serve_start(serve, sizeof(*connection), fd, fd, fd, peer);

	if (!connection) {
		close(fd);
		return;
	}
	connection->job.fd = fd;
	connection->job.poll.fd = fd;
	if (serve->listener.socket->address.kind == ADDRESS_TCP)
		connection->job.poll.events = socket_end();
}

static bool
take(struct serve *serve)
{
	struct socket_address peer;
	int fd = listener_accept(&serve->listener, &peer);

	if (fd == -1)
		return false;
	start(serve, fd, &peer);
	return true;
}

static int
step(struct serve *serve, struct job *job)
{
	struct connection *connection = (struct connection *)job;
	short came = job->poll.revents;
	bool gone = came & (POLLHUP | POLLERR | POLLNVAL);
	long unread;

	(void)serve;
	job->poll.revents = 0;
	if (job->state != JOB_RUNS) {
		job->poll.fd = -1;
		return -1;
	}
	if (connection->client == CLIENT_THERE && came) {
		connection->client = CLIENT_HALF;
		job->poll.events = 0;
		deadline_set(&connection->until, 0);
	}
	/* To save calls, the system is not asked about a client at each event. */
	if (connection->client == CLIENT_HALF && !gone && deadline_passed(&connection->until)) {
		gone = socket_closed(job->fd) == 1;
		deadline_set(&connection->until, DEADLINE_TICK * 1000000LL);
	}
	if (gone) {
		connection->client = CLIENT_GONE;
		job->poll.fd = -1;
		connection->unread = -1;
	}
	if (connection->client != CLIENT_GONE)
		return connection->client == CLIENT_HALF ? DEADLINE_TICK : -1;
	/* A COMMAND without a client continues while it reads. */
	unread = socket_unread(job->fd);
	if (unread != connection->unread)
		deadline_set(&connection->until, SOCKET_PATIENCE);
	connection->unread = unread;
	if (deadline_passed(&connection->until))
		job_terminate(job);
	return SOCKET_LOOK;
}

int
serve_connections(const struct session *session, struct socket *socket, bool connected)
{
	int fd = socket->fd;
	struct serve serve = {.session = session,
	    .listener = {.socket = socket, .count = connected ? 0 : session->count, .most = session->most},
	    .take = take,
	    .step = step,
	    .missing = "nobody connected"};

	if (serve_open(&serve) == -1)
		return STATUS_RUNNER;
	if (connected) {
		socket->fd = -1;
		socket_block(fd, true);
		start(&serve, fd, &socket->peer);
	}
	return serve_run(&serve);
}
