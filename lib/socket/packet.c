/*
 * packet.c: one packet, taken or sent without waiting. What does not fit is an error: nothing is cut.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/record.h"
#include "base/text.h"
#include "base/trace.h"
#include "process/child.h"
#include "socket/address.h"
#include "socket/packet.h"
#include "socket/socket.h"

int
packet_take(int fd, bool connects, struct packet *packet)
{
	char control[128];
	struct iovec part = {.iov_base = packet->data, .iov_len = PACKET_MOST};
	struct msghdr message = {.msg_name = &packet->peer.address,
	    .msg_namelen = sizeof(packet->peer.address),
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

	packet->peer.size = message.msg_namelen;
	if (trace_on && (got != -1 || (errno != EAGAIN && errno != EINTR))) {
		struct text call = {0};

		text_format(&call, "recvmsg(%d, {msg_name=", fd);
		address_quote(&packet->peer, &call);
		text_format(&call, ", msg_iov=");
		text_quote(&call, packet->data, got > 0 ? (size_t)got : 0, 32);
		text_format(&call, "}, MSG_DONTWAIT)");
		trace_end(&call, (long)got);
	}
	if (got == -1)
		return -1;
	if (message.msg_flags & MSG_TRUNC) {
		errno = EMSGSIZE;
		return -1;
	}
	packet->size = (size_t)got;
	/* An empty packet has its mark, an end has none. */
	packet->ended = connects && got == 0 && message.msg_controllen == 0;
	return 0;
}

/* Makes room in a socket for a packet of this size, as far as the system lets it. False: there is no more than before. */
static bool
widen(int fd, size_t size)
{
	int before, after, wanted = (int)size;
	socklen_t room = sizeof(int);

	if (size > PACKET_MOST || getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &before, &room) == -1 ||
	    (size_t)before > size + 1024 || setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted)) == -1)
		return false;
	return getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &after, &room) == 0 && after > before;
}

ssize_t
packet_send(int fd, const char *data, size_t size, const struct address_socket *to)
{
	ssize_t sent =
	    to ? sendto(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to->address, to->size)
	       : send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (trace_on && (sent != -1 || (errno != EAGAIN && errno != EINTR))) {
		struct text call = {0};

		text_format(&call, to ? "sendto(%d, " : "send(%d, ", fd);
		text_quote(&call, data, size, 32);
		text_format(&call, ", %zu, MSG_DONTWAIT|MSG_NOSIGNAL", size);
		if (to) {
			text_format(&call, ", ");
			address_quote(to, &call);
			text_format(&call, ", %u", (unsigned int)to->size);
		}
		text_format(&call, ")");
		trace_end(&call, (long)sent);
	}
	if (sent == -1 && errno == EMSGSIZE) {
		if (widen(fd, size))
			return packet_send(fd, data, size, to);
		errno = EMSGSIZE;
	}
	return sent;
}

void
packet_too_large(const struct sock *sock, unsigned long record, size_t size, struct text *text)
{
	text_format(text, "record %lu has %zu bytes", record, size);
	if (sock->addr.kind == ADDRESS_UDP)
		text_format(text, ", and a UDP packet at most 65507");
	if (sock->addr.kind != ADDRESS_UNIX)
		return;
	text_format(text, "; ");
	limit_explain(text, LIMIT_PACKET, size);
}

int
packet_input(enum record_form form, const struct packet *packet)
{
	size_t body, size;
	char *record = malloc(packet->size + RECORD_FRAME);
	int fd;

	if (!record)
		return -1;
	size = record_format(form, NULL, packet->data, packet->size, record, &body);
	fd = child_input(record, size);
	free(record);
	return fd;
}
