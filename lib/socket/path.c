/*
 * path.c: binds a socket to its address, and manages the path of a Unix socket. It replaces only a dead socket, which
 * no process serves, and removes only the path that this process created. All steps happen in the directory that was
 * opened at first, where another starter is locked out meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/internal.h"

/*
 * Return 0 if a process serves the socket, or errno of connect(2). ECONNREFUSED means that the socket is dead. way: the
 * address that leads to the opened directory; at: the address as it was written.
 */
static int
probe(const struct socket_address *at, const struct socket_address *way)
{
	/* A datagram socket never becomes a client of a listener: EPROTOTYPE shows that there is a listener. */
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), result, error;

	if (fd == -1)
		return errno;
	result = TRACED(connect(fd, (const struct sockaddr *)&way->storage, way->size));
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
is_dead(const struct stat *st, const struct socket_address *at, const struct socket_address *way, struct text *why)
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
	error = probe(at, way);
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
clear(const struct place *place, const struct socket_address *at, const struct socket_address *way, struct text *why)
{
	struct stat st;

	if (fstatat(place->directory, place->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	if (!is_dead(&st, at, way, why)) {
		text_format(why, "; it was left as it is");
		return -1;
	}
	/* Another object may have its path meanwhile; bind(2) reports that. */
	if (!place_holds(place, st.st_dev, st.st_ino, AT_SYMLINK_NOFOLLOW) ||
	    unlinkat(place->directory, place->name, 0) == 0 || errno == ENOENT)
		return 0;
	text_format(why, "the dead socket there cannot be removed: %s", strerror(errno));
	return -1;
}

/* Return true if root or this user owns an object. */
static bool
is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

/* Return true if only root and this user can exchange a directory of a path, so that it leads to the same place. */
static bool
is_safe(const char *path)
{
	char prefix[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat st;
	size_t i;

	for (i = 0; path[i]; i++) {
		if (path[i] != '/')
			continue;
		snprintf(prefix, sizeof(prefix), "%.*s", i > 0 ? (int)i : 1, path);
		if (lstat(prefix, &st) == -1 || !is_ours(&st) || (S_ISLNK(st.st_mode) && st.st_uid != 0))
			return false;
		if (S_ISLNK(st.st_mode) && (stat(prefix, &st) == -1 || !is_ours(&st)))
			return false;
		/* In a sticky directory, only the owner of the next name can exchange it. */
		if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
			return false;
	}
	return true;
}

/*
 * Lock the directory until the socket listens, because others take a socket for dead until then. Nothing is locked
 * where that is not permitted. Returns 0, or -1 with EINTR, or with the reason in why.
 */
static int
lock(struct socket *socket, struct text *why)
{
	long long time = socket->timeout, nap = 0;
	struct path *path = &socket->path;
	struct deadline until;

	if (time == DEADLINE_NEVER || time > SOCKET_PATIENCE)
		time = SOCKET_PATIENCE;
	deadline_set(&until, time > DEADLINE_TICK * 1000000LL ? time : DEADLINE_TICK * 1000000LL);
	path->lock = openat(path->place.directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (path->lock != -1 && socket_lock(path->lock) == -1 && (errno == EWOULDBLOCK || errno == EINTR)) {
		if (deadline_passed(&until)) {
			text_format(why, "another process keeps its directory locked (flock)");
			return error_set(EBUSY);
		}
		if (deadline_nap(&until, &nap) == -1)
			return -1;
	}
	return 0;
}

void
socket_unlock(struct socket *socket)
{
	int saved = errno;

	if (socket->path.lock > 0)
		close(socket->path.lock);
	socket->path.lock = 0;
	errno = saved;
}

/* Bind to a path, as socket_bind does. */
static int
bind_path(
    struct socket *socket, const struct address *address, int fd, const struct socket_address *at, struct text *why)
{
	struct path *path = &socket->path;
	struct place *place = &path->place;
	bool listens = address == &socket->address;
	struct socket_address way = *at;
	struct stat st;
	mode_t mask;
	int result;

	place_close(place);
	if (place_open(place, address->path) == -1)
		return -1;
	/* Look at the object through the directory that a removal would use. */
	if (place->directory != AT_FDCWD)
		socket_through(place, &way);
	if (lock(socket, why) == -1 || clear(place, at, &way, why) == -1)
		return -1;
	/*
	 * Others see the path that is bound, so it is that of the user if no other user can exchange a directory. Where
	 * packets come from is where the answers go, and the way of this process leads no other one there.
	 */
	if (!listens || !socket_has_connections(socket) || is_safe(address->path))
		way = *at;
	/* The mode is set before any process can connect. */
	mask = umask(0777 & ~socket->mode);
	result = TRACED(bind(fd, (const struct sockaddr *)&way.storage, way.size));
	trace_address("bind", fd, at, result);
	umask(mask);
	/* The path may lead to another directory by now, where the socket stays. */
	path->made = result == 0 && fstatat(place->directory, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	             S_ISSOCK(st.st_mode) && st.st_uid == geteuid();
	if (path->made) {
		path->device = st.st_dev;
		path->inode = st.st_ino;
	}
	path->written = listens ? *at : (struct socket_address){0};
	return result;
}

int
socket_bind(
    struct socket *socket, const struct address *address, int fd, const struct socket_address *at, struct text *why)
{
	int result;

	if (address->kind == ADDRESS_UNIX && !address->abstract)
		return bind_path(socket, address, fd, at, why);
	result = TRACED(bind(fd, (const struct sockaddr *)&at->storage, at->size));
	trace_address("bind", fd, at, result);
	return result;
}

int
socket_unlink(struct socket *socket)
{
	const struct address *address = socket->local.text ? &socket->local : &socket->address;
	struct path *path = &socket->path;

	if (!path->made || !place_holds(&path->place, path->device, path->inode, AT_SYMLINK_NOFOLLOW))
		return STATUS_OK;
	path->made = false;
	if (trace_call(TRACED(unlinkat(path->place.directory, path->place.name, 0)), "unlink(\"%s\")", address->path) ==
	        0 ||
	    errno == ENOENT)
		return STATUS_OK;
	error_line(address->text, "not removed: %s", strerror(errno));
	return STATUS_FAILED;
}
