/*
 * calls.c: the system calls on sockets whose trace shows an address or the bytes of a packet. The trace leaves out a
 * call that would have blocked, or that a tick interrupted.
 */
#include <errno.h>

#include "base/trace.h"
#include "socket/calls.h"

/* Bytes of a packet that are shown. */
#define SHOWN 32

static const char *
family_name(int family)
{
	return family == AF_UNIX ? "AF_UNIX" : family == AF_INET6 ? "AF_INET6" : "AF_INET";
}

static bool
shown(long result)
{
	return trace_on && (result != -1 || (errno != EAGAIN && errno != EINTR));
}

static void
quote(const struct socket_address *address, struct text *text)
{
	int family = address->storage.ss_family;
	char host[ADDRESS_HOST];
	unsigned int port;
	size_t size;

	if (address->size == 0) {
		text_format(text, "NULL");
		return;
	}
	text_format(text, "{sa_family=%s", family_name(family));
	if (family == AF_UNIX) {
		const char *path = address_path(address, &size);

		if (size > 0) {
			text_format(text, ", sun_path=");
			text_quote(text, path, size, size);
		}
	} else if (address_numeric(address, host, sizeof(host), &port)) {
		text_format(text, family == AF_INET ? ", sin_port=%u, sin_addr=%s" : ", sin6_port=%u, sin6_addr=%s",
		    port, host);
	}
	text_format(text, "}");
}

void
trace_address(const char *call, int fd, const struct socket_address *address, int result)
{
	struct text line = {0};
	int saved = errno;

	if (!shown(result))
		return;
	text_format(&line, "%s(%d, ", call, fd);
	quote(address, &line);
	text_format(&line, ", %u)", (unsigned int)address->size);
	errno = saved;
	trace_end(&line, result);
}

int
trace_socket(int family, int type, int protocol)
{
	return trace_call(socket(family, type, protocol), "socket(%s, %s, %d)", family_name(family),
	    type == SOCK_STREAM  ? "SOCK_STREAM"
	    : type == SOCK_DGRAM ? "SOCK_DGRAM"
	    : type == SOCK_RAW   ? "SOCK_RAW"
	                         : "SOCK_SEQPACKET",
	    protocol);
}

ssize_t
trace_recvmsg(int fd, struct msghdr *message, struct socket_address *peer)
{
	ssize_t got = recvmsg(fd, message, MSG_DONTWAIT);

	peer->size = message->msg_namelen;
	if (shown(got)) {
		struct text call = {0};

		text_format(&call, "recvmsg(%d, {msg_name=", fd);
		quote(peer, &call);
		text_format(&call, ", msg_iov=");
		text_quote(&call, message->msg_iov->iov_base, got > 0 ? (size_t)got : 0, SHOWN);
		text_format(&call, "}, MSG_DONTWAIT)");
		trace_end(&call, (long)got);
	}
	return got;
}

ssize_t
trace_sendto(int fd, const char *data, size_t size, const struct socket_address *to)
{
	ssize_t sent = sendto(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL,
	    to ? (const struct sockaddr *)&to->storage : NULL, to ? to->size : 0);

	if (shown(sent)) {
		struct text call = {0};

		text_format(&call, to ? "sendto(%d, " : "send(%d, ", fd);
		text_quote(&call, data, size, SHOWN);
		text_format(&call, ", %zu, MSG_DONTWAIT|MSG_NOSIGNAL", size);
		if (to) {
			text_format(&call, ", ");
			quote(to, &call);
			text_format(&call, ", %u", (unsigned int)to->size);
		}
		text_format(&call, ")");
		trace_end(&call, (long)sent);
	}
	return sent;
}
