/*
 * hub.c: the loop for many clients without a COMMAND. It waits in poll(2) and nowhere else.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "socket/hub.h"

/* Set the events to wait for. */
static void
expect(struct hub *hub)
{
	struct pollfd *wait = hub->crowd.wait;
	bool clients_wait = hub_full(hub, false), input_waits = !hub->reading || hub_full(hub, true);
	size_t i;

	wait[HUB_LISTENER] = (struct pollfd){.fd = listener_ready(&hub->listener, hub->crowd.count), .events = POLLIN};
	wait[HUB_INPUT] = (struct pollfd){.fd = input_waits ? -1 : STDIN_FILENO, .events = POLLIN};
	wait[HUB_OUTPUT] =
	    (struct pollfd){.fd = hub->output.fd, .events = backlog_kept(&hub->output) > 0 ? POLLOUT : 0};
	for (i = 0; i < hub->crowd.count; i++) {
		const struct client *client = hub->crowd.list[i];
		short events = !clients_wait && client->state == CLIENT_SENDS ? POLLIN : 0;

		if (backlog_kept(&client->backlog) > 0)
			events |= POLLOUT;
		wait[HUB_CLIENTS + i] = (struct pollfd){.fd = events ? client->fd : -1, .events = events};
	}
}

static int
output_failed(const struct hub *hub, int error)
{
	return socket_report(hub->listener.socket, RELAY_OUTPUT, error,
	    "%llu bytes were written, and %zu came that are lost", hub->output.moved, backlog_kept(&hub->output));
}

/* Handle the events that poll(2) reported, with count clients. Returns GO_ON, or the exit status. */
static int
handle(struct hub *hub, size_t count)
{
	const struct pollfd *wait = hub->crowd.wait;
	short input = wait[HUB_INPUT].revents;
	size_t i;

	if (wait[HUB_OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL))
		return output_failed(hub, EPIPE);
	if (wait[HUB_LISTENER].revents)
		hub_welcome(hub);
	if (backlog_write(&hub->output) == -1)
		return output_failed(hub, errno);
	for (i = 0; i < count; i++) {
		struct client *client = hub->crowd.list[i];
		/* A new client may have moved the list. */
		short came = hub->crowd.wait[HUB_CLIENTS + i].revents;

		if (came & (POLLOUT | POLLERR | POLLHUP) && backlog_write(&client->backlog) == -1)
			hub_lose(hub, client, errno);
		if (came & ~POLLOUT && client->state == CLIENT_SENDS && hub_hear(hub, client) == -1)
			return output_failed(hub, errno);
	}
	return input ? hub_say(hub) : GO_ON;
}

static int
loop(struct hub *hub)
{
	static const struct deadline never = {.limited = false};
	struct deadline deadline;
	size_t again = 0;
	int status = GO_ON;

	deadline_set(&deadline, hub->session->timeout);
	deadline_set(&hub->asked, 0);
	while (status == GO_ON &&
	       (hub->crowd.count > 0 || listener_takes(&hub->listener, 0) || backlog_kept(&hub->output) > 0)) {
		size_t count = hub->crowd.count;
		bool idle = count == 0 && backlog_kept(&hub->output) == 0;
		int ready;

		/* -t bounds the wait for a client only while there is none. */
		if (!idle)
			deadline_set(&deadline, hub->session->timeout);
		expect(hub);
		ready = deadline_wait(hub->crowd.wait, HUB_CLIENTS + count, idle ? &deadline : &never,
		    again || hub->listener.state == LISTENER_PAUSED ? DEADLINE_TICK : -1);
		if (ready == -1)
			return socket_report_accept(hub->listener.socket, errno, "");
		if (ready == 0)
			listener_retry(&hub->listener);
		else
			status = handle(hub, count);
		again = hub_sort_out(hub);
	}
	return status;
}

int
hub_run(const struct session *session, struct socket *socket)
{
	struct hub hub = {.session = session,
	    .listener = {.socket = socket, .count = session->count, .most = session->most},
	    .reading = session->input,
	    .packets = socket->address.type == SOCK_SEQPACKET};
	int status = STATUS_FAILED, left;
	const char *data;
	size_t size, i;

	if ((hub.packets && packet_open(&hub.packet) == -1) || crowd_grow(&hub.crowd, HUB_CLIENTS) == -1) {
		error_line(NULL, "%s", strerror(errno));
		return status;
	}
	record_open(&hub.input, STDIN_FILENO, session->form, HUB_LONGEST);
	hub.input.elsewhere = true;
	backlog_open(&hub.output, session->output ? STDOUT_FILENO : -1, false);
	status = loop(&hub);
	/* The last client has gone. */
	left = status == GO_ON && hub.reading ? record_next(&hub.input, &data, &size) : 0;
	if (left == 1 || (left == -1 && errno == EMSGSIZE)) {
		error_line(socket->address.text, "standard input was not all sent: no client is left");
		status = STATUS_FAILED;
	}
	for (i = 0; i < hub.crowd.count; i++)
		((struct client *)hub.crowd.list[i])->state = CLIENT_GONE;
	(void)hub_sort_out(&hub);
	record_close(&hub.input);
	backlog_close(&hub.output);
	crowd_free(&hub.crowd);
	packet_close(&hub.packet);
	if (status != GO_ON)
		return status;
	return hub.failed ? STATUS_FAILED : STATUS_OK;
}
