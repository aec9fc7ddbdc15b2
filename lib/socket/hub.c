/*
 * hub.c: the loop for many clients without a COMMAND. It waits in poll(2) and nowhere else.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "socket/hub.h"

/*
 * Set the events to wait for. While there is no space, a source is watched until a record is known to wait in it.
 * Returns true if a source that may go on has records that were read already.
 */
static bool
expect(struct hub *hub)
{
	struct pollfd *wait = hub->crowd.wait;
	bool full = hub_full(hub, false), input_full = hub_full(hub, true), input = hub->reading;
	bool more = input && !input_full && hub->input.more;
	size_t i;

	if (input_full && hub->input_waits)
		input = false;
	wait[HUB_LISTENER] = (struct pollfd){.fd = listener_ready(&hub->listener, hub->crowd.count), .events = POLLIN};
	wait[HUB_INPUT] = (struct pollfd){.fd = input ? STDIN_FILENO : -1, .events = POLLIN};
	wait[HUB_OUTPUT] =
	    (struct pollfd){.fd = hub->output.fd, .events = backlog_kept(&hub->output) > 0 ? POLLOUT : 0};
	for (i = 0; i < hub->crowd.count; i++) {
		const struct client *client = hub->crowd.list[i];
		bool sends = client->state == CLIENT_SENDS && !(full && hub->clients_wait);
		short events = sends || client->state == CLIENT_LEAVES ? POLLIN : 0;

		if (backlog_kept(&client->backlog) > 0)
			events |= POLLOUT;
		more = more || (sends && !full && client->records.more);
		wait[HUB_CLIENTS + i] = (struct pollfd){.fd = events ? client->fd : -1, .events = events};
	}
	return more;
}

/* Note which sources have a record for which there is no space. */
static void
note_waits(struct hub *hub)
{
	bool full = hub_full(hub, false);
	size_t i;

	hub->input_waits = hub_full(hub, true) && (hub->input_waits || hub->input.more);
	hub->clients_wait = full && hub->clients_wait;
	for (i = 0; full && i < hub->crowd.count; i++)
		if (((struct client *)hub->crowd.list[i])->records.more)
			hub->clients_wait = true;
}

/* Write the kept data to all descriptors that may take some. Returns 0, or -1 with errno of the output. */
static int
flush(struct hub *hub)
{
	size_t i;

	for (i = 0; i < hub->crowd.count; i++) {
		struct client *client = hub->crowd.list[i];

		if (backlog_kept(&client->backlog) > 0 && !client->backlog.blocked)
			hub_write(hub, client);
	}
	return hub->output.blocked ? 0 : backlog_write(&hub->output);
}

/* Take records of the sources that poll(2) reported, with count clients. Returns 0, or -1 with errno of the output. */
static int
take(struct hub *hub, size_t count)
{
	bool input = hub->crowd.wait[HUB_INPUT].revents || hub->input.more;
	size_t i;

	if (input && hub->reading && hub_full(hub, true))
		hub->input_waits = true;
	else if (input && hub->reading && hub_say(hub) == -1)
		hub_retire(hub);
	for (i = 0; i < count; i++) {
		struct client *client = hub->crowd.list[i];
		/* A new client may have moved the list. */
		bool came = hub->crowd.wait[HUB_CLIENTS + i].revents & ~POLLOUT;

		if (came && client->state == CLIENT_LEAVES)
			hub_discard(client);
		if (client->state != CLIENT_SENDS || !(came || client->records.more))
			continue;
		if (hub_full(hub, false))
			hub->clients_wait = true;
		else if (hub_hear(hub, client) == -1)
			return -1;
	}
	return 0;
}

/* Handle the events that poll(2) reported, with count clients. */
static void
handle(struct hub *hub, size_t count)
{
	const struct pollfd *wait = hub->crowd.wait;
	size_t i;

	if (wait[HUB_OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL)) {
		hub_end(hub, RELAY_OUTPUT, EPIPE);
		return;
	}
	if (wait[HUB_OUTPUT].revents)
		hub->output.blocked = false;
	for (i = 0; i < count; i++)
		if (wait[HUB_CLIENTS + i].revents & (POLLOUT | POLLERR | POLLHUP))
			((struct client *)hub->crowd.list[i])->backlog.blocked = false;
	if (wait[HUB_LISTENER].revents)
		hub_welcome(hub);
	if (flush(hub) == -1 || take(hub, count) == -1 || flush(hub) == -1)
		hub_end(hub, RELAY_OUTPUT, errno);
	else
		note_waits(hub);
}

/* Wait for events. Returns as deadline_wait; once the hub is stopped, nothing interrupts it. */
static int
await(struct hub *hub, const struct deadline *deadline, int tick, bool stopped)
{
	nfds_t count = HUB_CLIENTS + hub->crowd.count;

	if (!stopped)
		return deadline_wait(hub->crowd.wait, count, deadline, tick);
	(void)poll(hub->crowd.wait, count, tick == -1 ? DEADLINE_TICK : tick);
	return 1;
}

/* Serve clients until none is left and no more are to come. Returns GO_ON, or the exit status after a line. */
static int
loop(struct hub *hub)
{
	static const struct deadline never = {.limited = false};
	struct deadline deadline;
	bool stopped = false;

	deadline_set(&deadline, hub->session->timeout);
	deadline_set(&hub->asked, 0);
	for (;;) {
		int tick = hub_sort_out(hub), ready;
		size_t count = hub->crowd.count;
		bool idle = count == 0 && backlog_kept(&hub->output) == 0;

		if (idle && !listener_takes(&hub->listener, 0))
			return GO_ON;
		/* -t bounds the wait for a client only while there is none. */
		if (!idle)
			deadline_set(&deadline, hub->session->timeout);
		if (expect(hub))
			tick = 0;
		else if (tick == -1 && hub->listener.state == LISTENER_PAUSED)
			tick = DEADLINE_TICK;
		ready = await(hub, idle ? &deadline : &never, tick, stopped);
		if (ready == -1 && errno != EINTR)
			return socket_report_accept(hub->listener.socket, errno, "");
		if (ready == -1) {
			stopped = true;
			hub_end(hub, RELAY_PEER, EINTR);
			continue;
		}
		if (ready == 0)
			listener_retry(&hub->listener);
		handle(hub, count);
	}
}

int
hub_run(const struct session *session, struct socket *socket)
{
	struct hub hub = {.session = session,
	    .listener = {.socket = socket, .count = session->count, .most = session->most},
	    .reading = session->input,
	    .packets = socket->address.type == SOCK_SEQPACKET};

	hub.bytes = session->form == RECORD_RAW && !hub.packets;
	if ((hub.packets && packet_open(&hub.packet) == -1) || crowd_grow(&hub.crowd, HUB_CLIENTS) == -1) {
		error_line(socket->address.text, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	record_open(&hub.input, STDIN_FILENO, session->form, HUB_LONGEST);
	hub.input.elsewhere = true;
	backlog_open(&hub.output, session->output ? STDOUT_FILENO : -1, false);
	return hub_finish(&hub, loop(&hub));
}
