/*
 * hub_slow.c: clients of a hub that are slow, and clients that leave. The hub keeps data that a slow client has not
 * read, up to a bound. Then the others wait for it, but not for long, so no client can delay the others or use up
 * memory. The hub counts the whole time for which they wait, even if the client reads meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "socket/hub.h"

/* Bytes after which a client counts as one that keeps up, even if more wait for it. */
#define ENOUGH ((unsigned long long)8 * 1024 * 1024)

/* Nanoseconds for which a client that leaves may go on sending. */
#define GOODBYE (5 * SOCKET_PATIENCE)

/* Return the nanoseconds for which a client may hold others up. */
static long long
patience(const struct session *session)
{
	return session->lossy != DEADLINE_NEVER     ? session->lossy
	       : session->timeout != DEADLINE_NEVER ? session->timeout
	                                            : SOCKET_PATIENCE;
}

/* Drop a client that has held others up for too long, or with -L drop records for it from now on. */
static void
give_up(struct hub *hub, struct client *client)
{
	client->holds = false;
	if (hub->session->lossy != DEADLINE_NEVER) {
		client->skipped = true;
		return;
	}
	hub_drop(hub, client,
	    client->backlog.moved == client->start ? "it does not read what is sent to it, and was dropped"
	                                           : "it reads too slowly what is sent to it, and was dropped");
	client->state = CLIENT_GONE;
}

/*
 * Count the time for which a client holds others up: its backlog is full, and a record waits. The time is counted anew
 * once the client has caught up or, if it is alone, once it reads. Returns as hub_sort_out.
 */
static int
check_time(struct hub *hub, struct client *client)
{
	unsigned long long took = client->counts ? client->backlog.moved - client->start : 0;
	bool waits = hub->input_waits || (hub->session->relays && hub->clients_wait), holds;

	if (client->state == CLIENT_GONE)
		return -1;
	if (backlog_kept(&client->backlog) == 0 || took >= ENOUGH || (took > 0 && hub->crowd.count == 1))
		client->counts = client->holds = client->skipped = false;
	holds = waits && backlog_full(&client->backlog) && !client->skipped;
	if (holds && !client->counts) {
		client->counts = true;
		client->left = patience(hub->session);
		client->start = client->backlog.moved;
	}
	if (holds && !client->holds)
		deadline_set(&client->until, client->left);
	else if (!holds && client->holds)
		client->left = deadline_left(&client->until) > 0 ? deadline_left(&client->until) : 0;
	client->holds = holds;
	if (holds && deadline_passed(&client->until))
		give_up(hub, client);
	return client->holds ? deadline_poll(&client->until, DEADLINE_TICK) : -1;
}

void
hub_leave(struct client *client)
{
	client->state = CLIENT_LEAVES;
	record_close(&client->records);
	deadline_set(&client->until, SOCKET_PATIENCE);
	deadline_set(&client->latest, interrupt_caught() ? SOCKET_PATIENCE : GOODBYE);
}

void
hub_discard(struct client *client)
{
	char drop[16 * 1024];
	ssize_t got = recv(client->fd, drop, sizeof(drop), MSG_DONTWAIT);

	deadline_set(&client->until, SOCKET_PATIENCE);
	if (got == 0 || (got == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		client->state = CLIENT_GONE;
}

/* Close a client that leaves, once it has closed or its time is over. Returns as hub_sort_out. */
static int
check_leaving(struct client *client)
{
	if (backlog_kept(&client->backlog) == 0 && !client->half_closed)
		client->half_closed = socket_half_close(client->fd) == 0;
	if (deadline_passed(&client->until) || deadline_passed(&client->latest))
		client->state = CLIENT_GONE;
	return deadline_poll(&client->until, deadline_poll(&client->latest, DEADLINE_TICK));
}

/* Close a client that is done. ask: socket_closed may be called. */
static void
check_end(struct hub *hub, struct client *client, bool ask)
{
	const struct session *session = hub->session;
	bool last = !hub->reading && !session->relays;

	if (backlog_kept(&client->backlog) > 0)
		return;
	/* With -O no record comes from the clients either. Without the end of the input they could not know. */
	if (client->state == CLIENT_SENDS && last && !session->output && !listener_takes(&hub->listener, 0))
		hub_leave(client);
	/*
	 * A client that has sent its end may still read. With -B it is closed all the same, because the records of
	 * other clients never end.
	 */
	if (client->state == CLIENT_ENDED &&
	    (last || session->relays || client->backlog.fd == -1 || io_ready(client->fd, 0) ||
	        (ask && hub->listener.socket->address.kind == ADDRESS_TCP && socket_closed(client->fd) == 1)))
		client->state = CLIENT_GONE;
}

static void
close_client(struct hub *hub, size_t i)
{
	struct client *client = hub->crowd.list[i];

	hub->sent += client->backlog.moved;
	close(client->fd);
	record_close(&client->records);
	backlog_close(&client->backlog);
	text_free(&client->name);
	free(client);
	hub->crowd.list[i] = hub->crowd.list[--hub->crowd.count];
	listener_retry(&hub->listener);
}

int
hub_sort_out(struct hub *hub)
{
	bool ask = deadline_passed(&hub->asked);
	int soonest = -1, look;
	size_t i;

	/* To save calls, the system is not asked about clients at each event. */
	if (ask)
		deadline_set(&hub->asked, DEADLINE_TICK * 1000000LL);
	for (i = hub->crowd.count; i-- > 0;) {
		struct client *client = hub->crowd.list[i];

		check_end(hub, client, ask);
		look = client->state == CLIENT_LEAVES                                         ? check_leaving(client)
		       : client->state == CLIENT_ENDED && backlog_kept(&client->backlog) == 0 ? DEADLINE_TICK
		                                                                              : check_time(hub, client);
		if (client->state == CLIENT_GONE)
			close_client(hub, i);
		else if (look != -1 && (soonest == -1 || look < soonest))
			soonest = look;
	}
	return soonest;
}
