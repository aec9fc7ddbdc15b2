/*
 * portable_packet.c: POSIX tells neither to which address a packet was sent, nor knows multicast in IPv4.
 */
#include <errno.h>

#include "base/error.h"
#include "socket/control.h"

socklen_t
socket_control_size(bool marked, bool asks)
{
	(void)marked;
	(void)asks;
	return 0;
}

bool
socket_ask(int fd, int family)
{
	(void)fd;
	(void)family;
	return false;
}

void
socket_asked(struct msghdr *message, struct socket_address *asked)
{
	(void)message;
	asked->size = 0;
}

void
socket_answer(const struct socket_address *from, struct msghdr *message)
{
	(void)from;
	message->msg_controllen = 0;
}

int
socket_join(int fd, const struct socket_address *group, unsigned int interface)
{
	(void)fd;
	(void)group;
	(void)interface;
	return error_set(ENOTSUP);
}

int
socket_route(int fd, int family, unsigned int interface)
{
	(void)fd;
	(void)family;
	(void)interface;
	return error_set(ENOTSUP);
}
