/*
 * hub.c: many clients and no COMMAND. Their records go to standard output one after the other and never mixed, and standard
 * input goes to all of them. What a slow client has not taken is kept for it up to a bound; then the others wait for it a
 * little, and then it is dropped: nobody can hold them up, nor make memory grow.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/record.h"
#include "base/text.h"
#include "socket/address.h"
#include "socket/internal.h"
#include "socket/packet.h"
#include "socket/socket.h"

/* The longest line, and how long the others wait for a client that takes nothing, without -t. */
#define LONGEST  ((size_t)64 * 1024)
#define PATIENCE 1000000000LL

struct client {
	int fd;
	struct text name;
	struct record_reader in;
	struct outlet out;
	bool ended; /* it sends no more */
	bool half;  /* it was told that nothing more comes */
	bool gone;  /* to be closed */
	unsigned long long moved;
	struct deadline patience; /* while it is full */
	bool full;
};

struct hub {
	struct session *session;
	struct sock *sock;
	struct client **clients;
	struct pollfd *wait; /* the listener, standard input, standard output, and a place for each client */
	size_t count, capacity;
	struct record_reader input;
	struct outlet output;
	struct packet packet;
	bool reading, failed;
	struct deadline asked; /* when clients that have ended are looked for again */
	bool pressed, told;    /* there was no room for another descriptor, which was said */
	unsigned long long accepted;
};

static bool
takes(const struct hub *hub)
{
	const struct session *session = hub->session;

	return (!session->counted || hub->accepted < session->count) &&
	       (session->most == 0 || hub->count < session->most);
}

static void
drop(struct hub *hub, struct client *client, const char *why)
{
	if (client->gone)
		return;
	client->gone = true;
	error_line(hub->sock->addr.text, "%s: %s", client->name.data ? client->name.data : "a client", why);
	hub->failed = true;
}

static int
add_client(struct hub *hub, int fd, const struct address_socket *peer)
{
	struct client *client;

	if (hub->count == hub->capacity) {
		size_t capacity = hub->capacity ? hub->capacity * 2 : 16;
		struct client **clients = realloc(hub->clients, capacity * sizeof(*clients));
		struct pollfd *wait;

		if (!clients)
			return -1;
		hub->clients = clients;
		wait = realloc(hub->wait, (capacity + 3) * sizeof(*wait));
		if (!wait)
			return -1;
		hub->wait = wait;
		hub->capacity = capacity;
	}
	client = calloc(1, sizeof(*client));
	if (!client)
		return -1;
	client->fd = fd;
	address_format(&hub->sock->addr, peer, &client->name);
	/* Most who connect to a Unix path have no name. */
	if (hub->sock->addr.kind == ADDRESS_UNIX && client->name.data &&
	    client->name.data[client->name.size - 1] == ':')
		text_format(&client->name, "#%llu", hub->accepted);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	record_open(&client->in, fd, hub->session->form, LONGEST);
	client->in.elsewhere = true;
	outlet_open(&client->out, fd, hub->packet.data != NULL);
	if (hub->packet.data)
		socket_mark(fd);
	hub->clients[hub->count++] = client;
	return 0;
}

/* Takes a client. False if there is none now. */
static bool
accept_one(struct hub *hub)
{
	struct address_socket peer;
	int fd = sock_accept(hub->sock, &peer);

	if (fd == -1) {
		hub->pressed = session_pressed(hub->sock, errno, "clients", hub->told);
		hub->told |= hub->pressed;
		return false;
	}
	hub->told = false;
	hub->accepted++;
	if (add_client(hub, fd, &peer) == -1) {
		error_line(hub->sock->addr.text, "%s", strerror(errno));
		hub->failed = true;
		close(fd);
	}
	/* Whom it will not serve shall not wait. */
	if (hub->session->counted && hub->accepted >= hub->session->count)
		sock_stop(hub->sock);
	return true;
}

/* Takes all who have come: who had come when something was said shall hear it. */
static void
welcome(struct hub *hub)
{
	while (takes(hub) && !hub->pressed && accept_one(hub))
		;
}

/* What is for a client can be sent no more. */
static void
lose(struct hub *hub, struct client *client, int error)
{
	struct text why = {0};

	text_format(&why, "%s",
	    error == EPIPE        ? "it has gone"
	    : error == ECONNRESET ? "it has reset the connection"
	                          : strerror(error));
	if (outlet_kept(&client->out) > 0)
		text_format(&why, "; %zu bytes for it are lost", outlet_kept(&client->out));
	drop(hub, client, why.data ? why.data : "it has gone");
	text_free(&why);
}

/* Formats a record, and gives it to whom it is for. */
static int
give(struct hub *hub, struct outlet *outlet, const char *prefix, const char *data, size_t size, bool packet)
{
	size_t body, used, label = prefix ? strlen(prefix) : 0;
	char *record = malloc(label + size + RECORD_FRAME);
	int result;

	if (!record)
		return -1;
	used = record_format(hub->session->form, prefix, data, size, record, &body);
	/* A packet has its boundaries already. */
	result = packet
	             ? outlet_add(outlet, record + (prefix ? body - label - 1 : body), size + (prefix ? label + 1 : 0))
	             : outlet_add(outlet, record, used);
	free(record);
	return result;
}

static void
give_client(struct hub *hub, struct client *client, const char *prefix, const char *data, size_t size)
{
	if (client->gone)
		return;
	if (give(hub, &client->out, prefix, data, size, hub->packet.data != NULL) == -1 ||
	    outlet_step(&client->out) == -1)
		lose(hub, client, errno);
}

/* A record of a client: to the output, and with -B to the others. */
static int
spread(struct hub *hub, struct client *from, const char *data, size_t size)
{
	const char *prefix = hub->session->prefix ? from->name.data : NULL;
	size_t i;

	if (hub->session->relays)
		welcome(hub);
	if (hub->session->output && give(hub, &hub->output, prefix, data, size, false) == -1)
		return -1;
	for (i = 0; hub->session->relays && i < hub->count; i++)
		if (hub->clients[i] != from)
			give_client(hub, hub->clients[i], prefix, data, size);
	return hub->session->output && outlet_step(&hub->output) == -1 ? -1 : 0;
}

/* True if somebody has no room, for whom what comes has to wait. */
static bool
full(const struct hub *hub, bool of_clients)
{
	size_t i;

	if (of_clients && hub->session->output && !outlet_room(&hub->output, 2 * LONGEST))
		return true;
	for (i = 0; (!of_clients || hub->session->relays) && i < hub->count; i++)
		if (!hub->clients[i]->gone && !outlet_room(&hub->clients[i]->out, 2 * LONGEST))
			return true;
	return false;
}

/* Takes what a client has sent. -1: the output failed. */
static int
hear(struct hub *hub, struct client *client)
{
	struct text why = {0};
	const char *data;
	size_t size;
	int got = 0, result = 0;

	while (result == 0 && !client->gone && !full(hub, true)) {
		if (hub->packet.data) {
			got = packet_take(client->fd, true, &hub->packet) == -1 ? -1 : hub->packet.ended ? 0 : 1;
			data = hub->packet.data;
			size = hub->packet.size;
		} else {
			got = record_next(&client->in, &data, &size);
		}
		if (got != 1)
			break;
		result = spread(hub, client, data, size);
	}
	if (result == -1 || got == 1)
		return result;
	if (got == 0) {
		client->ended = true;
	} else if (errno == EMSGSIZE && hub->packet.data) {
		text_format(&why, "a packet is larger than %zu bytes", PACKET_MOST);
	} else if (errno == EMSGSIZE || errno == EBADMSG) {
		record_fault(&client->in, errno, &why);
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		lose(hub, client, errno);
	}
	if (why.data)
		drop(hub, client, why.data);
	text_free(&why);
	return 0;
}

/* True if there is a client to talk to. */
static bool
peopled(const struct hub *hub)
{
	size_t i;

	for (i = 0; i < hub->count; i++)
		if (!hub->clients[i]->gone)
			return true;
	return false;
}

/* Takes records of standard input, and gives each to all, or with -P to whom it names. Returns -1 to go on. */
static int
say(struct hub *hub)
{
	const char *data, *tab;
	size_t size, i;
	int got = 1;

	while (hub->reading && peopled(hub) && !full(hub, false)) {
		bool found = !hub->session->prefix;

		got = record_next(&hub->input, &data, &size);
		if (got != 1)
			break;
		welcome(hub);
		tab = hub->session->prefix ? memchr(data, '\t', size) : NULL;
		for (i = 0; i < hub->count; i++) {
			const struct text *name = &hub->clients[i]->name;

			if (!hub->session->prefix) {
				give_client(hub, hub->clients[i], NULL, data, size);
			} else if (tab && name->data && name->size == (size_t)(tab - data) &&
			           memcmp(name->data, data, name->size) == 0) {
				give_client(hub, hub->clients[i], NULL, tab + 1, size - (size_t)(tab + 1 - data));
				found = true;
			}
		}
		if (!found) {
			error_line(NULL, "standard input: record %lu: %s", hub->input.count,
			    tab ? "no such client is there (-P)" : "its peer and a tab are missing (-P)");
			hub->failed = true;
		}
	}
	if (got == 0) {
		hub->reading = false;
	} else if (got == -1 && errno != EAGAIN && errno != EINTR) {
		struct text why = {0};

		record_fault(&hub->input, errno, &why);
		error_line(NULL, "standard input: %s", why.data ? why.data : "");
		text_free(&why);
		return STATUS_FAILED;
	}
	return -1;
}

/* True if a client that has ended is known to have gone altogether. asks: the system may be asked. */
static bool
has_gone(const struct hub *hub, const struct client *client, bool asks)
{
	return io_ready(client->fd, 0) ||
	       (asks && hub->sock->addr.kind == ADDRESS_TCP && socket_closed(client->fd) == 1);
}

/* Drops who is full and takes nothing, and closes who is done. Returns for how many it has to look again. */
static size_t
judge(struct hub *hub)
{
	size_t i, waiting = 0;
	bool asks = deadline_passed(&hub->asked);

	/* The system is not asked for clients at each event. */
	if (asks)
		deadline_set(&hub->asked, DEADLINE_TICK * 1000000LL);
	for (i = hub->count; i-- > 0;) {
		struct client *client = hub->clients[i];
		bool is_full = !outlet_room(&client->out, 2 * LONGEST);

		if (is_full && (!client->full || client->moved != client->out.moved))
			deadline_set(&client->patience,
			    hub->session->timeout == DEADLINE_NEVER ? PATIENCE : hub->session->timeout);
		client->full = is_full;
		client->moved = client->out.moved;
		if (is_full && deadline_passed(&client->patience))
			drop(hub, client, "it does not read what is sent to it, and was dropped");
		/* Who has ended may still be told something, but with -B not for ever. */
		if (outlet_kept(&client->out) == 0 && !client->gone) {
			bool last = !hub->reading && !hub->session->relays;

			if (client->ended &&
			    (last || hub->session->relays || !hub->session->input || has_gone(hub, client, asks)))
				client->gone = true;
			else if (last && hub->session->input && !client->half)
				client->half = sock_half_close(client->fd) == 0;
			waiting += client->ended && !client->gone;
		}
		waiting += is_full;
		if (!client->gone)
			continue;
		close(client->fd);
		record_close(&client->in);
		outlet_close(&client->out);
		text_free(&client->name);
		free(client);
		hub->clients[i] = hub->clients[--hub->count];
		hub->pressed = false;
	}
	return waiting;
}

/* Fills in what is waited for. */
static void
expect(struct hub *hub)
{
	bool hold = full(hub, true), quiet = full(hub, false);
	size_t i;

	hub->wait[0] = (struct pollfd){.fd = takes(hub) && !hub->pressed ? hub->sock->fd : -1, .events = POLLIN};
	hub->wait[1] =
	    (struct pollfd){.fd = hub->reading && hub->count > 0 && !quiet ? STDIN_FILENO : -1, .events = POLLIN};
	hub->wait[2] = (struct pollfd){
	    .fd = hub->session->output ? STDOUT_FILENO : -1, .events = outlet_kept(&hub->output) > 0 ? POLLOUT : 0};
	for (i = 0; i < hub->count; i++) {
		const struct client *client = hub->clients[i];
		struct pollfd *wait = &hub->wait[i + 3];

		*wait = (struct pollfd){.fd = client->fd};
		if (!hold && !client->ended)
			wait->events |= POLLIN;
		if (outlet_kept(&client->out) > 0)
			wait->events |= POLLOUT;
		if (!wait->events)
			wait->fd = -1;
	}
}

/* What poll(2) said of the clients that were there then. */
static int
attend(struct hub *hub, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct client *client = hub->clients[i];
		short came = hub->wait[i + 3].revents;

		if (came & (POLLOUT | POLLERR | POLLHUP) && outlet_kept(&client->out) > 0 &&
		    outlet_step(&client->out) == -1)
			lose(hub, client, errno);
		if (came & ~POLLOUT && !client->ended && !client->gone && hear(hub, client) == -1)
			return -1;
	}
	return 0;
}

static int
output_failed(const struct hub *hub, int error)
{
	struct text extra = {0};
	int status;

	text_format(&extra, "%llu bytes were written, and %zu came that are lost", hub->output.moved,
	    outlet_kept(&hub->output));
	status = session_report(hub->sock, RELAY_OUTPUT, error, extra.data);
	text_free(&extra);
	return status;
}

/* True if there is standard input that went to nobody, since the last client has gone. */
static bool
unsent(struct hub *hub)
{
	const char *data;
	size_t size;
	int got;

	if (!hub->reading)
		return false;
	got = record_next(&hub->input, &data, &size);
	return got == 1 || (got == -1 && errno == EMSGSIZE);
}

static int
loop(struct hub *hub)
{
	struct deadline deadline;
	size_t waiting = 0;
	int status = -1;

	deadline_set(&deadline, hub->session->timeout);
	deadline_set(&hub->asked, 0);
	while (status == -1 && (hub->count > 0 || takes(hub) || outlet_kept(&hub->output) > 0)) {
		size_t count = hub->count;
		bool bounded = deadline.limited && count == 0 && outlet_kept(&hub->output) == 0;
		int ready;

		if (!bounded)
			deadline_set(&deadline, hub->session->timeout);
		if (interrupt_caught())
			return session_report(hub->sock, RELAY_PEER, EINTR, NULL);
		expect(hub);
		ready = poll(hub->wait, count + 3,
		    waiting || hub->pressed ? DEADLINE_TICK
		    : bounded               ? deadline_poll(&deadline, INT_MAX)
		                            : -1);
		if (ready == -1 && errno != EINTR)
			return session_report(hub->sock, RELAY_PEER, errno, NULL);
		if (ready == 0 && bounded && deadline_passed(&deadline)) {
			error_line(hub->sock->addr.text, "nobody connected in time (-t)");
			return STATUS_TIMEOUT;
		}
		if (ready > 0) {
			if (hub->wait[0].revents) {
				welcome(hub);
				deadline_set(&deadline, hub->session->timeout);
			}
			if (hub->wait[2].revents & (POLLERR | POLLHUP | POLLNVAL))
				return output_failed(hub, EPIPE);
			if ((hub->wait[2].revents && outlet_step(&hub->output) == -1) || attend(hub, count) == -1)
				return output_failed(hub, errno);
			if (hub->wait[1].revents)
				status = say(hub);
		} else if (ready == 0) {
			hub->pressed = false;
		}
		waiting = judge(hub);
	}
	return status;
}

int
hub_run(struct session *session, struct sock *sock)
{
	struct hub hub = {.session = session, .sock = sock, .reading = session->input};
	int status = STATUS_FAILED;

	if (sock->addr.type == SOCK_SEQPACKET)
		hub.packet.data = malloc(PACKET_MOST + 1);
	hub.wait = malloc(3 * sizeof(*hub.wait));
	if (!hub.wait || (sock->addr.type == SOCK_SEQPACKET && !hub.packet.data)) {
		error_line(NULL, "%s", strerror(errno));
		return status;
	}
	record_open(&hub.input, STDIN_FILENO, session->form, LONGEST);
	hub.input.elsewhere = true;
	outlet_open(&hub.output, session->output ? STDOUT_FILENO : -1, false);
	status = loop(&hub);
	if (status == -1 && unsent(&hub)) {
		error_line(sock->addr.text, "standard input was not all sent: no client is left");
		status = STATUS_FAILED;
	}
	while (hub.count > 0) {
		hub.clients[hub.count - 1]->gone = true;
		(void)judge(&hub);
	}
	record_close(&hub.input);
	outlet_close(&hub.output);
	free(hub.clients);
	free(hub.wait);
	free(hub.packet.data);
	return status == -1 ? (hub.failed ? STATUS_FAILED : STATUS_OK) : status;
}
