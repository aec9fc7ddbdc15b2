/*
 * packet.c: one packet, taken or sent without waiting. A packet that does not fit is an error.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "socket/calls.h"
#include "socket/control.h"
#include "socket/internal.h"
#include "socket/packet.h"

int
packet_open(struct packet *packet)
{
	*packet = (struct packet){.data = malloc(PACKET_MOST + 1)};
	return packet->data ? 0 : -1;
}

int
packet_take(int fd, bool connects, struct packet *packet)
{
	union socket_control control;
	struct iovec part = {.iov_base = packet->data, .iov_len = PACKET_MOST};
	struct msghdr message = {.msg_name = &packet->peer.storage,
	    .msg_namelen = sizeof(packet->peer.storage),
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = socket_control_size(connects, packet->asks)};
	ssize_t got = trace_recvmsg(fd, &message, &packet->peer);

	if (got == -1)
		return -1;
	if (message.msg_flags & MSG_TRUNC)
		return error_set(EMSGSIZE);
	packet->size = (size_t)got;
	/* An empty packet comes with credentials (socket_mark), the end of a connection comes without. */
	packet->ended = connects && got == 0 && message.msg_controllen == 0;
	if (packet->asks)
		socket_asked(&message, &packet->asked);
	return 0;
}

/*
 * Enlarge the send buffer for a packet of this size. Returns false if the buffer is large enough, or the packet too
 * large.
 */
static bool
enlarge(int fd, size_t size)
{
	int before;
	socklen_t length = sizeof(int);

	if (size > PACKET_MOST || getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &before, &length) == -1 ||
	    (size_t)before > size + 1024)
		return false;
	socket_set(fd, SOL_SOCKET, SO_SNDBUF, (int)size);
	return true;
}

/* Permit packets to a broadcast address. Returns false if they are permitted already. */
static bool
permit_broadcast(int fd)
{
	int before;
	socklen_t length = sizeof(before);

	if (getsockopt(fd, SOL_SOCKET, SO_BROADCAST, &before, &length) == -1 || before)
		return false;
	socket_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	return true;
}

int
packet_send(int fd, const char *data, size_t size, const struct socket_address *to, const struct socket_address *from)
{
	ssize_t sent = trace_sendto(fd, data, size, to, from);

	if (sent == -1 && ((errno == EMSGSIZE && enlarge(fd, size)) || (errno == EACCES && permit_broadcast(fd))))
		sent = trace_sendto(fd, data, size, to, from);
	return sent == -1 ? -1 : 0;
}

void
packet_explain(const struct address *address, unsigned long record, size_t size, int error, struct text *text)
{
	if (error == ENOTCONN || error == EDESTADDRREQ || error == EINVAL)
		text_format(text, "the peer has no address to answer to");
	else if (error == EAGAIN || error == EWOULDBLOCK)
		text_format(text, "the peer took nothing, and record %lu was dropped", record);
	else if (error == EACCES && address->kind == ADDRESS_UDP)
		text_format(text, "the system forbids packets to this address");
	if (error != EMSGSIZE)
		return;
	text_format(text, "record %lu has %zu bytes", record, size);
	if (address->kind == ADDRESS_UDP)
		text_format(text, ", and a UDP packet at most 65507");
	if (address->kind != ADDRESS_UNIX)
		return;
	text_format(text, "; ");
	limit_explain(text, LIMIT_PACKET, size);
}

void
packet_close(struct packet *packet)
{
	free(packet->data);
	packet->data = NULL;
}
