/*
 * hub_client.c: the clients of a hub: accepting and naming them, and the line about a lost client.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "socket/hub.h"

/* Append the name that a client of a Unix socket has bound. A backslash is doubled, so no escape can be forged. */
static void
add_path(struct text *name, const struct socket_address *peer)
{
	size_t size, i;
	const char *path = address_path(peer, &size);

	for (i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)path[i];

		text_format(name,
		    i == 0 && !byte                ? "@"
		    : byte == '\\'                 ? "\\\\"
		    : (byte < ' ' || byte == 0x7f) ? "\\x%02x"
		                                   : "%c",
		    byte);
	}
}

static bool
taken(const struct hub *hub, const struct text *name)
{
	size_t i;

	for (i = 0; i < hub->crowd.count; i++) {
		const struct text *other = &((struct client *)hub->crowd.list[i])->name;

		if (other->size == name->size && memcmp(other->data, name->data, name->size) == 0)
			return true;
	}
	return false;
}

/*
 * Name a client after its address. No two clients that are present have the same name, and none has the name #N of a
 * client without an address. Returns 0, or -1 with ENOMEM.
 */
static int
set_name(const struct hub *hub, const struct socket_address *peer, struct text *name)
{
	const struct address *address = &hub->listener.socket->address;
	size_t scheme = strlen(address->scheme) + 1;

	if (address->kind == ADDRESS_UNIX) {
		text_format(name, "%s:", address->scheme);
		add_path(name, peer);
	} else {
		address_format(address, peer, name);
	}
	/* Most clients of a Unix socket have no name. */
	if (!name->cut && (name->size == scheme || name->data[scheme] == '#'))
		text_format(name, "#%llu", hub->listener.taken);
	while (!name->cut && taken(hub, name))
		text_format(name, "#%llu", hub->listener.taken);
	return name->cut ? error_set(ENOMEM) : 0;
}

static int
add(struct hub *hub, int fd, const struct socket_address *peer)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client || crowd_grow(&hub->crowd, HUB_CLIENTS) == -1 || set_name(hub, peer, &client->name) == -1) {
		if (client)
			text_free(&client->name);
		free(client);
		return error_set(ENOMEM);
	}
	client->fd = fd;
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
hub_drop(struct hub *hub, const struct client *client, const char *why)
{
	error_line(hub->listener.socket->address.text, "%s: %s", client->name.data, why);
	hub->failed = true;
}

void
hub_lose(struct hub *hub, struct client *client, int error, bool reads)
{
	struct text why = {0};

	text_format(&why, "%s",
	    error == EPIPE        ? "it has gone"
	    : error == ECONNRESET ? "it has reset the connection"
	                          : strerror(error));
	if (backlog_kept(&client->backlog) > 0)
		text_format(&why, "; %zu bytes for it are lost", backlog_kept(&client->backlog));
	/* If the client takes nothing more, the line has been printed. */
	if (client->backlog.fd != -1)
		hub_drop(hub, client, why.data ? why.data : strerror(ENOMEM));
	text_free(&why);
	backlog_close(&client->backlog);
	if (reads || client->state != CLIENT_SENDS)
		client->state = CLIENT_GONE;
}

void
hub_write(struct hub *hub, struct client *client)
{
	if (backlog_write(&client->backlog) == -1)
		hub_lose(hub, client, errno, false);
}
