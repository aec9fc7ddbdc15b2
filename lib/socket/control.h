/*
 * control.h: control data of packets, and for UDP sockets multicast groups and the address that each packet was sent
 * to.
 */
#ifndef SOCKET_CONTROL_H
#define SOCKET_CONTROL_H

#include <stdbool.h>
#include <sys/socket.h>

#include "socket/socket.h"

/*
 * Set the interface of a multicast group, before bind(2) or connect(2) of a UDP socket, and join the group after
 * bind(2). Returns 0, or -1 with errno of socket_join or socket_route.
 */
int udp_prepare(const struct socket *socket, int fd, bool listens, const struct socket_address *address);
int udp_bound(struct socket *socket, int fd, const struct socket_address *at);

/* Learn with each packet to which address it was sent, if a UDP socket is bound to all addresses of this machine. */
void udp_ask(struct socket *socket, int fd, const struct socket_address *at);

/* Functions of the platform: linux_packet.c, portable_packet.c. */

/* Control data of one packet. */
union socket_control {
	struct cmsghdr header; /* for the alignment */
	char space[128];
};

/*
 * Return the bytes of control data that socket_mark (marked) or socket_ask (asks) asked for with a packet. Receive no
 * more, because the kernel opens descriptors of the peer wherever there is space for them.
 */
socklen_t socket_control_size(bool marked, bool asks);

/* Learn with each packet to which address it was sent. Returns false if the system cannot tell. */
bool socket_ask(int fd, int family);

/*
 * Store the address that a packet was sent to, as the control data tell; of a packet for several machines the address
 * of this one, or in IPv6 the group and its interface. Its size is 0 if it is not known.
 */
void socket_asked(struct msghdr *message, struct socket_address *asked);

/* Fill in the control data of an answer that leaves from that address; from a group: by its interface. */
void socket_answer(const struct socket_address *from, struct msghdr *message);

/* Join a multicast group on an interface (0: the system's choice). Returns 0 or -1. Errors: ENOTSUP, ENODEV. */
int socket_join(int fd, const struct socket_address *group, unsigned int interface);

/* Send packets for multicast groups by an interface. Returns 0 or -1. Errors: ENOTSUP, EADDRNOTAVAIL. */
int socket_route(int fd, int family, unsigned int interface);

#endif
