/*
 * serve_client.c: a COMMAND for each connection, which is its standard input and output. Once the client has gone,
 * COMMAND may read the data that the client sent. Its group is told to end once COMMAND has read nothing for a second.
 * Once COMMAND has ended, discard the bytes of the client until it closes: closing a connection with unread bytes
 * resets it, and a reset destroys the answer on its way.
 */
#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "socket/serve.h"

/* Bytes of one client that are discarded at most: a client that sends without end is reset. */
#define DISCARDS (1024LL * 1024 * 1024)

struct connection {
	struct job job;
	enum {
		CLIENT_THERE,
		CLIENT_HALF, /* the client has closed its sending side, or has gone altogether */
		CLIENT_GONE,
		CLIENT_DRAINS /* COMMAND has ended, and the client has not closed */
	} client;
	long long discarded; /* bytes that came after COMMAND had ended */
	long unread;         /* unread bytes at the last check, after the client has gone; -1: not checked yet */
	struct deadline
	    until; /* time to ask again about a half-closed client, or to give up an idle COMMAND or client */
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

/*
 * Discard bytes of a client whose COMMAND has ended, if an event came. Close the connection once the client has closed,
 * or a second has brought no byte. Returns as step.
 */
static int
drain(const struct serve *serve, struct connection *connection, short came)
{
	static char bytes[64 * 1024];
	/* An empty packet of unix-seq looks like the end. */
	bool ends = serve->listener.socket->address.type == SOCK_STREAM || came & POLLHUP;
	/* Bytes that stay unread show the client that its bytes are lost. */
	bool closed = came && connection->discarded > DISCARDS;

	if (came && !closed) {
		ssize_t got = recv(connection->job.fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got > 0) {
			deadline_set(&connection->until, SOCKET_PATIENCE);
			connection->discarded += got;
		} else {
			closed = got == 0 ? ends : errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
		}
	}
	if (!closed && !deadline_passed(&connection->until) && !deadline_passed(&serve->stop))
		return deadline_poll(&connection->until, INT_MAX);
	job_release(&connection->job);
	return -1;
}

/* COMMAND has ended: close at once if the client has sent its end and nothing is unread. */
static void
ended(struct serve *serve, struct job *job, int status, bool terminated)
{
	struct connection *connection = (struct connection *)job;

	(void)status;
	(void)terminated;
	connection->client = CLIENT_DRAINS;
	deadline_set(&connection->until, SOCKET_PATIENCE);
	/* COMMAND may have handed the connection on. */
	if (serve->session->keeps)
		job_release(job);
	else if (drain(serve, connection, POLLIN) != -1) {
		(void)socket_half_close(job->fd);
		job->poll = (struct pollfd){.fd = job->fd, .events = POLLIN};
	}
}

static int
step(struct serve *serve, struct job *job)
{
	struct connection *connection = (struct connection *)job;
	short came = job->poll.revents;
	bool gone = came & (POLLHUP | POLLERR | POLLNVAL);
	long unread;

	job->poll.revents = 0;
	if (connection->client == CLIENT_DRAINS)
		return drain(serve, connection, came);
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
	    .ended = ended,
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
