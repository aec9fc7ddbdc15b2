/*
 * records.h: declarations that the files of records over one connection share: records.c (loop), records_peer.c
 * (receiving, connecting again), records_send.c (input, sending, dropping).
 */
#ifndef SOCKET_RECORDS_H
#define SOCKET_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"
#include "base/record.h"
#include "socket/backlog.h"
#include "socket/internal.h"
#include "socket/packet.h"
#include "socket/session.h"
#include "socket/socket.h"

/* Bytes in the longest record. */
#define RECORDS_LONGEST ((size_t)1024 * 1024)

/* Bytes of input that are read, or of the peer that are received, at once if they are no records. */
#define RECORDS_PIECE ((size_t)64 * 1024)

/* A record, or a piece of the input, that waits to be sent. */
struct unsent {
	struct unsent *next;
	struct deadline patience; /* time when it is dropped, unless a part of it was sent */
	size_t size, done;        /* bytes in all, and bytes that this connection has taken */
	char data[];
};

struct records {
	const struct session *session;
	struct socket *socket;            /* its fd is -1 during an outage */
	bool tcp, packets;                /* TCP; packets instead of bytes */
	bool pieces;                      /* the input is sent as bytes: none of it can be sent again, or dropped */
	unsigned long long sent, dropped; /* records, or bytes with pieces */
	unsigned long long received;      /* records if there is a count, or bytes */

	/* Standard input. */
	struct record_reader input;
	bool reading; /* it has not ended */
	bool more;    /* the reader may hold more records, which poll(2) does not report */
	struct unsent *first, *last;
	size_t waiting; /* bytes that the list takes up */
	bool blocked;   /* the peer takes nothing now */
	bool half_closed;
	int broken;                /* errno value with which sending failed, for records_lose; or 0 */
	int failed;                /* errno value with which the peer stopped taking data for good, or 0 */
	unsigned long long unread; /* records that the reader held at a failure */

	/* The peer. */
	struct record_reader answers; /* if there is a count */
	bool heard;                   /* that reader may hold more records */
	struct packet packet;         /* packet that came last */
	struct backlog output;
	unsigned long long taken; /* bytes that were received */
	bool ended;               /* the peer has sent its end, and no other connection follows */
	bool enough;              /* as many records as wanted have come */
	long long left;           /* bytes of input still to send, at least, once enough records have come */

	/* An outage. */
	bool waits;                   /* it must end, because of a record to send or to receive */
	struct deadline until, retry; /* time to give up, and time of the next attempt */
	long long pause;              /* nanoseconds between that attempt and the one after it */
	struct attempt attempt;       /* attempt that came last */
	int status;                   /* GO_ON, or the exit status of a step during an attempt */

	char piece[RECORDS_PIECE];
};

/* Functions of records_send.c. */

/*
 * Print a line about an error, with the reason (may be NULL), and with the data that were sent, received and lost.
 * Returns the exit status.
 */
int records_report(struct records *records, enum relay_side side, int error, const char *why);

/* Append the data that were sent, received and lost. Returns true if data are lost. */
bool records_count(struct records *records, struct text *text);

/* Return true if standard input is to be read now. */
bool records_wants(const struct records *records);

/* Return the first record of which nothing was sent, or NULL. */
struct unsent *records_whole(const struct records *records);

/* Read standard input without waiting, and drop the records whose time is over. Returns GO_ON, or the exit status. */
int records_take(struct records *records);

/*
 * Read standard input, and send what the peer takes, but only a bounded number of records at a time. Set broken if the
 * peer takes nothing more. Returns GO_ON, or the exit status.
 */
int records_send(struct records *records);

/* Functions of records_peer.c. */

/* Start to receive from a new connection. */
void records_begin(struct records *records);

/* Receive without waiting, and write to standard output. Returns GO_ON, or the exit status. */
int records_receive(struct records *records);

/*
 * Handle the end of the connection (error is 0) or an error of it. If there is to be another connection, close this one
 * and set the time of the first attempt. Returns GO_ON, or the exit status.
 */
int records_lose(struct records *records, int error);

/* Try to connect again. Returns GO_ON, or the exit status. */
int records_connect(struct records *records);

#endif
