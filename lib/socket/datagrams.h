/*
 * datagrams.h: declarations that the files that copy packets share: datagrams.c (loop, receiving), datagrams_send.c
 * (sending), datagrams_refused.c (packets that are refused), datagrams_asked.c (addresses that were asked).
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
	unsigned long long received;
	unsigned long long sent;             /* packets that were taken, and not refused as far as is known */
	unsigned long long refused, dropped; /* packets that were refused; or that were not sent in time, with -L */
	int reason;                          /* errno value of the packet that was refused last */

	enum {
		SENDING_WAITS,   /* waits for a record */
		SENDING_MORE,    /* more records may be there */
		SENDING_BLOCKED, /* the peer's queue is full: the record in hand waits */
		SENDING_ENDED    /* standard input has ended */
	} sending;
	const char *record; /* record in hand; NULL: none */
	size_t size;
	struct socket_address peer, from;        /* peer of the record in hand, and our address that it has asked */
	struct deadline patience;                /* time when a listener drops a blocked record */
	struct socket_address stuck[STUCK_MOST]; /* peers that did not take a record within patience; size 0: none */
	size_t next;                             /* place of the next such peer */
	struct asked *asked;                     /* table of peers for -P, or NULL */
	char *kept;            /* packets sent to the first address of the peer, each after its size */
	size_t kept_size;      /* bytes in use there */
	struct deadline trial; /* time until which the peer may refuse them */
	long long left;        /* bytes of input still to send, at least, once enough packets have come */
};

/* Print a line about an error, with the packets that were sent and received. Returns the exit status. */
int datagrams_report(struct datagrams *datagrams, enum relay_side side, int error, const char *why);

/* Append how many packets were sent, and how many were refused. */
void datagrams_count(struct datagrams *datagrams, struct text *text);

/*
 * Handle a failure that concerns one packet, or one peer of several. A listener for many packets continues. Returns
 * GO_ON, or status.
 */
int datagrams_survive(struct datagrams *datagrams, int status);

/* Send records of standard input, but only a bounded number at a time. Returns GO_ON, or the exit status. */
int datagrams_send(struct datagrams *datagrams);

/* Return true if an error means that a packet was refused, and that the next one may not be. */
bool datagrams_refuses(const struct datagrams *datagrams, int error);

/* Handle the error of a packet that was sent earlier: count it, or send all packets to the peer's next address. */
void datagrams_take_back(struct datagrams *datagrams, int error);

/* Count the record in hand, which was not sent: as dropped with -L, else as refused. */
void datagrams_lose(struct datagrams *datagrams, int error);

/*
 * Send the record in hand, and again if the error was that of an earlier packet, or if a Unix socket can be connected
 * again. Returns 0, or the errno value.
 */
int datagrams_reach(struct datagrams *datagrams);

/* Look whether the packets that were sent last were refused. */
void datagrams_look(struct datagrams *datagrams);

/* Print the lines about packets that were refused or dropped. Returns the exit status. */
int datagrams_finish(struct datagrams *datagrams, int status);

/* Allocate the table of asked addresses for -P. Returns 0, or -1 with ENOMEM. */
int datagrams_remember_peers(struct datagrams *datagrams);

/* Remember the address that the peer of this name has asked. */
void datagrams_remember(struct datagrams *datagrams, const char *name);

/* Set the address from which a record for the peer of this name is sent. */
void datagrams_recall(struct datagrams *datagrams, const char *name);

#endif
