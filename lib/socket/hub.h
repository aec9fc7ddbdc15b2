/*
 * hub.h: declarations that the files of the hub share: hub.c (loop), hub_client.c (clients that come and go),
 * hub_record.c (records).
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
#define HUB_LONGEST ((size_t)64 * 1024)

struct client {
	int fd;
	struct text name; /* address of the client, or unix:#N */
	struct record_reader records;
	struct backlog backlog;
	enum {
		CLIENT_SENDS,
		CLIENT_ENDED, /* the client has sent its end, and may still read */
		CLIENT_GONE   /* the client is to be closed */
	} state;
	bool half_closed;         /* nothing more is sent to the client, and its connection was half-closed */
	unsigned long long moved; /* backlog.moved at the last check */
	struct deadline patience; /* time when a full client that takes nothing is dropped */
};

/* Places in hub->crowd.wait; the clients follow. */
enum { HUB_LISTENER, HUB_INPUT, HUB_OUTPUT, HUB_CLIENTS };

struct hub {
	const struct session *session;
	struct listener listener;
	struct crowd crowd; /* clients */
	struct record_reader input;
	struct backlog output;
	bool reading;          /* standard input has not ended */
	bool packets;          /* clients send and get packets */
	struct packet packet;  /* packet that came last */
	bool failed;           /* a client was dropped, or a record not sent, after a line */
	struct deadline asked; /* time to ask the system again which clients have gone */
};

/* Accept all waiting clients, so that they receive the next record. */
void hub_welcome(struct hub *hub);

/* Drop a client, with a line that says why. */
void hub_drop(struct hub *hub, struct client *client, const char *why);

/* Drop a client after an error of its connection. */
void hub_lose(struct hub *hub, struct client *client, int error);

/*
 * Drop clients that are full and take nothing, and close those that are done. Returns the number of clients that must
 * be checked again without an event.
 */
size_t hub_sort_out(struct hub *hub);

/*
 * Return true if a record must wait, because a descriptor to which it goes has no space. The record is one of standard
 * input (it then waits even if there is no client), or of a client.
 */
bool hub_full(const struct hub *hub, bool input);

/* Take records of a client, and pass them on. Returns 0, or -1 with errno if standard output failed. */
int hub_hear(struct hub *hub, struct client *client);

/* Take records of standard input, and pass them on. Returns GO_ON, or the exit status after a line. */
int hub_say(struct hub *hub);

#endif
