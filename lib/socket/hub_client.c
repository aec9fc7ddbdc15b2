/*
 * hub_client.c: the clients of a hub: accepting, dropping and closing them. The hub keeps data that a slow client has
 * not read, up to a bound. Then the others wait for it, but not for long, so that no client can delay the others or use
 * up memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "socket/hub.h"

static int
add(struct hub *hub, int fd, const struct socket_address *peer)
{
	const struct address *address = &hub->listener.socket->address;
	struct client *client = calloc(1, sizeof(*client));

	if (!client || crowd_grow(&hub->crowd, HUB_CLIENTS) == -1) {
		free(client);
		return -1;
	}
	client->fd = fd;
	address_format(address, peer, &client->name);
	/* Most clients of a Unix socket have no name. */
	if (address->kind == ADDRESS_UNIX && client->name.data && client->name.data[client->name.size - 1] == ':')
		text_format(&client->name, "#%llu", hub->listener.taken);
	socket_block(fd, false);
	record_open(&client->records, fd, hub->session->form, HUB_LONGEST);
	client->records.elsewhere = true;
	backlog_open(&client->backlog, fd, hub->packets);
	if (hub->packets)
		socket_mark(fd);
	hub->crowd.list[hub->crowd.count++] = client;
	return 0;
}

void
hub_welcome(struct hub *hub)
{
	struct socket_address peer;
	int fd;

	while (listener_ready(&hub->listener, hub->crowd.count) != -1 &&
	       (fd = listener_accept(&hub->listener, &peer)) != -1)
		if (add(hub, fd, &peer) == -1) {
			error_line(hub->listener.socket->address.text, "%s", strerror(errno));
			hub->failed = true;
			close(fd);
		}
}

void
hub_drop(struct hub *hub, struct client *client, const char *why)
{
	if (client->state == CLIENT_GONE)
		return;
	client->state = CLIENT_GONE;
	error_line(
	    hub->listener.socket->address.text, "%s: %s", client->name.data ? client->name.data : "a client", why);
	hub->failed = true;
}

void
hub_lose(struct hub *hub, struct client *client, int error)
{
	struct text why = {0};

	text_format(&why, "%s",
	    error == EPIPE        ? "it has gone"
	    : error == ECONNRESET ? "it has reset the connection"
	                          : strerror(error));
	if (backlog_kept(&client->backlog) > 0)
		text_format(&why, "; %zu bytes for it are lost", backlog_kept(&client->backlog));
	hub_drop(hub, client, why.data ? why.data : "it has gone");
	text_free(&why);
}

/* Drop a client that is full and has taken nothing for too long. Returns true if it is full. */
static bool
check_full(struct hub *hub, struct client *client)
{
	bool full = backlog_full(&client->backlog, 2 * HUB_LONGEST);

	if (!full || client->moved != client->backlog.moved)
		deadline_set(&client->patience,
		    hub->session->timeout == DEADLINE_NEVER ? SOCKET_PATIENCE : hub->session->timeout);
	else if (deadline_passed(&client->patience))
		hub_drop(hub, client, "it does not read what is sent to it, and was dropped");
	client->moved = client->backlog.moved;
	return full;
}

/* Close a client that is done, or half-close it after the end of standard input. ask: socket_closed may be called. */
static void
check_end(struct hub *hub, struct client *client, bool ask)
{
	const struct session *session = hub->session;
	bool last = !hub->reading && !session->relays;

	if (client->state == CLIENT_GONE || backlog_kept(&client->backlog) > 0)
		return;
	/*
	 * A client that has sent its end may still read. With -B it is closed all the same, because the records of
	 * other clients never end.
	 */
	if (client->state == CLIENT_ENDED &&
	    (last || session->relays || !session->input || io_ready(client->fd, 0) ||
	        (ask && hub->listener.socket->address.kind == ADDRESS_TCP && socket_closed(client->fd) == 1)))
		client->state = CLIENT_GONE;
	else if (last && session->input && !client->half_closed)
		client->half_closed = socket_half_close(client->fd) == 0;
}

size_t
hub_sort_out(struct hub *hub)
{
	bool ask = deadline_passed(&hub->asked);
	size_t i, again = 0;

	/* To save calls, the system is not asked about clients at each event. */
	if (ask)
		deadline_set(&hub->asked, DEADLINE_TICK * 1000000LL);
	for (i = hub->crowd.count; i-- > 0;) {
		struct client *client = hub->crowd.list[i];
		bool full = check_full(hub, client);

		check_end(hub, client, ask);
		if (client->state == CLIENT_GONE) {
			close(client->fd);
			record_close(&client->records);
			backlog_close(&client->backlog);
			text_free(&client->name);
			free(client);
			hub->crowd.list[i] = hub->crowd.list[--hub->crowd.count];
			listener_retry(&hub->listener);
		} else if (full || (client->state == CLIENT_ENDED && backlog_kept(&client->backlog) == 0)) {
			again++;
		}
	}
	return again;
}
