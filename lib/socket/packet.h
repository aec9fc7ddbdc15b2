/*
 * packet.h: packets.
 */
#ifndef SOCKET_PACKET_H
#define SOCKET_PACKET_H

#include "socket/socket.h"

/* The largest packet. */
#define PACKET_MOST ((size_t)1024 * 1024)

struct packet {
	char *data; /* room for PACKET_MOST bytes and one more */
	size_t size;
	struct address_socket peer;
	bool ended; /* not a packet: the peer has closed */
};

/* Takes a packet, without waiting. -1: EAGAIN, EMSGSIZE (it was larger), errno of recvmsg(2). */
int packet_take(int fd, bool connects, struct packet *packet);

/*
 * Sends a packet, without waiting; to NULL: to whom the socket is connected. Returns its size; -1: EAGAIN, ENOBUFS (no room
 * now), errno of sendto(2).
 */
ssize_t packet_send(int fd, const char *data, size_t size, const struct address_socket *to);

/* Appends why a record does not fit into a packet, after EMSGSIZE; record: its number. */
void packet_too_large(const struct sock *sock, unsigned long record, size_t size, struct text *text);

/* A descriptor from which a packet can be read as a record. -1: ENOMEM, errno of memory_file. */
int packet_input(enum record_form form, const struct packet *packet);

/* Copies packets of a socket both ways, one a record; listens: the peer is whoever sent last. Returns the exit status. */
int packets_run(struct session *session, struct sock *sock, int fd, bool listens);

#endif
