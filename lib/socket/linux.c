/*
 * linux.c: Linux only: names that the kernel assigns, peer credentials, unsent bytes, closed peers. See unix(7),
 * tcp(7), sock_diag(7).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket/internal.h"
#include "socket/linux_diag.h"

/* From <linux/sockios.h>, which musl-gcc does not find. */
#define UNSENT 0x5411

/* Seconds between two probes of a peer. */
#define PROBE 2

int
socket_autobind(int fd)
{
	struct sockaddr address = {.sa_family = AF_UNIX};

	return bind(fd, &address, sizeof(address.sa_family));
}

void
socket_through(const struct place *place, struct socket_address *at)
{
	struct sockaddr_un way = {.sun_family = AF_UNIX};
	char directory[32];
	int size;

	snprintf(directory, sizeof(directory), "/proc/self/fd/%d", place->directory);
	size = snprintf(way.sun_path, sizeof(way.sun_path), "%s/%s", directory, place->name);
	if (size < (int)sizeof(way.sun_path) && access(directory, F_OK) == 0)
		memcpy(&at->storage, &way, sizeof(way));
}

int
socket_lock(int directory)
{
	return flock(directory, LOCK_EX | LOCK_NB);
}

long
socket_unsent(int fd)
{
	int size;

	return ioctl(fd, UNSENT, &size) == -1 ? 0 : size;
}

int
socket_accept_private(int fd, struct socket_address *peer)
{
	peer->size = sizeof(peer->storage);
	return accept4(fd, (struct sockaddr *)&peer->storage, &peer->size, SOCK_CLOEXEC);
}

int
socket_owner(int fd, struct owner *owner)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return -1;
	*owner = (struct owner){peer.pid, peer.uid, peer.gid};
	return 0;
}

void
socket_mark(int fd)
{
	socket_set(fd, SOL_SOCKET, SO_PASSCRED, 1);
}

/* Store an address as sock_diag expects it. The kernel finds an IPv4 address inside IPv6 too. */
static void
set_address(const struct sockaddr_storage *from, uint32_t address[4], uint16_t *port)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;

	*port = four->sin_port;
	if (from->ss_family == AF_INET)
		address[0] = four->sin_addr.s_addr;
	else
		memcpy(address, &six->sin6_addr, sizeof(six->sin6_addr));
}

/*
 * Ask the kernel for the peer's end of a connection within this machine. Returns 1 if no process has it any more, 0 if
 * a process has it, or -1 if it does not exist or is not known. See sock_diag(7).
 */
static int
ask(const struct sockaddr_storage *peer, const struct sockaddr_storage *local)
{
	static int fd = -1;
	struct diag_request request = {
	    .header = {.length = sizeof(request), .type = SOCK_DIAG_BY_FAMILY, .flags = NLM_F_REQUEST},
	    .family = (uint8_t)peer->ss_family,
	    .protocol = IPPROTO_TCP,
	    .states = ALL_STATES,
	    .id.cookie = {ANY_COOKIE, ANY_COOKIE}};
	struct diag_answer answer;

	set_address(peer, request.id.address, &request.id.port);
	set_address(local, request.id.peer_address, &request.id.peer_port);
	if (fd == -1)
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, SOCK_DIAG);
	if (fd == -1 || send(fd, &request, sizeof(request), 0) == -1)
		return -1;
	/* The kernel answers before send(2) returns. */
	if (recv(fd, &answer, sizeof(answer), MSG_DONTWAIT) != (ssize_t)sizeof(answer) ||
	    answer.header.type != SOCK_DIAG_BY_FAMILY || answer.state == TCP_LISTENING)
		return -1;
	return answer.inode == 0;
}

int
socket_closed(int fd)
{
	struct sockaddr_storage peer;
	struct socket_address local;
	socklen_t size = sizeof(peer);
	int idle = 0, found;

	if (getpeername(fd, (struct sockaddr *)&peer, &size) == -1)
		return 1;
	socket_local(fd, &local);
	found = ask(&peer, &local.storage);
	if (found != -1)
		return found;
	/* With probes every few seconds, the peer's system answers for a while, and then reports that the peer has gone. */
	size = sizeof(idle);
	if (getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size) == 0 && idle == PROBE)
		return 0;
	socket_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, PROBE);
	socket_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE);
	return 0;
}

long
socket_unread(int fd)
{
	int size;

	return ioctl(fd, FIONREAD, &size) == -1 ? 0 : size;
}

int
socket_look(void)
{
	return MSG_PEEK | MSG_CMSG_CLOEXEC;
}

/* musl's sendmsg(2) takes only 1024 bytes of control data, which are 252 descriptors. */
ssize_t
socket_pass(int fd, const struct msghdr *header)
{
	return syscall(SYS_sendmsg, fd, header, MSG_NOSIGNAL);
}

short
socket_end(void)
{
	return POLLRDHUP;
}

void
socket_follow(pid_t parent)
{
	/* The parent may have ended before the call. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() != parent)
		raise(SIGKILL);
}

void
socket_adopt(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}
