/*
 * hub_end.c: the end of a hub: by a signal, by a failure, or because the last client has gone.
 */
#include <errno.h>
#include <string.h>

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
hub_output_failed(struct hub *hub, int error)
{
	(void)socket_report(hub->listener.socket, RELAY_OUTPUT, error,
	    "%llu bytes were written, and %zu came that are lost", hub->output.moved, backlog_kept(&hub->output));
	hub->failed = true;
	backlog_close(&hub->output);
	hub_retire(hub);
}

void
hub_stop(struct hub *hub)
{
	size_t lost = record_held(&hub->input), unwritten = backlog_kept(&hub->output), i;
	unsigned long long sent = hub->sent;
	struct text counts = {0};

	for (i = 0; i < hub->crowd.count; i++) {
		const struct client *client = hub->crowd.list[i];

		sent += client->backlog.moved;
		lost += backlog_kept(&client->backlog);
		unwritten += record_held(&client->records);
	}
	text_format(&counts, "%llu bytes were sent, %llu received", sent, hub->output.moved);
	if (lost)
		text_format(&counts, ", and %zu were read that are lost", lost);
	if (unwritten)
		text_format(&counts, ", and %zu came that are lost", unwritten);
	(void)socket_report(
	    hub->listener.socket, RELAY_PEER, EINTR, "%s", counts.data ? counts.data : strerror(ENOMEM));
	text_free(&counts);
	hub->failed = true;
	backlog_close(&hub->output);
	hub_retire(hub);
}

int
hub_finish(struct hub *hub, int status)
{
	const char *address = hub->listener.socket->address.text, *data, *unit = hub->bytes ? "byte" : "record";
	size_t size;
	/* The last client has gone. */
	int left = status == GO_ON && hub->reading ? hub_next(hub, &data, &size) : 0;

	if (left == 1 || (left == -1 && errno == EMSGSIZE)) {
		error_line(address, "standard input was not all sent: no client is left");
		hub->failed = true;
	}
	if (hub->dropped)
		error_line(
		    address, "%llu %s%s dropped (-L)", hub->dropped, unit, hub->dropped == 1 ? " was" : "s were");
	record_close(&hub->input);
	backlog_close(&hub->output);
	crowd_free(&hub->crowd);
	packet_close(&hub->packet);
	if (status != GO_ON)
		return status;
	return hub->failed ? STATUS_FAILED : STATUS_OK;
}
