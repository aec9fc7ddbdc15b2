/*
 * path.c: binds a socket to its address, and manages the path of a Unix socket. It replaces only a dead socket, which
 * no process serves, and removes only the path that this process created.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/internal.h"

/* Return 0 if a process serves the socket, or errno of connect(2). ECONNREFUSED means that the socket is dead. */
static int
probe(const struct socket_address *at)
{
	/* A datagram socket never becomes a client of a listener: EPROTOTYPE shows that there is a listener. */
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), result, error;

	if (fd == -1)
		return errno;
	result = connect(fd, (const struct sockaddr *)&at->storage, at->size);
	error = result == -1 ? errno : 0;
	trace_address("connect", fd, at, result);
	close(fd);
	return error;
}

/*
 * Return true if the object at the path is a dead socket, or gone by now. Store the reason in why if the object must
 * stay.
 */
static bool
is_dead(const struct stat *st, const struct socket_address *at, struct text *why)
{
	int error;

	if (!S_ISSOCK(st->st_mode)) {
		text_format(why, "%snot a socket",
		    S_ISREG(st->st_mode)   ? "an ordinary file, "
		    : S_ISDIR(st->st_mode) ? "a directory, "
		    : S_ISLNK(st->st_mode) ? "a symbolic link, "
		                           : "");
		return false;
	}
	error = probe(at);
	if (error == ENOENT || error == ECONNREFUSED)
		return true;
	if (error == EACCES || error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS)
		text_format(why, "a socket is there, and whether it is alive cannot be seen: %s", strerror(error));
	else
		text_format(why, "somebody listens there");
	return false;
}

/* Remove a dead socket. Returns 0 if the path may be bound, or -1 with the reason in why. */
static int
clear(const char *path, const struct socket_address *at, struct text *why)
{
	struct stat st, now;

	if (lstat(path, &st) == -1)
		return 0;
	if (!is_dead(&st, at, why)) {
		text_format(why, "; it was left as it is");
		return -1;
	}
	/* Another object may have its path meanwhile; bind(2) reports that. */
	if (lstat(path, &now) == -1 || now.st_dev != st.st_dev || now.st_ino != st.st_ino || unlink(path) == 0 ||
	    errno == ENOENT)
		return 0;
	text_format(why, "the dead socket there cannot be removed: %s", strerror(errno));
	return -1;
}

int
socket_bind(
    struct socket *socket, const struct address *address, int fd, const struct socket_address *at, struct text *why)
{
	bool path = address->kind == ADDRESS_UNIX && !address->abstract;
	struct stat st;
	mode_t mask = 0;
	int result;

	if (path && clear(address->path, at, why) == -1)
		return -1;
	/* The mode is set before any process can connect. */
	if (path)
		mask = umask(0777 & ~socket->mode);
	result = bind(fd, (const struct sockaddr *)&at->storage, at->size);
	trace_address("bind", fd, at, result);
	if (path)
		umask(mask);
	if (path && result == 0 && lstat(address->path, &st) == 0)
		socket->path = (struct path){.made = true, .device = st.st_dev, .inode = st.st_ino};
	return result;
}

int
socket_unlink(struct socket *socket)
{
	const struct address *address = socket->local.text ? &socket->local : &socket->address;
	struct path *path = &socket->path;
	struct stat st;

	if (!path->made || lstat(address->path, &st) == -1 || st.st_dev != path->device || st.st_ino != path->inode)
		return STATUS_OK;
	path->made = false;
	if (trace_call(unlink(address->path), "unlink(\"%s\")", address->path) == 0 || errno == ENOENT)
		return STATUS_OK;
	error_line(address->text, "not removed: %s", strerror(errno));
	return STATUS_FAILED;
}
