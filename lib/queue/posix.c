/*
 * posix.c: POSIX message queues, to send and to receive. A call is tried without waiting; posix_wait of the platform
 * then waits for a full or an empty queue.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "queue/internal.h"

static void
close_posix(struct queue *queue)
{
	posix_release(&queue->as.posix);
	mq_close(queue->as.posix.mqd);
}

static int
unlink_posix(struct queue *queue)
{
	if (posix_unlinked(&queue->as.posix, queue->text))
		return error_set(ENOENT);
	return trace_quoted(TRACED(mq_unlink(queue->text)), "mq_unlink(", queue->text, ")");
}

/* The timeout that keeps a call on a queue without O_NONBLOCK from waiting. */
static const struct timespec past;

static const struct timespec *
at_once(void)
{
	return posix_nonblock ? NULL : &past;
}

/* Wait as posix_wait does. The wait is a part of the call that follows. */
static int
wait_for(struct queue *queue, short event, const struct queue_wait *wait)
{
	if (trace_on)
		trace_start(event == POLLIN ? "trace_mq_receive" : "trace_mq_send", true);
	return posix_wait(&queue->as.posix, event, wait);
}

/*
 * Wait after a call that failed because the queue was full or empty, or because the tick of a wait interrupted it.
 * Returns 0 to make the call again, or -1.
 */
static int
wait_again(struct queue *queue, short event, const struct queue_wait *wait)
{
	bool tick = errno == EINTR && !interrupt_caught();

	if (errno != EAGAIN && errno != ETIMEDOUT && !tick)
		return -1;
	if (!wait)
		return error_set(EAGAIN);
	if (tick && posix_unlinked(&queue->as.posix, queue->text))
		return error_set(EIDRM);
	return wait_for(queue, event, wait);
}

static int
send_posix(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	const struct timespec *until = at_once();

	while (trace_mq_send(queue, message, until) == -1) {
		if (wait_again(queue, POLLOUT, wait) == -1)
			return -1;
		until = NULL;
	}
	return 0;
}

/*
 * Bytes of a message up to which the next one is taken to be as large as it can be. Above it, which is usual, most
 * messages are far smaller than that: the next one is taken to be as large as the last large one, and somewhat smaller
 * after each message that was smaller.
 */
#define SMALL 1024

/* Receive a message. Wait before the call, because no message may be taken once the output has lost its reader. */
static int
receive_posix(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	const struct timespec *until = wait ? NULL : at_once();
	size_t *large = &queue->as.posix.large;
	unsigned int priority = 0;
	ssize_t size;

	if (!*large)
		*large = queue->size;
	if (!wait && (queue->size <= SMALL ? queue->size : *large) > queue->most)
		return error_set(E2BIG);
	if (queue_reserve(queue, queue->size) == -1)
		return -1;
	if (wait && wait_for(queue, POLLIN, wait) == -1)
		return -1;
	while ((size = trace_mq_receive(queue, &priority, until)) == -1)
		if (wait_again(queue, POLLIN, wait) == -1)
			return -1;
	if ((size_t)size < *large)
		*large -= (*large - (size_t)size) / 16;
	else
		*large = (size_t)size;
	*message = (struct message){.data = queue->buffer, .size = (size_t)size, .priority = (long)priority};
	return 0;
}

/*
 * Send while all senders wait in line. The call ends once a minute, because nothing wakes a sender whose queue was
 * unlinked and has no receiver left.
 */
static int
insist_posix(struct queue *queue, const struct message *message)
{
	struct timespec until;
	struct mq_attr attr;

	if (posix_unlinked(&queue->as.posix, queue->text))
		return error_set(EIDRM);
	if (mq_getattr(queue->as.posix.mqd, &attr) == 0 && attr.mq_flags & O_NONBLOCK)
		queue->as.posix.mqd = posix_blocking(queue);
	if (queue->as.posix.mqd == (mqd_t)-1)
		return -1;
	do {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 60;
		if (trace_mq_send(queue, message, &until) == 0)
			return 0;
	} while ((errno == ETIMEDOUT || errno == EINTR) && !posix_unlinked(&queue->as.posix, queue->text));
	return errno == ETIMEDOUT ? error_set(EIDRM) : -1;
}

static int
descriptor_posix(const struct queue *queue)
{
	return (int)queue->as.posix.mqd;
}

static void
identify_posix(const struct queue *queue, struct text *text)
{
	text_format(text, "%s", queue->text);
}

static bool
removed_posix(const struct queue *queue)
{
	return posix_unlinked(&queue->as.posix, queue->text);
}

static unsigned long
stranded_posix(const struct queue *queue)
{
	struct mq_attr attr;

	if (!removed_posix(queue) || mq_getattr(queue->as.posix.mqd, &attr) == -1)
		return 0;
	return (unsigned long)attr.mq_curmsgs;
}

const struct queue_backend queue_posix = {
    .open = posix_open,
    .close = close_posix,
    .unlink = unlink_posix,
    .send = send_posix,
    .receive = receive_posix,
    .insist = insist_posix,
    .descriptor = descriptor_posix,
    .identify = identify_posix,
    .removed = removed_posix,
    .stranded = stranded_posix,
    .no_select = "a POSIX queue always gives its highest priority, oldest first (System V queues select)",
    .no_peek = "messages of a POSIX queue cannot be copied without removing them (System V queues on Linux can)",
    .priorities = {.lowest = 0, .highest = 32767 /* MQ_PRIO_MAX - 1 on Linux */, .usual = 0},
    .explain = posix_explain,
};
