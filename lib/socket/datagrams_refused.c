/*
 * datagrams_refused.c: packets that no peer takes. UDP reports a refused packet with the next call on the socket. While
 * a peer with several addresses has not answered, a copy of the first packets is kept, so that they can be sent to the
 * next address if this one refuses them. A Unix socket is connected again, because its receiver may have been replaced.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/datagrams.h"
#include "socket/internal.h"

/* Bytes of packets that are kept for the next address. */
#define KEPT_MOST ((size_t)64 * 1024)

bool
datagrams_refuses(const struct datagrams *datagrams, int error)
{
	switch (socket_has_connections(datagrams->socket) ? 0 : error) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EPROTO:
		return true;
	case ENOENT:
	case ENOTCONN:
	case EPIPE:
		return datagrams->socket->address.kind == ADDRESS_UNIX;
	default:
		return false;
	}
}

/* Return true if the peer has another address, and nothing says yet that it takes packets at this one. */
static bool
may_turn(const struct datagrams *datagrams)
{
	const struct socket *socket = datagrams->socket;

	return socket->next < socket->others.count && datagrams->received == 0;
}

/* Keep a copy of the record in hand, which was sent, unless it is known by now that the peer takes packets. */
static void
keep(struct datagrams *datagrams)
{
	size_t size = datagrams->size, end = datagrams->kept_size + sizeof(size) + size;

	if (datagrams->sent == 0)
		deadline_set(&datagrams->trial, SOCKET_PATIENCE);
	if (!datagrams->kept)
		datagrams->kept = malloc(KEPT_MOST);
	if (!datagrams->kept || end > KEPT_MOST || deadline_passed(&datagrams->trial)) {
		datagrams->socket->next = datagrams->socket->others.count;
		return;
	}
	memcpy(datagrams->kept + datagrams->kept_size, &size, sizeof(size));
	memcpy(datagrams->kept + end - size, datagrams->record, size);
	datagrams->kept_size = end;
}

/* Send all packets to the next address that takes them. Returns false if there is none. */
static bool
turn(struct datagrams *datagrams)
{
	unsigned long long all = datagrams->sent;
	bool turned = false;
	size_t at = 0, size;

	while (may_turn(datagrams) && at < datagrams->kept_size && socket_next(datagrams->socket) == 0) {
		turned = true;
		datagrams->sent = 0;
		for (at = 0; at < datagrams->kept_size; at += sizeof(size) + size) {
			memcpy(&size, datagrams->kept + at, sizeof(size));
			if (packet_send(datagrams->socket->fd, datagrams->kept + at + sizeof(size), size, NULL, NULL) ==
			    -1)
				break;
			datagrams->sent++;
		}
	}
	for (all -= datagrams->sent; all > 0; all--)
		datagrams_lose(datagrams, ECONNREFUSED);
	return turned;
}

void
datagrams_lose(struct datagrams *datagrams, int error)
{
	if (datagrams->session->lossy != DEADLINE_NEVER)
		datagrams->dropped++;
	else
		datagrams->refused++;
	datagrams->reason = error;
}

void
datagrams_take_back(struct datagrams *datagrams, int error)
{
	if (turn(datagrams) || datagrams->sent == 0)
		return;
	datagrams->sent--;
	datagrams_lose(datagrams, error);
}

/* Send the record in hand once. Returns 0, or the errno value. */
static int
transmit(struct datagrams *datagrams)
{
	int fd = datagrams->socket->fd;
	const struct socket_address *to = datagrams->answers ? &datagrams->peer : NULL;

	return packet_send(fd, datagrams->record, datagrams->size, to, &datagrams->from) == -1 ? errno : 0;
}

/* Connect a Unix socket again, and send the record in hand. Returns as transmit. */
static int
transmit_again(struct datagrams *datagrams)
{
	const struct socket_address *to = &datagrams->socket->peer;
	int fd = datagrams->socket->fd, result = TRACED(connect(fd, (const struct sockaddr *)&to->storage, to->size));

	trace_address("connect", fd, to, result);
	return result == -1 ? errno : transmit(datagrams);
}

int
datagrams_reach(struct datagrams *datagrams)
{
	int error = transmit(datagrams), again;

	if (!datagrams->answers && error && datagrams->socket->address.kind == ADDRESS_UNIX &&
	    datagrams_refuses(datagrams, error))
		return transmit_again(datagrams);
	while (!datagrams->answers && datagrams_refuses(datagrams, error)) {
		bool turned = turn(datagrams);

		again = transmit(datagrams);
		/* An error that stays is that of this record. Only ECONNREFUSED always is that of an earlier packet. */
		if (!turned && ((again == error && error != ECONNREFUSED) || datagrams->sent == 0))
			return again;
		if (!turned)
			datagrams_take_back(datagrams, error);
		error = again;
	}
	if (error == 0 && may_turn(datagrams))
		keep(datagrams);
	return error;
}

void
datagrams_look(struct datagrams *datagrams)
{
	socklen_t size = sizeof(int);
	int error;

	while (!datagrams->answers && getsockopt(datagrams->socket->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
	       datagrams_refuses(datagrams, error))
		datagrams_take_back(datagrams, error);
}

int
datagrams_finish(struct datagrams *datagrams, int status)
{
	const char *name = datagrams->socket->address.text;
	struct text why = {0};

	datagrams_look(datagrams);
	socket_report_dropped(datagrams->socket, datagrams->dropped, "record");
	/* STATUS_OK: a normal end, without a line that counts the refused packets. */
	if (status != GO_ON && status != STATUS_OK)
		return status;
	if (datagrams->refused) {
		if (datagrams->reason == ECONNREFUSED)
			text_format(&why, "nobody listens there");
		else
			socket_explain(&datagrams->socket->address, false, datagrams->reason, &why);
		error_line(name, "%llu packet%s refused: %s; %llu packet%s sent, %llu received", datagrams->refused,
		    datagrams->refused == 1 ? " was" : "s were", why.data ? why.data : "", datagrams->sent,
		    datagrams->sent == 1 ? " was" : "s were", datagrams->received);
		text_free(&why);
	}
	return datagrams->failed || datagrams->refused ? STATUS_FAILED : STATUS_OK;
}
