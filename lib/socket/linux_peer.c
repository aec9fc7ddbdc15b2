/*
 * linux_peer.c: names that the kernel gives, and what it knows of the process at the other end. Source: unix(7), tcp(7),
 * sock_diag(7), close_range(2).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "socket/address.h"
#include "socket/internal.h"
#include "socket/socket.h"

/* <linux/sockios.h>, which musl-gcc does not find. */
#define UNSENT 0x5411

/* The flag of close_range(2) that leaves the descriptors open until the next exec. */
#define ON_EXEC (1U << 2)

int
socket_name(int fd)
{
	struct sockaddr address = {.sa_family = AF_UNIX};

	return bind(fd, &address, sizeof(address.sa_family));
}

long
socket_unsent(int fd)
{
	int size;

	return ioctl(fd, UNSENT, &size) == -1 ? 0 : size;
}

int
socket_owner(int fd, pid_t *pid, uid_t *uid, gid_t *gid)
{
	struct ucred owner;
	socklen_t size = sizeof(owner);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &size) == -1)
		return -1;
	*pid = owner.pid;
	*uid = owner.uid;
	*gid = owner.gid;
	return 0;
}

void
socket_mark(int fd)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

/* How an address is written in /proc/net/tcp6 (six), or tcp: words in the byte order of the machine. */
static void
proc_address(const struct address_socket *socket, bool six, struct text *text)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&socket->address;
	const struct sockaddr_in6 *long_one = (const struct sockaddr_in6 *)&socket->address;
	uint32_t words[4] = {0, 0, htonl(0xffff), 0};
	uint16_t port = four->sin_port;
	size_t i;

	if (four->sin_family == AF_INET)
		words[3] = four->sin_addr.s_addr;
	else
		memcpy(words, &long_one->sin6_addr, sizeof(words));
	for (i = six ? 0 : 3; i < 4; i++)
		text_format(text, "%08X", (unsigned int)words[i]);
	text_format(text, ":%04X", (unsigned int)ntohs(port));
}

/* Looks for the peer's end in a table of the kernel's. As ask. */
static int
look_up(const char *table, const char *peer, const char *local)
{
	char line[256], at[64], to[64];
	unsigned long inode;
	FILE *file = fopen(table, "re");
	int found = -1;

	if (!file)
		return -1;
	while (found == -1 && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*d: %63s %63s %*s %*s %*s %*s %*s %*s %lu", at, to, &inode) == 3 &&
		    strcmp(at, peer) == 0 && strcmp(to, local) == 0)
			found = inode == 0;
	fclose(file);
	return found;
}

/* The same as ask, by reading all of the kernel's tables, where it cannot be asked for one socket. */
static int
search(const struct address_socket *peer, const struct address_socket *local)
{
	struct text from = {0}, to = {0};
	int found = -1, six;

	for (six = 0; six < 2 && found == -1; six++) {
		proc_address(peer, six, &from);
		proc_address(local, six, &to);
		if (from.data && to.data)
			found = look_up(six ? "/proc/net/tcp6" : "/proc/net/tcp", from.data, to.data);
		text_free(&from);
		text_free(&to);
	}
	return found;
}

/* Of <linux/netlink.h>, <linux/sock_diag.h> and <linux/inet_diag.h>, which musl-gcc does not find either. */
#define BY_FAMILY   20
#define REQUEST     1
#define LISTENS     10
#define ANY_COOKIE  0xffffffffU
#define KEPT_STATES 0xffffffffU

struct question_of_sockets {
	uint32_t length;
	uint16_t type, flags;
	uint32_t number, sender;
	uint8_t family, protocol, extensions, unused;
	uint32_t states;
	uint16_t port, peer_port; /* of the socket that is looked for, and of its peer */
	uint32_t address[4], peer_address[4];
	uint32_t interface, cookie[2];
};

struct answer_of_sockets {
	uint32_t length;
	uint16_t type, flags;
	uint32_t number, sender;
	uint8_t family, state, timer, retransmits;
	uint16_t port, peer_port;
	uint32_t address[4], peer_address[4];
	uint32_t interface, cookie[2];
	uint32_t expires, unread, unsent, uid, inode;
};

/* An address as the kernel asks for it: IPv4 also where it stands in one of IPv6. Returns the family. */
static uint8_t
set_address(const struct address_socket *socket, uint32_t address[4], uint16_t *port)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&socket->address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&socket->address;

	*port = four->sin_port;
	if (four->sin_family == AF_INET)
		address[0] = four->sin_addr.s_addr;
	else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		memcpy(address, six->sin6_addr.s6_addr + 12, sizeof(*address));
	else
		memcpy(address, &six->sin6_addr, 4 * sizeof(*address));
	return four->sin_family == AF_INET || IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) ? AF_INET : AF_INET6;
}

/*
 * Asks the kernel for the peer's end of a connection of this machine. Returns 1: no process has it any more, 0: one has,
 * -1: it is not there, or cannot be known. Source: sock_diag(7).
 */
static int
ask(const struct address_socket *peer, const struct address_socket *local)
{
	static int fd = -1;
	struct question_of_sockets question = {.length = sizeof(question),
	    .type = BY_FAMILY,
	    .flags = REQUEST,
	    .protocol = IPPROTO_TCP,
	    .states = KEPT_STATES,
	    .cookie = {ANY_COOKIE, ANY_COOKIE}};
	struct answer_of_sockets answer;
	ssize_t size;

	if (fd == -1)
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 4);
	question.family = set_address(peer, question.address, &question.port);
	(void)set_address(local, question.peer_address, &question.peer_port);
	if (fd == -1 || send(fd, &question, sizeof(question), 0) == -1)
		return search(peer, local);
	/* The answer is there when the question has been sent. */
	size = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
	if (size == (ssize_t)sizeof(answer) && answer.type == BY_FAMILY && answer.state != LISTENS)
		return answer.inode == 0;
	return search(peer, local);
}

/* True if the peer is on this machine, and in this network namespace: its address is a loopback one, or ours. */
static bool
is_here(const struct address_socket *peer, const struct address_socket *local)
{
	char there[ADDRESS_HOST], here[ADDRESS_HOST];
	unsigned int port;

	if (!address_numeric(peer, there, sizeof(there), &port) || !address_numeric(local, here, sizeof(here), &port))
		return false;
	return strncmp(there, "127.", 4) == 0 || strcmp(there, "::1") == 0 || strcmp(there, here) == 0;
}

int
socket_closed(int fd)
{
	struct address_socket peer = {.size = sizeof(peer.address)}, local;
	socklen_t size = sizeof(int);
	int on = 1, idle = 2, kept = 0, found;

	sock_local(fd, &local);
	if (getpeername(fd, (struct sockaddr *)&peer.address, &peer.size) == -1)
		return 1;
	found = is_here(&peer, &local) ? ask(&peer, &local) : -1;
	if (found != -1)
		return found;
	/* Its system answers for a while, and then says that it is gone. */
	if (getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &kept, &size) == 0 && kept)
		return 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof(idle));
	return 0;
}

long
socket_unread(int fd)
{
	int size;

	return ioctl(fd, FIONREAD, &size) == -1 ? 0 : size;
}

short
socket_end(void)
{
	return POLLRDHUP;
}

void
socket_adopt(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void
socket_private(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, ON_EXEC) == 0)
		return;
#endif
	for (; first < 1024; first++)
		fcntl(first, F_SETFD, FD_CLOEXEC);
}
