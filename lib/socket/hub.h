/*
 * hub.h: declarations that the files of the hub share: hub.c (loop), hub_client.c (clients that come and go),
 * hub_slow.c (clients that are slow, or leave), hub_record.c (records), hub_end.c (the end of the hub).
 */
#ifndef SOCKET_HUB_H
#define SOCKET_HUB_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"
#include "base/record.h"
#include "base/text.h"
#include "socket/backlog.h"
#include "socket/internal.h"
#include "socket/packet.h"
#include "socket/session.h"

/* Bytes in the longest record. */
#define HUB_LONGEST ((size_t)1024 * 1024)

/* Bytes that are taken from one source before the others have their turn. */
#define HUB_TURN ((size_t)128 * 1024)

struct client {
	int fd;
	struct text name; /* address of the client, or unix:#N */
	struct record_reader records;
	struct backlog backlog; /* fd -1: the client takes nothing more */
	enum {
		CLIENT_SENDS,
		CLIENT_ENDED,  /* the client has sent its end, and may still read */
		CLIENT_LEAVES, /* it gets the data that wait for it; its own are discarded until it closes */
		CLIENT_GONE    /* the client is to be closed */
	} state;
	bool counts;              /* the client has held others up and not caught up since, so these are set: */
	long long left;           /* nanoseconds for which it may still do so */
	unsigned long long start; /* backlog.moved when that began */
	bool holds;               /* the client holds others up now, and the rest passes at until */
	bool skipped;             /* all have passed, and records that do not fit are dropped (-L) */
	bool half_closed;         /* the client leaves, and nothing more is sent to it */
	struct deadline until;    /* also: time when a client that leaves is closed, if it sends and takes nothing */
	struct deadline latest;   /* time when a client that leaves is closed in any case */
};

/* Places in hub->crowd.wait; the clients follow. */
enum { HUB_LISTENER, HUB_INPUT, HUB_OUTPUT, HUB_CLIENTS };

struct hub {
	const struct session *session;
	struct listener listener;
	struct crowd crowd; /* clients */
	struct record_reader input;
	struct backlog output;
	bool reading;               /* standard input has not ended */
	bool packets;               /* clients send and get packets */
	bool bytes;                 /* clients send and get bytes, without records (-r) */
	bool input_waits;           /* a record of standard input waits for space */
	bool clients_wait;          /* a record of a client does */
	struct packet packet;       /* packet that came last */
	bool failed;                /* a client was dropped, or a record not sent, after a line */
	unsigned long long sent;    /* bytes that clients have taken which have gone by now */
	unsigned long long dropped; /* records, or bytes of -r, that slow clients did not get (-L) */
	struct deadline asked;      /* time to ask the system again which clients have gone */
};

/* Accept all waiting clients, so that they receive the next record. */
void hub_welcome(struct hub *hub);

/* Print a line about a client that is dropped. */
void hub_drop(struct hub *hub, const struct client *client, const char *why);

/*
 * Handle an error of a connection, after a line. A client that takes nothing more may have sent records before; reads:
 * it is the other way round, and the client is dropped.
 */
void hub_lose(struct hub *hub, struct client *client, int error, bool reads);

/* Write the data that are kept for a client. */
void hub_write(struct hub *hub, struct client *client);

/*
 * Close a client that has not ended, once the data that wait for it are written. If a socket is closed with unread
 * input, the system destroys data that it has sent.
 */
void hub_leave(struct client *client);

/* Discard the data that have come from a client that leaves. */
void hub_discard(struct client *client);

/*
 * Drop clients that hold others up for too long, and close those that are done. Returns the number of milliseconds
 * until the clients must be checked again without an event, or -1.
 */
int hub_sort_out(struct hub *hub);

/*
 * Return true if a record must wait, because a descriptor to which it goes has no space. The record is one of standard
 * input (it then waits even if there is no client), or of a client.
 */
bool hub_full(const struct hub *hub, bool input);

/* Take records of a client, and pass them on. Returns 0, or -1 with ENOMEM if standard output is to fail. */
int hub_hear(struct hub *hub, struct client *client);

/* Take records of standard input, and pass them on. Returns 0, or -1 after a line if it cannot be read. */
int hub_say(struct hub *hub);

/* Take the next record of standard input. Returns as record_next. */
int hub_next(struct hub *hub, const char **data, size_t *size);

/*
 * End the hub: read nothing more, and let the clients leave. Those for which nothing waits, and from which nothing is
 * unread, are closed at once. After a signal nothing that waits is written.
 */
void hub_retire(struct hub *hub);

/*
 * End the hub because standard output has failed (RELAY_OUTPUT), or because a signal was caught (RELAY_PEER, EINTR).
 * Print the line of socket_report_bytes.
 */
void hub_end(struct hub *hub, enum relay_side side, int error);

/* Release all, and print the lines of the end, if loop returned this status. Returns the exit status. */
int hub_finish(struct hub *hub, int status);

#endif
