/*
 * hub_record.c: the records of a hub. A client's record goes to standard output as a whole, and with -B to the other
 * clients. A record of standard input goes to all clients, or with -P to the client that it names.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "socket/hub.h"

static void
give(struct hub *hub, struct client *client, const char *prefix, const char *data, size_t size)
{
	if (client->state != CLIENT_GONE &&
	    (backlog_add(&client->backlog, hub->session->form, prefix, data, size) == -1 ||
	        backlog_write(&client->backlog) == -1))
		hub_lose(hub, client, errno);
}

/*
 * Pass a record of a client to standard output, and with -B to the others. Returns 0, or -1 with errno if standard
 * output failed.
 */
static int
spread(struct hub *hub, const struct client *from, const char *data, size_t size)
{
	const struct session *session = hub->session;
	const char *prefix = session->prefix ? from->name.data : NULL;
	size_t i;

	if (session->relays)
		hub_welcome(hub);
	if (backlog_add(&hub->output, session->form, prefix, data, size) == -1)
		return -1;
	for (i = 0; session->relays && i < hub->crowd.count; i++)
		if (hub->crowd.list[i] != from)
			give(hub, hub->crowd.list[i], prefix, data, size);
	return backlog_write(&hub->output);
}

bool
hub_full(const struct hub *hub, bool input)
{
	bool lonely = true;
	size_t i;

	if (!input && backlog_full(&hub->output, 2 * HUB_LONGEST))
		return true;
	for (i = 0; (input || hub->session->relays) && i < hub->crowd.count; i++) {
		const struct client *client = hub->crowd.list[i];

		if (client->state == CLIENT_GONE)
			continue;
		if (backlog_full(&client->backlog, 2 * HUB_LONGEST))
			return true;
		lonely = false;
	}
	return input && lonely;
}

/* Take the next record of a client. Returns as record_next. */
static int
next(struct hub *hub, struct client *client, const char **data, size_t *size)
{
	if (!hub->packets)
		return record_next(&client->records, data, size);
	if (packet_take(client->fd, true, &hub->packet) == -1)
		return -1;
	*data = hub->packet.data;
	*size = hub->packet.size;
	return hub->packet.ended ? 0 : 1;
}

int
hub_hear(struct hub *hub, struct client *client)
{
	struct text why = {0};
	const char *data;
	size_t size;
	int got = 1;

	while (client->state != CLIENT_GONE && !hub_full(hub, false)) {
		got = next(hub, client, &data, &size);
		if (got != 1)
			break;
		if (spread(hub, client, data, size) == -1)
			return -1;
	}
	if (got == 0) {
		client->state = CLIENT_ENDED;
	} else if (got == -1 && (errno == EMSGSIZE || errno == EBADMSG)) {
		if (hub->packets)
			text_format(&why, "a packet is larger than %zu bytes", PACKET_MOST);
		else
			record_fault(&client->records, errno, &why);
		hub_drop(hub, client, why.data ? why.data : strerror(ENOMEM));
		text_free(&why);
	} else if (got == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		hub_lose(hub, client, errno);
	}
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

		if (client->name.data && client->name.size == label && memcmp(client->name.data, data, label) == 0) {
			give(hub, client, NULL, tab + 1, size - label - 1);
			return;
		}
	}
	error_line(NULL, "standard input: record %lu: %s", hub->input.count,
	    tab ? "no such client is there (-P)" : "its peer and a tab are missing (-P)");
	hub->failed = true;
}

int
hub_say(struct hub *hub)
{
	struct text why = {0};
	const char *data;
	size_t size, i;
	int got = 1;

	while (hub->reading && !hub_full(hub, true)) {
		got = record_next(&hub->input, &data, &size);
		if (got != 1)
			break;
		hub_welcome(hub);
		if (hub->session->prefix)
			address_one(hub, data, size);
		for (i = 0; !hub->session->prefix && i < hub->crowd.count; i++)
			give(hub, hub->crowd.list[i], NULL, data, size);
	}
	if (got == 0)
		hub->reading = false;
	if (got != -1 || errno == EAGAIN || errno == EINTR)
		return GO_ON;
	record_fault(&hub->input, errno, &why);
	error_line(NULL, "standard input: %s", why.data ? why.data : "");
	text_free(&why);
	return STATUS_FAILED;
}
