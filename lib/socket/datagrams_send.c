/*
 * datagrams_send.c: records of standard input, each sent as one packet. A listener for many packets drops a record
 * whose peer is unknown, has gone or takes nothing. Once a peer took nothing, the listener does not wait for it again
 * until the peer takes a packet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "socket/datagrams.h"
#include "socket/internal.h"

/* Packets that are sent before other events are checked. */
#define BURST 64

void
datagrams_count(struct datagrams *datagrams, struct text *text)
{
	datagrams_look(datagrams);
	text_format(text, "%llu packet%s sent", datagrams->sent, datagrams->sent == 1 ? " was" : "s were");
	if (datagrams->refused)
		text_format(text, ", %llu refused", datagrams->refused);
}

int
datagrams_report(struct datagrams *datagrams, enum relay_side side, int error, const char *why)
{
	bool lost = datagrams->record || record_held(&datagrams->input) || backlog_kept(&datagrams->output);
	struct text counts = {0};
	int status;

	datagrams_count(datagrams, &counts);
	status = socket_report(datagrams->socket, side, error, lost, "%s%s%s, %llu received", why ? why : "",
	    why ? "; " : "", counts.data ? counts.data : "", datagrams->received);
	text_free(&counts);
	return status;
}

int
datagrams_survive(struct datagrams *datagrams, int status)
{
	if (!datagrams->answers || datagrams->session->single)
		return status;
	datagrams->failed = true;
	return GO_ON;
}

static bool
same(const struct socket_address *one, const struct socket_address *other)
{
	return one->size == other->size && memcmp(&one->storage, &other->storage, one->size) == 0;
}

/* Find the peer that a record names. Returns false with the reason in *fault if no packet can be sent to it. */
static bool
find_peer(struct datagrams *datagrams, const char *name, const char **fault)
{
	struct address_list list = {0};
	struct deadline until;
	struct address address;
	bool found = false;

	if (address_parse(&address, name, fault) == -1)
		return false;
	deadline_set(&until, datagrams->session->timeout);
	if (!address_alike(&address, &datagrams->socket->address)) {
		*fault = "its peer is an address of another kind";
	} else if (address_resolve(&address, false, &until, &list, fault) == 0) {
		datagrams->peer = list.addresses[0];
		found = datagrams->answers || same(&datagrams->peer, &datagrams->socket->peer);
		*fault = "its peer is not the one that is connected";
		if (address.interface && datagrams->peer.storage.ss_family == AF_INET) {
			found = false;
			*fault = "the interface to a group stands in ADDRESS, not in a record";
		}
	}
	address_list_free(&list);
	address_free(&address);
	return found;
}

/* Take PEER and a tab off the record in hand. Drop the record, after a line, if it names no peer. */
static void
take_peer(struct datagrams *datagrams)
{
	const char *tab = memchr(datagrams->record, '\t', datagrams->size),
	           *fault = "its peer and a tab are missing (-P)";
	char name[512];

	if (tab)
		snprintf(name, sizeof(name), "%.*s", (int)(tab - datagrams->record), datagrams->record);
	if (tab && find_peer(datagrams, name, &fault)) {
		if (datagrams->asked)
			datagrams_recall(datagrams, name);
		datagrams->size -= (size_t)(tab + 1 - datagrams->record);
		datagrams->record = tab + 1;
	} else {
		error_line(NULL, "standard input: record %lu: %s", datagrams->input.count, fault);
		datagrams->record = NULL;
	}
}

/* Return the entry of the current peer among those that are stuck, or NULL. */
static struct socket_address *
find_stuck(struct datagrams *datagrams)
{
	size_t i;

	for (i = 0; i < STUCK_MOST; i++)
		if (datagrams->stuck[i].size && same(&datagrams->stuck[i], &datagrams->peer))
			return &datagrams->stuck[i];
	return NULL;
}

/* Read the next record. Returns GO_ON, with a record or without, or the exit status. */
static int
read_record(struct datagrams *datagrams)
{
	struct text why = {0};
	int got = record_next(&datagrams->input, &datagrams->record, &datagrams->size);

	if (got != 1)
		datagrams->record = NULL;
	if (got == 0) {
		datagrams->sending = SENDING_ENDED;
		return socket_has_connections(datagrams->socket) && !datagrams->session->keeps &&
		               socket_half_close(datagrams->socket->fd) == -1
		           ? datagrams_report(datagrams, RELAY_PEER, errno, NULL)
		           : GO_ON;
	}
	if (got == -1) {
		datagrams->sending = SENDING_WAITS;
		if (errno == EAGAIN || errno == EINTR)
			return GO_ON;
		record_fault(&datagrams->input, errno, &why);
		text_format(&why, "; ");
		datagrams_count(datagrams, &why);
		error_line(NULL, "standard input: %s", why.data ? why.data : "");
		text_free(&why);
		return STATUS_FAILED;
	}
	if (datagrams->answers) {
		datagrams->peer = datagrams->packet.peer;
		datagrams->from = datagrams->packet.asked;
	}
	if (datagrams->session->prefix)
		take_peer(datagrams);
	return datagrams->record ? GO_ON : datagrams_survive(datagrams, STATUS_FAILED);
}

/* Return true if a record was not sent because the peer's queue is full. */
static bool
is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EINTR;
}

/* Handle a record that could not be sent. Returns GO_ON, or the exit status. */
static int
give_up(struct datagrams *datagrams, int error)
{
	bool lossy = datagrams->session->lossy != DEADLINE_NEVER;
	struct text why = {0};
	int status;

	if ((lossy && is_full(error)) ||
	    (datagrams_refuses(datagrams, error) && (lossy || !datagrams->answers || datagrams->session->single))) {
		datagrams->record = NULL;
		datagrams_lose(datagrams, error);
		return GO_ON;
	}
	packet_explain(&datagrams->socket->address, datagrams->input.count, datagrams->size, error, &why);
	status = datagrams_report(datagrams, RELAY_PEER, error, why.data);
	text_free(&why);
	datagrams->record = NULL;
	return datagrams_survive(datagrams, status);
}

/* Handle the full queue of the peer. Returns true if the record waits, or false if it is to be dropped. */
static bool
block(struct datagrams *datagrams)
{
	const struct session *session = datagrams->session;
	bool lossy = session->lossy != DEADLINE_NEVER;
	long long timeout = lossy ? session->lossy : find_stuck(datagrams) ? 0 : session->timeout;

	if (datagrams->sending != SENDING_BLOCKED)
		deadline_set(&datagrams->patience, timeout == DEADLINE_NEVER ? SOCKET_PATIENCE : timeout);
	datagrams->sending = SENDING_BLOCKED;
	if (!deadline_passed(&datagrams->patience) || (!lossy && (!datagrams->answers || session->single)))
		return true;
	if (!lossy && !find_stuck(datagrams))
		datagrams->stuck[datagrams->next++ % STUCK_MOST] = datagrams->peer;
	return false;
}

/* Send the record in hand. Returns GO_ON, or the exit status. */
static int
send_record(struct datagrams *datagrams)
{
	struct socket_address *stuck;
	int error = datagrams_reach(datagrams);

	if (is_full(error) && block(datagrams))
		return GO_ON;
	datagrams->sending = SENDING_MORE;
	if (error)
		return give_up(datagrams, error);
	stuck = find_stuck(datagrams);
	if (stuck)
		stuck->size = 0;
	datagrams->sent++;
	if (datagrams->enough)
		datagrams->left -= (long long)datagrams->size + 1;
	datagrams->record = NULL;
	return GO_ON;
}

int
datagrams_send(struct datagrams *datagrams)
{
	int status = GO_ON, count;

	for (count = 0; count < BURST && status == GO_ON; count++) {
		if (!datagrams->record) {
			datagrams->sending = SENDING_MORE;
			status = read_record(datagrams);
			if (datagrams->sending != SENDING_MORE)
				return status;
		}
		if (datagrams->record)
			status = send_record(datagrams);
		if (datagrams->sending == SENDING_BLOCKED)
			return status;
	}
	return status;
}
