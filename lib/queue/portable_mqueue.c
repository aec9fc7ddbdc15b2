/*
 * portable_mqueue.c: a message queue descriptor can only be waited for inside mq_send and mq_receive, whose timed
 * forms follow the time of day. So a timer on the monotonic clock interrupts the plain ones; what else ends a wait is
 * looked at then. A time long past makes the timed forms return at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdbool.h>
#include <time.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "queue/internal.h"
#include "queue/queue.h"

static const struct timespec past;

int
mqueue_prepare(struct queue *queue)
{
	(void)queue;
	return 0;
}

/* With a deadline that is past, a call on a full or empty queue fails with ETIMEDOUT, or EINTR if a tick is pending. */
static bool
must_wait(void)
{
	return errno == ETIMEDOUT || (errno == EINTR && !interrupt_caught());
}

int
mqueue_send(struct queue *queue, const struct message *message)
{
	int result = traced_send(queue, message, &past);

	if (result == -1 && must_wait())
		errno = EAGAIN;
	return result;
}

ssize_t
mqueue_receive(struct queue *queue, unsigned int *priority)
{
	ssize_t result = traced_receive(queue, priority, &past);

	if (result == -1 && must_wait())
		errno = EAGAIN;
	return result;
}

bool
mqueue_removed(const struct queue *queue)
{
	mqd_t again = mq_open(queue->path, O_RDONLY);

	if (again == (mqd_t)-1)
		return errno == ENOENT;
	mq_close(again);
	return false;
}

void
mqueue_release(struct queue *queue)
{
	(void)queue;
}

/* Whether a wait goes on after an interruption (0), or how it ends (-1, errno). */
static int
go_on(const struct queue *queue, const struct queue_wait *wait)
{
	if (errno != EINTR)
		return -1;
	if (interrupt_caught())
		return -1;
	if (wait->output != -1 && io_gone(wait->output))
		errno = EPIPE;
	else if (deadline_passed(&wait->deadline))
		errno = ETIMEDOUT;
	else if (mqueue_removed(queue))
		errno = EIDRM;
	else
		return deadline_tick(&wait->deadline);
	return -1;
}

int
mqueue_send_wait(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	if (deadline_passed(&wait->deadline)) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (deadline_tick(&wait->deadline) == -1)
		return -1;
	while (traced_send(queue, message, NULL) == -1)
		if (go_on(queue, wait) == -1)
			return -1;
	return 0;
}

ssize_t
mqueue_receive_wait(struct queue *queue, unsigned int *priority, const struct queue_wait *wait)
{
	ssize_t size;

	if (deadline_passed(&wait->deadline)) {
		size = mqueue_receive(queue, priority);
		if (size == -1 && errno == EAGAIN)
			errno = ETIMEDOUT;
		return size;
	}
	if (wait->output != -1 && io_gone(wait->output)) {
		errno = EPIPE;
		return -1;
	}
	if (deadline_tick(&wait->deadline) == -1)
		return -1;
	while ((size = traced_receive(queue, priority, NULL)) == -1)
		if (go_on(queue, wait) == -1)
			return -1;
	return size;
}
