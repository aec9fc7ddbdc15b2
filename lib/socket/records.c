/*
 * records.c: records over one connection, which may be made again. One loop waits in poll(2) and nowhere else, except
 * for a name look-up. The relay is faster, and serves connections that need no records.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/io.h"
#include "socket/records.h"

/* Places of the socket, standard input and standard output in poll(2)'s list. */
enum { SOCKET, INPUT, OUTPUT, ALL };

/* Return true if the peer's data are to be received now. */
static bool
receives(const struct records *records)
{
	return records->socket->fd != -1 && !records->ended && !records->enough && backlog_kept(&records->output) == 0;
}

/* Return true if all work is done. */
static bool
over(const struct records *records)
{
	int fd = records->socket->fd;
	bool idle;

	if (backlog_kept(&records->output) > 0)
		return false;
	if (records->failed)
		return records->ended || records->enough;
	if (records->first)
		return false;
	idle = !records->reading || (!records->more && !io_ready(STDIN_FILENO, POLLIN));
	if (records->enough)
		return idle || records->left <= 0;
	if (!records->ended)
		return fd == -1 && !records->reading && records->session->input;
	return !records->reading || (idle && (io_ready(fd, 0) || (records->tcp && socket_closed(fd) == 1)));
}

/* Find out whether an outage must end, and from when on it counts: a record waits, or might soon. */
static void
check_outage(struct records *records)
{
	const struct session *session = records->session;
	bool waited = records->waits;

	records->waits =
	    records->socket->fd == -1 &&
	    (records->first || (!records->enough && (!session->input || session->lossy != DEADLINE_NEVER)));
	if (records->waits && !waited)
		deadline_set(&records->until, records->socket->retry ? records->socket->retry : session->timeout);
	/* The last attempt is made when it is time to give up. */
	if (records->waits && records->until.limited && records->until.at < records->retry.at)
		records->retry = records->until;
}

/* Set the events to wait for. Returns the milliseconds until something is due without an event, or -1. */
static int
expect(const struct records *records, struct pollfd wait[ALL])
{
	const struct unsent *whole = records_whole(records);
	bool busy;
	int tick = INT_MAX;

	wait[SOCKET] = (struct pollfd){.fd = records->socket->fd};
	wait[INPUT] = (struct pollfd){.fd = records_wants(records) ? STDIN_FILENO : -1, .events = POLLIN};
	wait[OUTPUT] = (struct pollfd){.fd = records->output.fd};
	if (backlog_kept(&records->output) > 0)
		wait[OUTPUT].events = POLLOUT;
	if (receives(records))
		wait[SOCKET].events = POLLIN;
	if (records->first && !records->failed)
		wait[SOCKET].events |= POLLOUT;
	/* A peer that has sent its end may close altogether, which matters once all else is done. */
	if (!wait[SOCKET].events && (!records->ended || backlog_kept(&records->output) > 0))
		wait[SOCKET].fd = -1;
	busy = (records->more && records_wants(records)) || (records->heard && receives(records));
	if (busy)
		return 0;
	if (records->tcp && records->ended)
		tick = DEADLINE_TICK;
	if (records->waits)
		tick = deadline_poll(&records->retry, tick);
	if (whole)
		tick = deadline_poll(&whole->patience, tick);
	return tick == INT_MAX ? -1 : tick;
}

/* Pass on the end of standard input, and that of the peer. Returns GO_ON, or the exit status. */
static int
pass_ends(struct records *records)
{
	const struct session *session = records->session;
	int fd = records->socket->fd;

	if (session->keeps)
		return GO_ON;
	if (session->input && !records->reading && !records->first && !records->half_closed && !records->failed &&
	    !records->enough && fd != -1) {
		records->half_closed = true;
		if (socket_half_close(fd) == -1)
			return records_report(records, RELAY_PEER, errno, NULL);
	}
	if (records->ended && records->output.fd != -1 && backlog_kept(&records->output) == 0) {
		socket_pass_end(records->output.fd);
		records->output.fd = -1;
	}
	return GO_ON;
}

/* Handle the events that poll(2) reported. Returns GO_ON, or the exit status. */
static int
handle(struct records *records, const struct pollfd wait[ALL])
{
	int status = GO_ON;

	if (wait[OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL))
		return records_report(records, RELAY_OUTPUT, EPIPE, NULL);
	if (backlog_write(&records->output) == -1)
		return records_report(records, RELAY_OUTPUT, errno, NULL);
	records->blocked = records->first && !(wait[SOCKET].revents & ~POLLIN);
	if ((wait[SOCKET].revents & ~POLLOUT || records->heard) && receives(records))
		status = records_receive(records);
	if (status == GO_ON)
		status = records_send(records);
	if (status == GO_ON && records->broken)
		status = records_lose(records, records->broken);
	if (status == GO_ON && records->waits && records->socket->fd == -1 && deadline_passed(&records->retry))
		status = records_connect(records);
	return status == GO_ON ? pass_ends(records) : status;
}

static int
loop(struct records *records)
{
	static const struct deadline never = {.limited = false};
	struct deadline deadline;
	int status = GO_ON;

	deadline_set(&deadline, records->session->timeout);
	while (status == GO_ON && !over(records)) {
		unsigned long long before = records->sent + records->taken;
		struct pollfd wait[ALL];
		int tick;

		check_outage(records);
		tick = expect(records, wait);
		if (deadline_wait(wait, ALL, records->waits || tick == 0 ? &never : &deadline, tick) == -1)
			return records_report(records, RELAY_PEER, errno, NULL);
		status = handle(records, wait);
		if (records->waits || records->sent + records->taken != before)
			deadline_set(&deadline, records->session->timeout);
	}
	if (status != GO_ON)
		return status;
	if (records->failed)
		return records_report(records, RELAY_PEER, records->failed, NULL);
	if (records->sent > 0 && records->socket->fd != -1 &&
	    socket_settle(records->socket->fd, records->tcp, records->session->timeout) == -1)
		return records_report(records, RELAY_PEER, errno, NULL);
	return STATUS_OK;
}

int
records_run(const struct session *session, struct socket *socket)
{
	static struct records records;
	int status;

	records.session = session;
	records.socket = socket;
	records.tcp = socket->address.kind == ADDRESS_TCP;
	records.packets = socket->address.type == SOCK_SEQPACKET;
	records.pieces = !session->again && session->lossy == DEADLINE_NEVER;
	records.reading = session->input;
	records.status = GO_ON;
	if (records.packets && packet_open(&records.packet) == -1) {
		error_line(socket->address.text, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	record_open(&records.input, STDIN_FILENO, session->form, RECORDS_LONGEST);
	records.input.elsewhere = true;
	backlog_open(&records.output, session->output ? STDOUT_FILENO : -1, false);
	records_begin(&records);
	status = loop(&records);
	/* The peer must not take a part of the input for all of it. */
	if (status != STATUS_OK && records.tcp && socket->fd != -1 && (records.first || records.unread))
		socket_reset(socket->fd);
	socket_report_dropped(socket, records.dropped, "record");
	while (records.first) {
		struct unsent *next = records.first->next;

		free(records.first);
		records.first = next;
	}
	record_close(&records.input);
	record_close(&records.answers);
	backlog_close(&records.output);
	packet_close(&records.packet);
	text_free(&records.attempt.why);
	text_free(&records.attempt.ours);
	return status;
}
