/*
 * datagrams.c: packets of a socket to records on standard output, and records of standard input to packets. Each record
 * is one packet, even an empty record. The loop waits in poll(2) and nowhere else.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/io.h"
#include "socket/datagrams.h"
#include "socket/internal.h"

/* Places of the socket, standard input and standard output in poll(2)'s list. */
enum { SOCKET, INPUT, OUTPUT, ALL };

static bool
is_lossy(const struct datagrams *datagrams)
{
	return datagrams->session->lossy != DEADLINE_NEVER;
}

/* Take a packet and pass it to the output. Returns GO_ON, or the exit status. */
static int
receive(struct datagrams *datagrams)
{
	struct packet *packet = &datagrams->packet;
	const struct session *session = datagrams->session;
	const struct socket *socket = datagrams->socket;
	struct text peer = {0};
	int result;

	if (packet_take(socket->fd, socket_has_connections(socket), packet) == -1) {
		if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
			return GO_ON;
		if (!datagrams->answers && datagrams_refuses(datagrams, errno)) {
			datagrams_take_back(datagrams, errno);
			return GO_ON;
		}
		if (errno != EMSGSIZE)
			return datagrams_report(datagrams, RELAY_PEER, errno, NULL);
		return datagrams_survive(
		    datagrams, datagrams_report(datagrams, RELAY_PEER, EMSGSIZE, "a packet that came is lost"));
	}
	datagrams->ended = packet->ended;
	if (packet->ended)
		return GO_ON;
	datagrams->known = true;
	datagrams->received++;
	if (datagrams->received == session->count) {
		datagrams->enough = true;
		datagrams->left = socket_ahead();
	}
	if (session->prefix)
		address_format(&socket->address, packet->peer.size ? &packet->peer : &socket->peer, &peer);
	if (datagrams->asked && peer.data)
		datagrams_remember(datagrams, peer.data);
	result = backlog_add(&datagrams->output, session->form, peer.data, packet->data, packet->size);
	text_free(&peer);
	if (result == 0 && backlog_write(&datagrams->output) == 0)
		return GO_ON;
	return datagrams_report(datagrams, RELAY_OUTPUT, errno, NULL);
}

/* Return true if all work is done. */
static bool
over(const struct datagrams *datagrams)
{
	const struct session *session = datagrams->session;
	bool connects = socket_has_connections(datagrams->socket);

	if (backlog_kept(&datagrams->output) > 0 || datagrams->sending == SENDING_BLOCKED)
		return false;
	/* Stop after COUNT packets even if standard input never ends. */
	if (datagrams->enough && datagrams->left <= 0 && !session->single)
		return true;
	if (datagrams->sending == SENDING_MORE)
		return false;
	/* If each packet was refused, no answer can come. */
	if (!datagrams->enough && !datagrams->ended)
		return datagrams->sending == SENDING_ENDED && !connects &&
		       (!session->output || (datagrams->sent == 0 && datagrams->refused + datagrams->dropped > 0));
	if (datagrams->sending == SENDING_ENDED || (datagrams->answers && !datagrams->known))
		return true;
	/* A peer that has closed only its sending side can still be answered, as can the sender of a single packet. */
	return !session->single && !io_ready(STDIN_FILENO, POLLIN) &&
	       (datagrams->enough || io_ready(datagrams->socket->fd, 0));
}

/* Set the events to wait for. */
static void
expect(const struct datagrams *datagrams, struct pollfd wait[ALL])
{
	bool connects = socket_has_connections(datagrams->socket);

	wait[SOCKET] = (struct pollfd){.fd = datagrams->socket->fd};
	wait[INPUT] = (struct pollfd){.fd = -1, .events = POLLIN};
	wait[OUTPUT] = (struct pollfd){.fd = datagrams->output.fd};
	if (backlog_kept(&datagrams->output) > 0)
		wait[OUTPUT].events = POLLOUT;
	else if (!datagrams->ended && !datagrams->enough)
		wait[SOCKET].events = POLLIN;
	if (datagrams->sending == SENDING_BLOCKED && !datagrams->answers)
		wait[SOCKET].events |= POLLOUT;
	else if (datagrams->sending < SENDING_BLOCKED && (datagrams->known || datagrams->session->prefix))
		wait[INPUT].fd = STDIN_FILENO;
	/* A peer that has closed its sending side may still close altogether. */
	if (!wait[SOCKET].events && !(datagrams->ended && connects))
		wait[SOCKET].fd = -1;
}

/* Return the milliseconds until the next step without an event, or -1. */
static int
next_step(const struct datagrams *datagrams)
{
	if (datagrams->sending == SENDING_MORE)
		return 0;
	if (datagrams->sending != SENDING_BLOCKED)
		return -1;
	return datagrams->answers    ? SOCKET_LOOK
	       : is_lossy(datagrams) ? deadline_poll(&datagrams->patience, INT_MAX)
	                             : -1;
}

static unsigned long long
progress(const struct datagrams *datagrams)
{
	return datagrams->sent + datagrams->refused + datagrams->dropped + datagrams->received;
}

/* Handle the events that poll(2) reported. Returns GO_ON, or the exit status. */
static int
handle(struct datagrams *datagrams, const struct pollfd wait[ALL])
{
	bool retries = datagrams->sending == SENDING_BLOCKED && (datagrams->answers || is_lossy(datagrams));
	int status = GO_ON;

	if (wait[OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL))
		return datagrams_report(datagrams, RELAY_OUTPUT, EPIPE, NULL);
	if (backlog_write(&datagrams->output) == -1)
		return datagrams_report(datagrams, RELAY_OUTPUT, errno, NULL);
	if (wait[SOCKET].revents & ~POLLOUT && !datagrams->ended && backlog_kept(&datagrams->output) == 0)
		status = receive(datagrams);
	if (status == GO_ON &&
	    (wait[INPUT].revents || wait[SOCKET].revents & POLLOUT || retries || datagrams->sending == SENDING_MORE))
		status = datagrams_send(datagrams);
	return status;
}

static int
loop(struct datagrams *datagrams)
{
	static const struct deadline never = {.limited = false};
	struct deadline deadline;
	int status = GO_ON;

	deadline_set(&deadline, datagrams->session->timeout);
	while (status == GO_ON && !over(datagrams)) {
		bool retries = datagrams->sending == SENDING_BLOCKED && datagrams->answers;
		unsigned long long before = progress(datagrams);
		/* While a listener for many packets retries, it drops the record in time. */
		bool bounded = datagrams->sending != SENDING_MORE && (!retries || datagrams->session->single);
		struct pollfd wait[ALL];

		expect(datagrams, wait);
		if (deadline_wait(wait, ALL, bounded ? &deadline : &never, next_step(datagrams)) == -1)
			return datagrams_report(datagrams, RELAY_PEER, errno, NULL);
		status = handle(datagrams, wait);
		if (datagrams->ended && !datagrams->session->keeps && backlog_kept(&datagrams->output) == 0 &&
		    datagrams->output.fd != -1) {
			socket_pass_end(datagrams->output.fd);
			datagrams->output.fd = -1;
		}
		if (progress(datagrams) != before)
			deadline_set(&deadline, datagrams->session->timeout);
	}
	return status;
}

int
datagrams_run(const struct session *session, struct socket *socket, bool listens)
{
	bool connects = socket_has_connections(socket);
	struct datagrams datagrams = {.session = session,
	    .socket = socket,
	    .answers = listens && !connects,
	    .known = !listens || connects,
	    .enough = session->count == 0,
	    .sending = session->input ? SENDING_WAITS : SENDING_ENDED,
	    .left = socket_ahead()};
	int status;

	if (packet_open(&datagrams.packet) == -1 ||
	    (socket->asks && session->prefix && datagrams_remember_peers(&datagrams) == -1)) {
		error_line(socket->address.text, "%s", explain_errno(errno));
		packet_close(&datagrams.packet);
		return STATUS_FAILED;
	}
	datagrams.packet.asks = socket->asks;
	if (connects)
		socket_mark(socket->fd);
	record_open(&datagrams.input, STDIN_FILENO, session->form, PACKET_MOST);
	datagrams.input.elsewhere = true;
	backlog_open(&datagrams.output, session->output ? STDOUT_FILENO : -1, false);
	status = datagrams_finish(&datagrams, loop(&datagrams));
	record_close(&datagrams.input);
	backlog_close(&datagrams.output);
	packet_close(&datagrams.packet);
	free(datagrams.asked);
	free(datagrams.kept);
	return status;
}
