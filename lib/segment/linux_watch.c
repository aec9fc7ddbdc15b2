/*
 * linux_watch.c: reports of changes to an object that is open. See inotify(7).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/trace.h"
#include "segment/internal.h"

int
watch_open(int object)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[32];

	/* The name could belong to another object by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", object);
	if (fd == -1 || trace_call(TRACED(inotify_add_watch(fd, path, IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)),
	                    "inotify_add_watch(%d, \"%s\", IN_MODIFY|IN_CLOSE_WRITE|IN_ATTRIB)", fd, path) != -1)
		return fd;
	close(fd);
	return -1;
}

unsigned int
watch_read(int fd)
{
	struct inotify_event event;
	unsigned int events = 0;
	char data[4096], *at;
	ssize_t got;

	while ((got = read(fd, data, sizeof(data))) > 0) {
		for (at = data; at < data + got; at += sizeof(event) + event.len) {
			memcpy(&event, at, sizeof(event));
			/* If events were lost, all may have happened. */
			if (event.mask & (IN_MODIFY | IN_Q_OVERFLOW))
				events |= WATCH_MODIFIED;
			if (event.mask & (IN_CLOSE_WRITE | IN_ATTRIB | IN_Q_OVERFLOW))
				events |= WATCH_ENDED;
		}
	}
	return events;
}

bool
watch_unread(int fd)
{
	struct stat st;
	int unread = 0;

	/* A TCP socket reports the bytes that the peer's kernel has not acknowledged. See pipe(7), unix(7), tcp(7). */
	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) &&
	       ioctl(fd, S_ISFIFO(st.st_mode) ? FIONREAD : TIOCOUTQ, &unread) == 0 && unread > 0;
}
