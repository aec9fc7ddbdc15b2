/*
 * hub_end.c: the end of a hub: by a signal, by a failure, or because the last client has gone.
 */
#include <errno.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "socket/hub.h"

void
hub_retire(struct hub *hub)
{
	size_t i;

	hub->reading = false;
	hub->listener.count = hub->listener.taken;
	socket_stop(hub->listener.socket);
	for (i = 0; i < hub->crowd.count; i++) {
		struct client *client = hub->crowd.list[i];

		if (client->state == CLIENT_GONE)
			continue;
		if (interrupt_caught())
			backlog_close(&client->backlog);
		hub_leave(client);
		if (backlog_kept(&client->backlog) == 0 && socket_unread(client->fd) == 0)
			client->state = CLIENT_GONE;
	}
}

void
hub_end(struct hub *hub, enum relay_side side, int error)
{
	struct socket_bytes bytes = {.sent = hub->sent,
	    .received = hub->output.moved,
	    .read = record_held(&hub->input),
	    .came = backlog_kept(&hub->output)};
	size_t i;

	for (i = 0; i < hub->crowd.count; i++) {
		const struct client *client = hub->crowd.list[i];

		bytes.sent += client->backlog.moved;
		bytes.came += record_held(&client->records);
		/* After a failure of the output, clients still get the data that wait for them. */
		if (side == RELAY_PEER)
			bytes.read += backlog_kept(&client->backlog);
	}
	if (socket_report_bytes(hub->listener.socket, side, error, &bytes) != STATUS_OK)
		hub->failed = true;
	backlog_close(&hub->output);
	hub_retire(hub);
}

int
hub_finish(struct hub *hub, int status)
{
	const char *address = hub->listener.socket->address.text, *data;
	size_t size;
	/* The last client has gone. */
	int left = status == GO_ON && hub->reading ? hub_next(hub, &data, &size) : 0;

	if (left == 1 || (left == -1 && errno == EMSGSIZE)) {
		error_line(address, "standard input was not all sent: no client is left");
		hub->failed = true;
	}
	socket_report_dropped(hub->listener.socket, hub->dropped, hub->bytes ? "byte" : "record");
	record_close(&hub->input);
	backlog_close(&hub->output);
	crowd_free(&hub->crowd);
	packet_close(&hub->packet);
	if (status != GO_ON)
		return status;
	return hub->failed ? STATUS_FAILED : STATUS_OK;
}
