/*
 * linux_diag.h: the structures that ask the kernel for one socket: parts of <linux/netlink.h>, <linux/sock_diag.h> and
 * <linux/inet_diag.h>, which musl-gcc does not find. See sock_diag(7).
 */
#ifndef SOCKET_LINUX_DIAG_H
#define SOCKET_LINUX_DIAG_H

#include <stdint.h>

#define SOCK_DIAG           4
#define SOCK_DIAG_BY_FAMILY 20
#define NLM_F_REQUEST       1
#define TCP_LISTENING       10
#define ANY_COOKIE          0xffffffffU
#define ALL_STATES          0xffffffffU

struct netlink_header {
	uint32_t length;
	uint16_t type, flags;
	uint32_t sequence, sender;
};

struct socket_id {
	uint16_t port, peer_port; /* ports of the socket that is looked for, and of its peer */
	uint32_t address[4], peer_address[4];
	uint32_t interface, cookie[2];
};

struct diag_request {
	struct netlink_header header;
	uint8_t family, protocol, extensions, unused;
	uint32_t states;
	struct socket_id id;
};

struct diag_answer {
	struct netlink_header header;
	uint8_t family, state, timer, retransmits;
	struct socket_id id;
	uint32_t expires, unread, unsent, uid, inode;
};

#endif
