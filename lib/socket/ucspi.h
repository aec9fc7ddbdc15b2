/*
 * ucspi.h: the environment of a COMMAND, which describes its client. See UCSPI (1996).
 */
#ifndef SOCKET_UCSPI_H
#define SOCKET_UCSPI_H

#include <stdbool.h>
#include <stddef.h>

#include "socket/socket.h"

struct ucspi {
	char **list;        /* variables of this process, and after them those of the connection, up to a NULL */
	size_t base;        /* number of variables of this process */
	struct text values; /* variables of the connection, each up to a NUL */
	size_t same;        /* bytes of values that are the same for each connection */
	const struct socket_address *asked; /* address of this machine that the peer has asked; NULL, or size 0: all */
};

/*
 * Start with the variables of this process, except those that look like a connection's or that pass on a socket
 * (LISTEN_FDS). Returns 0, or -1 with ENOMEM.
 */
int ucspi_open(struct ucspi *ucspi);

/*
 * Replace the variables of the last connection. fd: the connection, or the socket of packets. The control characters
 * and backslashes of a path are escaped. Returns 0, or -1 with ENOMEM.
 */
int ucspi_set(struct ucspi *ucspi, const struct socket *socket, int fd, const struct socket_address *peer);

/* Release the environment. ucspi_open must have succeeded. */
void ucspi_close(struct ucspi *ucspi);

#endif
