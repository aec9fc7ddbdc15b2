/*
 * portable.c: POSIX shows nothing of the process at the other end.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "socket/internal.h"

int
socket_autobind(int fd)
{
	(void)fd;
	return 0;
}

void
socket_through(const struct place *place, struct socket_address *at)
{
	(void)place;
	(void)at;
}

int
socket_lock(int directory)
{
	(void)directory;
	return error_set(ENOTSUP);
}

long
socket_unsent(int fd)
{
	(void)fd;
	return 0;
}

int
socket_accept_private(int fd, struct socket_address *peer)
{
	int got;

	peer->size = sizeof(peer->storage);
	got = accept(fd, (struct sockaddr *)&peer->storage, &peer->size);
	if (got != -1)
		fcntl(got, F_SETFD, FD_CLOEXEC);
	return got;
}

int
socket_owner(int fd, struct owner *owner)
{
	(void)fd;
	(void)owner;
	return error_set(ENOTSUP);
}

void
socket_mark(int fd)
{
	(void)fd;
}

int
socket_closed(int fd)
{
	(void)fd;
	return -1;
}

long
socket_unread(int fd)
{
	char room[4096];
	ssize_t size = recv(fd, room, sizeof(room), MSG_PEEK | MSG_DONTWAIT);

	return size > 0 ? (long)size : 0;
}

int
socket_look(void)
{
	return 0;
}

ssize_t
socket_pass(int fd, const struct msghdr *header)
{
	return sendmsg(fd, header, MSG_NOSIGNAL);
}

short
socket_end(void)
{
	return 0;
}

void
socket_follow(pid_t parent)
{
	(void)parent;
}

void
socket_adopt(void)
{
}
