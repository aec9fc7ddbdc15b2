/*
 * linux_mqueue.c: a message queue descriptor is a file descriptor. It can be polled together with the output, with
 * a monotonic timeout, and fstat(2) tells whether the queue still has a name. Source: mq_overview(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "queue/internal.h"
#include "queue/queue.h"

int
mqueue_prepare(struct queue *queue)
{
	struct mq_attr attr = {.mq_flags = O_NONBLOCK};

	return mq_setattr(queue->mqd, &attr, NULL);
}

int
mqueue_send(struct queue *queue, const struct message *message)
{
	return traced_send(queue, message, NULL);
}

ssize_t
mqueue_receive(struct queue *queue, unsigned int *priority)
{
	return traced_receive(queue, priority, NULL);
}

bool
mqueue_removed(const struct queue *queue)
{
	struct stat st;

	return fstat(queue->mqd, &st) == 0 && st.st_nlink == 0;
}

/*
 * No call on the queue tells that it was unlinked; but its file then has one link less, and inotify(7) tells of that.
 * Where there is no /proc or no watch to be had it is -1, and the links are looked at each tick.
 */
static int
watch_links(struct queue *queue)
{
	struct text path = {0};

	if (queue->watch)
		return queue->watch;
	queue->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (queue->watch == -1)
		return -1;
	text_format(&path, "/proc/self/fd/%d", queue->mqd);
	if (!path.data || inotify_add_watch(queue->watch, path.data, IN_ATTRIB) == -1) {
		close(queue->watch);
		queue->watch = -1;
	}
	text_free(&path);
	return queue->watch;
}

/* Waits until the queue is ready for events; what is in a queue that was unlinked is still ready. */
static int
wait_for(struct queue *queue, short events, const struct queue_wait *wait)
{
	bool first = queue->watch == 0;
	int watch = watch_links(queue), longest = watch == -1 ? DEADLINE_TICK : INT_MAX;
	struct pollfd fds[3] = {{queue->mqd, events, 0}, {wait->output, 0, 0}, {watch, POLLIN, 0}};
	char changes[1024];

	/* The link may have gone before the watch was there. */
	if (first)
		queue->unlinked = mqueue_removed(queue);
	for (;;) {
		int ready = poll(fds, 3, queue->unlinked ? 0 : deadline_poll(&wait->deadline, longest));

		if (ready == -1 && errno != EINTR)
			return -1;
		errno = 0;
		if (interrupt_caught())
			errno = EINTR;
		else if (ready > 0 && fds[1].revents)
			errno = EPIPE;
		else if (ready > 0 && fds[0].revents)
			return 0;
		else if (queue->unlinked)
			errno = EIDRM;
		else if (deadline_passed(&wait->deadline))
			errno = ETIMEDOUT;
		if (errno)
			return -1;
		if (ready > 0 && read(watch, changes, sizeof(changes)) == -1)
			return -1;
		queue->unlinked = mqueue_removed(queue);
	}
}

void
mqueue_release(struct queue *queue)
{
	if (queue->watch > 0)
		close(queue->watch);
}

int
mqueue_send_wait(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	int result = -1;

	while (result == -1 && wait_for(queue, POLLOUT, wait) == 0) {
		result = mqueue_send(queue, message);
		if (result == -1 && errno != EAGAIN)
			break;
	}
	return result;
}

ssize_t
mqueue_receive_wait(struct queue *queue, unsigned int *priority, const struct queue_wait *wait)
{
	ssize_t size;

	for (;;) {
		if (wait_for(queue, POLLIN, wait) == -1)
			return -1;
		size = mqueue_receive(queue, priority);
		if (size != -1 || errno != EAGAIN)
			return size;
	}
}
