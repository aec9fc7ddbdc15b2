/*
 * datagrams.h: declarations that the files that copy packets share: datagrams.c (loop, receiving), datagrams_send.c
 * (sending).
 */
#ifndef SOCKET_DATAGRAMS_H
#define SOCKET_DATAGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"
#include "base/record.h"
#include "socket/backlog.h"
#include "socket/packet.h"
#include "socket/session.h"
#include "socket/socket.h"

/* The most peers that are remembered because they take nothing. */
#define STUCK_MOST 16

struct datagrams {
	const struct session *session;
	struct socket *socket;
	bool answers; /* a listener of packets: records go to the peer of the last packet, or with -P to that named */
	bool ended;   /* the peer has closed the connection */
	bool known;   /* there is a peer to send to */
	bool enough;  /* as many packets as wanted have come */
	bool failed;  /* a packet or a record was dropped, after a line */
	struct packet packet; /* packet that came last */
	struct record_reader input;
	struct backlog output;
	unsigned long long received, sent;

	enum {
		SENDING_WAITS,   /* waits for a record */
		SENDING_MORE,    /* more records may be there */
		SENDING_BLOCKED, /* the peer's queue is full: the record in hand waits */
		SENDING_ENDED    /* standard input has ended */
	} sending;
	const char *record; /* record in hand; NULL: none */
	size_t size;
	struct socket_address peer;              /* peer of the record in hand */
	struct deadline patience;                /* time when a listener drops a blocked record */
	struct socket_address stuck[STUCK_MOST]; /* peers that did not take a record within patience; size 0: none */
	size_t next;                             /* place of the next such peer */
	long long left; /* bytes of input still to send, at least, once enough packets have come */
};

/* Print a line about an error, with the packets that were sent and received. Returns the exit status. */
int datagrams_report(const struct datagrams *datagrams, enum relay_side side, int error, const char *why);

/*
 * Handle a failure that concerns one packet, or one peer of several. A listener for many packets continues. Returns
 * GO_ON, or status.
 */
int datagrams_survive(struct datagrams *datagrams, int status);

/* Send records of standard input, but only a bounded number at a time. Returns GO_ON, or the exit status. */
int datagrams_send(struct datagrams *datagrams);

#endif
