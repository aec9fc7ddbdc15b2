/*
 * hub_record.c: the records of a hub. A client's record goes to standard output as a whole, and with -B to the other
 * clients. A record of standard input goes to all clients, or with -P to the client that it names. With -r the bytes
 * that have come are passed on as if they were a record, without a terminator.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "socket/hub.h"

/* Return true if a client can still be given records. */
static bool
takes(const struct client *client)
{
	return client->state != CLIENT_LEAVES && client->state != CLIENT_GONE && client->backlog.fd != -1;
}

/* Keep a record for a client; it is written once the source has had its turn. */
static void
give(struct hub *hub, struct client *client, const char *prefix, const char *data, size_t size)
{
	if (!takes(client))
		return;
	if (client->skipped && backlog_full(&client->backlog))
		hub->dropped += hub->bytes ? size : 1;
	else if (backlog_add(&client->backlog, hub->session->form, prefix, data, size) == -1)
		hub_lose(hub, client, errno, false);
}

/* Pass a record of a client to standard output, and with -B to the others. Returns 0, or -1 with ENOMEM. */
static int
spread(struct hub *hub, const struct client *from, const char *data, size_t size)
{
	const struct session *session = hub->session;
	const char *prefix = session->prefix ? from->name.data : NULL;
	size_t i;

	for (i = 0; session->relays && i < hub->crowd.count; i++)
		if (hub->crowd.list[i] != from)
			give(hub, hub->crowd.list[i], prefix, data, size);
	return backlog_add(&hub->output, session->form, prefix, data, size);
}

bool
hub_full(const struct hub *hub, bool input)
{
	bool lonely = true;
	size_t i;

	if (!input && backlog_full(&hub->output))
		return true;
	for (i = 0; (input || hub->session->relays) && i < hub->crowd.count; i++) {
		const struct client *client = hub->crowd.list[i];

		if (!takes(client))
			continue;
		if (backlog_full(&client->backlog) && !client->skipped)
			return true;
		lonely = false;
	}
	return input && lonely;
}

/* Take the next record of a client. Returns as record_next. */
static int
next(struct hub *hub, struct client *client, const char **data, size_t *size)
{
	if (hub->bytes)
		return record_bytes(&client->records, data, size);
	if (!hub->packets)
		return record_next(&client->records, data, size);
	if (packet_take(client->fd, true, &hub->packet) == -1)
		return -1;
	*data = hub->packet.data;
	*size = hub->packet.size;
	return hub->packet.ended ? 0 : 1;
}

/* Handle an error of reading from a client. If its record is refused, it gets the data kept for it, and is closed. */
static void
refuse(struct hub *hub, struct client *client, int error)
{
	struct text why = {0};

	if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)
		return;
	if (error != EMSGSIZE && error != EBADMSG) {
		hub_lose(hub, client, error, true);
		return;
	}
	if (hub->packets)
		text_format(&why, "a packet is larger than %zu bytes", PACKET_MOST);
	else
		record_fault(&client->records, error, &why);
	hub_drop(hub, client, why.data ? why.data : strerror(ENOMEM));
	text_free(&why);
	hub_leave(client);
}

int
hub_hear(struct hub *hub, struct client *client)
{
	unsigned long seen = 0;
	size_t size, turn = 0;
	const char *data;
	int got = 1;

	while (client->state == CLIENT_SENDS && turn < HUB_TURN && !hub_full(hub, false)) {
		got = next(hub, client, &data, &size);
		if (got != 1)
			break;
		turn += size + 1;
		/* A client that connected before these bytes were sent gets them. */
		if (hub->session->relays && (hub->packets || client->records.reads != seen))
			hub_welcome(hub);
		seen = client->records.reads;
		if (spread(hub, client, data, size) == -1)
			return -1;
	}
	if (got == 0) {
		client->state = CLIENT_ENDED;
		record_close(&client->records);
	} else if (got == -1) {
		refuse(hub, client, errno);
	}
	record_trim(&client->records);
	return 0;
}

/* Send a record of standard input to the client that it names. */
static void
address_one(struct hub *hub, const char *data, size_t size)
{
	const char *tab = memchr(data, '\t', size);
	size_t label = tab ? (size_t)(tab - data) : 0, i;

	for (i = 0; tab && i < hub->crowd.count; i++) {
		struct client *client = hub->crowd.list[i];

		if (client->name.size == label && memcmp(client->name.data, data, label) == 0 && takes(client)) {
			give(hub, client, NULL, tab + 1, size - label - 1);
			return;
		}
	}
	error_line(NULL, "standard input: record %lu: %s", hub->input.count,
	    tab ? "no such client is there (-P)" : "its peer and a tab are missing (-P)");
	hub->failed = true;
}

int
hub_next(struct hub *hub, const char **data, size_t *size)
{
	return hub->bytes ? record_bytes(&hub->input, data, size) : record_next(&hub->input, data, size);
}

int
hub_say(struct hub *hub)
{
	unsigned long seen = 0;
	struct text why = {0};
	size_t size, i, turn = 0;
	const char *data;
	int got = 1;

	while (hub->reading && turn < HUB_TURN && !hub_full(hub, true)) {
		got = hub_next(hub, &data, &size);
		if (got != 1)
			break;
		turn += size + 1;
		if (hub->input.reads != seen)
			hub_welcome(hub);
		seen = hub->input.reads;
		if (hub->session->prefix)
			address_one(hub, data, size);
		for (i = 0; !hub->session->prefix && i < hub->crowd.count; i++)
			give(hub, hub->crowd.list[i], NULL, data, size);
	}
	if (got == 0)
		hub->reading = false;
	if (got != -1 || errno == EAGAIN || errno == EINTR) {
		record_trim(&hub->input);
		return 0;
	}
	record_fault(&hub->input, errno, &why);
	error_line(NULL, "standard input: %s", why.data ? why.data : "");
	text_free(&why);
	hub->failed = true;
	return -1;
}
