/*
 * calls.c: the system calls on sockets whose trace shows an address or the bytes of a packet. The trace leaves out a
 * call that would have blocked, or that a tick interrupted.
 */
#include <errno.h>
#include <string.h>

#include "base/trace.h"
#include "socket/calls.h"
#include "socket/control.h"

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
	return trace_call(TRACED(socket(family, type, protocol)), "socket(%s, %s, %d)", family_name(family),
	    type == SOCK_STREAM  ? "SOCK_STREAM"
	    : type == SOCK_DGRAM ? "SOCK_DGRAM"
	    : type == SOCK_RAW   ? "SOCK_RAW"
	                         : "SOCK_SEQPACKET",
	    protocol);
}

ssize_t
trace_recvmsg(int fd, struct msghdr *message, struct socket_address *peer)
{
	ssize_t got = TRACED(recvmsg(fd, message, MSG_DONTWAIT));

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

/* Call sendmsg(2), with the address to send from as control data. */
static ssize_t
send_from(int fd, const char *data, size_t size, const struct socket_address *to, const struct socket_address *from)
{
	union socket_control control;
	struct socket_address name = *to;
	union {
		const char *constant;
		char *data;
	} bytes = {data};
	struct iovec part = {.iov_base = bytes.data, .iov_len = size};
	struct msghdr message = {.msg_name = &name.storage,
	    .msg_namelen = name.size,
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control};
	char host[ADDRESS_HOST];
	unsigned int port;
	ssize_t sent;

	socket_answer(from, &message);
	sent = TRACED(sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
	if (shown(sent)) {
		struct text call = {0};

		text_format(&call, "sendmsg(%d, {msg_name=", fd);
		quote(to, &call);
		text_format(&call, ", msg_iov=");
		text_quote(&call, data, size, SHOWN);
		/* From a group, only the interface is set (socket_answer). */
		if (address_numeric(from, host, sizeof(host), &port))
			text_format(&call, ", msg_control={%s=%s}",
			    address_is_group(from)               ? "ipi6_ifindex"
			    : from->storage.ss_family == AF_INET ? "ipi_spec_dst"
			                                         : "ipi6_addr",
			    address_is_group(from) ? host + strcspn(host, "%") + 1 : host);
		text_format(&call, "}, MSG_DONTWAIT|MSG_NOSIGNAL)");
		trace_end(&call, (long)sent);
	}
	return sent;
}

ssize_t
trace_sendto(int fd, const char *data, size_t size, const struct socket_address *to, const struct socket_address *from)
{
	ssize_t sent;

	if (to && from->size)
		return send_from(fd, data, size, to, from);
	sent = TRACED(sendto(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL,
	    to ? (const struct sockaddr *)&to->storage : NULL, to ? to->size : 0));
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

ssize_t
trace_rights(const char *call, int fd, ssize_t result, const int *list, size_t count, const char *flags)
{
	struct text line = {0};
	size_t i;

	if (!shown(result))
		return result;
	text_format(&line, "%s(%d, {msg_control={cmsg_type=SCM_RIGHTS, cmsg_data=[", call, fd);
	for (i = 0; i < count && i < SHOWN; i++)
		text_format(&line, "%s%d", i ? ", " : "", list[i]);
	text_format(&line, "%s]}}, %s)", i < count ? "..." : "", flags);
	trace_end(&line, (long)result);
	return result;
}
