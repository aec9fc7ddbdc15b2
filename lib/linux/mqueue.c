/*
 * mqueue.c for Linux: a message queue descriptor is a file descriptor. It can be polled together with the output, with
 * a monotonic timeout, and fstat(2) tells whether the queue still has a name. Source: mq_overview(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "../backend.h"

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

/* Waits until the queue is ready for events. Nothing wakes it when the queue is unlinked: each tick it looks. */
static int
wait_for(const struct queue *queue, short events, const struct queue_wait *wait)
{
	struct pollfd fds[2] = {{.fd = queue->mqd, .events = events}, {.fd = wait->output}};

	for (;;) {
		int ready = poll(fds, 2, deadline_poll(&wait->deadline, DEADLINE_TICK));

		if (ready == -1 && errno != EINTR)
			return -1;
		errno = 0;
		if (sigs_caught())
			errno = EINTR;
		else if (ready > 0 && fds[1].revents)
			errno = EPIPE;
		else if (ready > 0)
			return 0;
		else if (deadline_passed(&wait->deadline))
			errno = ETIMEDOUT;
		else if (mqueue_removed(queue))
			errno = EIDRM;
		if (errno)
			return -1;
	}
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
		if (wait_for(queue, POLLIN, wait) == -1) {
			/* The last message may have come just before the queue was unlinked. */
			if (errno != EIDRM || (size = mqueue_receive(queue, priority)) == -1) {
				errno = errno == EAGAIN ? EIDRM : errno;
				return -1;
			}
			return size;
		}
		size = mqueue_receive(queue, priority);
		if (size != -1 || errno != EAGAIN)
			return size;
	}
}
