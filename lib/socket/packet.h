/*
 * packet.h: single packets, taken or sent without waiting. Nothing is cut or split.
 */
#ifndef SOCKET_PACKET_H
#define SOCKET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "socket/address.h"

/* Bytes in the largest packet. */
#define PACKET_MOST ((size_t)1024 * 1024)

struct packet {
	char *data; /* space for PACKET_MOST bytes and one more */
	size_t size;
	struct socket_address peer;
	struct socket_address asked; /* address of this machine to answer from; size 0: the system's choice */
	bool asks;                   /* the socket tells to which address a packet was sent (socket_ask) */
	bool ended;                  /* no packet: the peer has closed the connection */
};

/* Allocate space for packets. Returns 0, or -1 with ENOMEM. */
int packet_open(struct packet *packet);

/*
 * Take a packet; connects: from a connection, which can end. Descriptors that come with it are not opened. Returns 0 or
 * -1. Errors: EAGAIN, EMSGSIZE (larger than PACKET_MOST; the packet is lost), EINTR, those of recvmsg(2).
 */
int packet_take(int fd, bool connects, struct packet *packet);

/*
 * Send a packet to an address, from one of this machine's (size 0: the system's choice); or to the peer of the
 * connected socket if to is NULL. Returns 0 or -1. Errors: EAGAIN or ENOBUFS (no space now), EMSGSIZE, those of
 * sendto(2).
 */
int packet_send(
    int fd, const char *data, size_t size, const struct socket_address *to, const struct socket_address *from);

/* Append the reason why a record could not be sent, unless strerror(error) says it all; record: its number. */
void packet_explain(const struct address *address, unsigned long record, size_t size, int error, struct text *text);

/* Release the space. */
void packet_close(struct packet *packet);

#endif
