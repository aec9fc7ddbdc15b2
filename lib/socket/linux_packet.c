/*
 * linux_packet.c: Linux only: control data of packets, and multicast groups. See ip(7), ipv6(7), unix(7), cmsg(3).
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "socket/control.h"
#include "socket/internal.h"

socklen_t
socket_control_size(bool marked, bool asks)
{
	if (marked)
		return (socklen_t)CMSG_SPACE(sizeof(struct ucred));
	return asks ? (socklen_t)(CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(struct in6_pktinfo))) : 0;
}

bool
socket_ask(int fd, int family)
{
	/* An IPv6 socket may take IPv4 packets too, and tells of both. */
	if (family == AF_INET6)
		socket_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	socket_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	return true;
}

/* Return the next part of the control data, or NULL. */
static struct cmsghdr *
next_part(const struct msghdr *message, struct cmsghdr *part)
{
	char *next = (char *)part + CMSG_SPACE(part->cmsg_len - CMSG_LEN(0));
	char *end = (char *)message->msg_control + message->msg_controllen;

	return end - next < (ptrdiff_t)sizeof(*part) ? NULL : (void *)next;
}

void
socket_asked(struct msghdr *message, struct socket_address *asked)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct in_pktinfo info;
	struct in6_pktinfo info6;
	struct cmsghdr *part;

	asked->size = 0;
	for (part = CMSG_FIRSTHDR(message); part; part = next_part(message, part)) {
		if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
			/* A broadcast address cannot be answered from. ipi_spec_dst can, and ipi_addr may be one. */
			memcpy(&info, CMSG_DATA(part), sizeof(info));
			four.sin_addr = info.ipi_spec_dst;
			memcpy(&asked->storage, &four, sizeof(four));
			asked->size = sizeof(four);
			return;
		}
		if (part->cmsg_level != IPPROTO_IPV6 || part->cmsg_type != IPV6_PKTINFO)
			continue;
		memcpy(&info6, CMSG_DATA(part), sizeof(info6));
		six.sin6_addr = info6.ipi6_addr;
		if (IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr) || IN6_IS_ADDR_MULTICAST(&six.sin6_addr))
			six.sin6_scope_id = info6.ipi6_ifindex;
		memcpy(&asked->storage, &six, sizeof(six));
		asked->size = sizeof(six);
	}
}

/* Make data the only control data of a message. */
static void
set_control(struct msghdr *message, int level, int type, const void *data, size_t size)
{
	struct cmsghdr *part = message->msg_control;

	memset(part, 0, CMSG_SPACE(size));
	part->cmsg_level = level;
	part->cmsg_type = type;
	part->cmsg_len = (socklen_t)CMSG_LEN(size);
	memcpy(CMSG_DATA(part), data, size);
	message->msg_controllen = (socklen_t)CMSG_SPACE(size);
}

void
socket_answer(const struct socket_address *from, struct msghdr *message)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&from->storage;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&from->storage;

	if (from->storage.ss_family == AF_INET) {
		struct in_pktinfo info = {.ipi_spec_dst = four->sin_addr};

		set_control(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	} else {
		struct in6_pktinfo info = {.ipi6_addr = six->sin6_addr, .ipi6_ifindex = six->sin6_scope_id};

		if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr))
			info.ipi6_addr = in6addr_any;
		set_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	}
}

int
socket_join(int fd, const struct socket_address *group, unsigned int interface)
{
	struct group_req request = {.gr_interface = interface, .gr_group = group->storage};

	return setsockopt(fd, group->storage.ss_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, MCAST_JOIN_GROUP,
	    &request, sizeof(request));
}

int
socket_route(int fd, int family, unsigned int interface)
{
	struct ip_mreqn request = {.imr_ifindex = (int)interface};

	if (family == AF_INET6)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface, sizeof(interface));
	return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request));
}
