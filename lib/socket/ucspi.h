/*
 * ucspi.h: the environment of a COMMAND, which describes its client. See UCSPI (1996).
 */
#ifndef SOCKET_UCSPI_H
#define SOCKET_UCSPI_H

#include <stdbool.h>
#include <stddef.h>

#include "socket/socket.h"

struct ucspi {
	char **list; /* variables of this process, and after them those of the connection, up to a NULL */
	size_t base, count;
	const struct socket_address *asked; /* address of this machine that the peer has asked; NULL, or size 0: all */
	bool failed;                        /* memory ran out while a variable was added */
};

/*
 * Start with the variables of this process, except those that look like a connection's. Returns 0, or -1 with ENOMEM.
 */
int ucspi_open(struct ucspi *ucspi);

/*
 * Replace the variables of the last connection. fd: the connection, or the socket of packets. Returns 0, or -1 with
 * ENOMEM.
 */
int ucspi_set(struct ucspi *ucspi, const struct socket *socket, int fd, const struct socket_address *peer);

/* Release the environment. ucspi_open must have succeeded. */
void ucspi_close(struct ucspi *ucspi);

#endif
