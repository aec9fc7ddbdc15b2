/*
 * linux_wait.c: the wait on a full or empty POSIX queue. The queue is a file descriptor, which poll(2) watches together
 * with the output. See mq_overview(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "queue/internal.h"

const int posix_nonblock = O_NONBLOCK;

mqd_t
posix_blocking(const struct queue *queue)
{
	char path[32];
	int fd;

	/* A name could belong to another queue by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->as.posix.mqd);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd != -1 ? fd : mq_open(queue->text, O_WRONLY);
}

bool
posix_unlinked(const struct queue_posix *posix, const char *name)
{
	struct stat st;

	(void)name;
	return fstat(posix->mqd, &st) == 0 && st.st_nlink == 0;
}

/*
 * Watch the links of the queue's file. No call on the queue reports that it was unlinked, but its file then has a link
 * less, which inotify(7) reports. Where there is no /proc or no watch, watch becomes -1 and posix_wait checks the links
 * every tick.
 */
static void
watch_links(struct queue_posix *posix)
{
	char path[32];

	posix->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", posix->mqd);
	if (posix->watch != -1 && inotify_add_watch(posix->watch, path, IN_ATTRIB) == -1) {
		close(posix->watch);
		posix->watch = -1;
	}
	/* The queue may have been unlinked before the watch was there. */
	posix->unlinked = posix_unlinked(posix, NULL);
}

/*
 * Wait as internal.h says. Most outputs accept bytes at once, so the first poll(2) asks for both, and the next one
 * waits for the queue and for the end of the output alone. Once the queue is unlinked, poll without waiting: receive
 * its remaining messages before EIDRM.
 */
int
posix_wait(struct queue_posix *posix, short event, const struct queue_wait *wait)
{
	struct pollfd fds[3] = {{posix->mqd, event, 0}, {wait->output, POLLOUT, 0}, {0, POLLIN, 0}};
	char changes[1024];

	if (posix->watch == 0)
		watch_links(posix);
	if (wait->output == -1)
		fds[1].events = 0;
	fds[2].fd = posix->watch;
	for (;;) {
		int tick = posix->unlinked ? 0 : posix->watch == -1 ? DEADLINE_TICK : -1;
		int ready = deadline_wait(fds, 3, &wait->deadline, tick);

		if (ready == -1 && !(errno == ETIMEDOUT && posix->unlinked))
			return -1;
		if (ready > 0 && fds[1].revents & ~POLLOUT)
			return error_set(EPIPE);
		fds[1].events &= ready > 0 ? ~fds[1].revents : ~0;
		if (ready > 0 && fds[0].revents)
			return fds[1].events ? queue_wait_output(wait->output) : 0;
		if (ready > 0 && fds[1].revents)
			continue;
		if (posix->unlinked)
			return error_set(EIDRM);
		if (ready > 0 && read(posix->watch, changes, sizeof(changes)) == -1)
			return -1;
		posix->unlinked = posix_unlinked(posix, NULL);
	}
}

void
posix_release(const struct queue_posix *posix)
{
	if (posix->watch > 0)
		close(posix->watch);
}
