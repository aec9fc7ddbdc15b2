/*
 * path.c: the path of a Unix socket. What stands there is looked at first: only a socket that nobody serves any more is
 * replaced, and only what this process made is removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/trace.h"
#include "socket/address.h"
#include "socket/socket.h"

/* What a path that somebody else made again and again costs before that is an error. */
#define TRIES 8

/* Asks whether somebody serves a socket. Returns 0, or errno of connect(2); ECONNREFUSED: nobody does. */
static int
probe(const struct address_socket *at)
{
	/* Of another type than what has connections, so that nobody gets one: EPROTOTYPE says that somebody is there. */
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), result, error;

	if (fd == -1)
		return errno;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	result = connect(fd, (const struct sockaddr *)&at->address, at->size);
	error = result == -1 ? errno : 0;
	address_trace("connect", fd, at, result);
	close(fd);
	return error;
}

/* Why what stands at a path has to stay; NULL: nothing is there any more, or it is a dead socket. */
static const char *
living(const struct stat *st, const struct address_socket *at)
{
	if (!S_ISSOCK(st->st_mode))
		return S_ISREG(st->st_mode)   ? "an ordinary file, not a socket"
		       : S_ISDIR(st->st_mode) ? "a directory, not a socket"
		       : S_ISLNK(st->st_mode) ? "a symbolic link, not a socket"
		                              : "not a socket";
	switch (probe(at)) {
	case ENOENT:
	case ECONNREFUSED:
		return NULL;
	case EACCES:
		return "a socket is there, and there is no permission to see whether it is alive";
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
		return "a socket is there, and nothing is left to see with whether it is alive";
	default:
		return "somebody listens there";
	}
}

/* Removes a dead socket. Returns -1 to go on; else it prints a line and returns the exit status. */
static int
clear(const struct address *addr, const struct address_socket *at)
{
	struct stat st, now;
	const char *why;

	if (lstat(addr->path, &st) == -1)
		return -1;
	why = living(&st, at);
	if (why) {
		error_line(addr->text, "%s; it was left as it is", why);
		return STATUS_FAILED;
	}
	/* It may have been replaced in this moment. */
	if (lstat(addr->path, &now) == -1 || now.st_dev != st.st_dev || now.st_ino != st.st_ino)
		return -1;
	if (unlink(addr->path) == 0 || errno == ENOENT)
		return -1;
	error_line(addr->text, "the dead socket there cannot be removed: %s", strerror(errno));
	return STATUS_FAILED;
}

/* bind(2) with the mode in place from the start. */
static int
make(struct path *path, const struct address *addr, mode_t mode, int fd, const struct address_socket *at)
{
	mode_t mask = umask(0777 & ~mode);
	int result = bind(fd, (const struct sockaddr *)&at->address, at->size), saved = errno;
	struct stat st;

	umask(mask);
	errno = saved;
	address_trace("bind", fd, at, result);
	if (result == 0 && !addr->abstract && lstat(addr->path, &st) == 0) {
		path->made = true;
		path->device = st.st_dev;
		path->inode = st.st_ino;
	}
	errno = saved;
	return result;
}

int
path_bind(
    struct path *path, const struct address *addr, mode_t mode, int fd, const struct address_socket *at, int *status)
{
	int tries, result;

	if (addr->abstract)
		return make(path, addr, mode, fd, at);
	for (tries = 0; tries < TRIES; tries++) {
		*status = clear(addr, at);
		if (*status != -1)
			return -1;
		result = make(path, addr, mode, fd, at);
		if (result == 0 || errno != EADDRINUSE)
			return result;
	}
	return -1;
}

int
path_unlink(struct path *path, const struct address *addr)
{
	struct stat st;
	int result;

	if (!path->made || lstat(addr->path, &st) == -1 || st.st_dev != path->device || st.st_ino != path->inode)
		return STATUS_OK;
	result = unlink(addr->path);
	path->made = false;
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "unlink(");
		text_quote(&call, addr->path, strlen(addr->path), 4096);
		text_format(&call, ")");
		trace_end(&call, result);
	}
	if (result == 0 || errno == ENOENT)
		return STATUS_OK;
	error_line(addr->text, "not removed: %s", strerror(errno));
	return STATUS_FAILED;
}
