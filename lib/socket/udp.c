/*
 * udp.c: UDP sockets besides their address: multicast groups that a listener joins, and the interface to a group.
 */
#include <netinet/in.h>

#include "socket/control.h"
#include "socket/internal.h"

/* Return true if a socket that is bound there takes packets for several addresses of this machine. */
static bool
is_any(const struct socket_address *at)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&at->storage;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&at->storage;

	return at->storage.ss_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr)
	                                         : four->sin_addr.s_addr == htonl(INADDR_ANY);
}

int
udp_prepare(const struct socket *socket, int fd, bool listens, const struct socket_address *address)
{
	unsigned int interface = address_interface(&socket->address);

	if (socket->address.kind != ADDRESS_UDP || !address_is_group(address))
		return 0;
	/* All listeners of a group get its packets. */
	if (listens)
		socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	return listens || !interface ? 0 : socket_route(fd, address->storage.ss_family, interface);
}

void
udp_ask(struct socket *socket, int fd, const struct socket_address *at)
{
	socket->asks = socket->address.kind == ADDRESS_UDP && is_any(at) && socket_ask(fd, at->storage.ss_family);
}

int
udp_bound(struct socket *socket, int fd, const struct socket_address *at)
{
	udp_ask(socket, fd, at);
	return socket->address.kind == ADDRESS_UDP && address_is_group(at)
	           ? socket_join(fd, at, address_interface(&socket->address))
	           : 0;
}
