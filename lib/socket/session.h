/*
 * session.h: COMMANDs for connections or packets, a hub of clients, and packets to and from records.
 */
#ifndef SOCKET_SESSION_H
#define SOCKET_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/record.h"
#include "socket/socket.h"

/* A count that is never reached. */
#define SESSION_FOREVER (~0ULL)

struct session {
	char **argv;              /* COMMAND with its arguments, up to a NULL; NULL: none */
	char *path;               /* file of COMMAND */
	enum record_form form;    /* form of records, of packets or of a hub */
	bool input, output;       /* standard input is sent; received data go to standard output */
	bool prefix;              /* each record starts with its peer and a tab */
	bool relays;              /* records of a client of a hub go to the other clients too */
	bool keeps;               /* at an end nothing is shut down: neither the socket nor standard output */
	bool again;               /* connect again once the peer has closed */
	bool single;              /* receive one packet, then answer it until standard input ends */
	unsigned long long count; /* connections to take, or packets to receive; SESSION_FOREVER */
	size_t most;              /* connections or COMMANDs at a time; 0: no bound */
	long long timeout;        /* longest wait for a peer, a byte or a packet in nanoseconds, or DEADLINE_NEVER */
	long long lossy; /* nanoseconds after which a record that was not sent is dropped, or DEADLINE_NEVER: none is */
};

/*
 * Each of these functions runs until it is done. It returns the exit status, after a line for a failure. A COMMAND is a
 * process group of its own, which ends with its client and with this process; the status is that of the first COMMAND
 * that failed.
 */

/*
 * Run COMMAND with each connection of a listener, or with the connection of socket if connected, as its standard input
 * and output.
 */
int serve_connections(const struct session *session, struct socket *socket, bool connected);

/* Run COMMAND for each packet, which it reads as a record; the records that it writes are the answers. */
int serve_packets(const struct session *session, struct socket *socket);

/*
 * Write the records of all clients to standard output, unmixed, and send the records of standard input to all clients.
 */
int hub_run(const struct session *session, struct socket *socket);

/*
 * Copy both ways over one connection of records: those of the peer are counted, or those of standard input are sent
 * again over a new connection, or dropped after a time. At least one of the three must be asked for.
 */
int records_run(const struct session *session, struct socket *socket);

/* Copy packets both ways, one a record; listens: the peer of the packet that came last is answered. */
int datagrams_run(const struct session *session, struct socket *socket, bool listens);

#endif
