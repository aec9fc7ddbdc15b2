/*
 * backend.c: functions that both back ends need: the buffer of a message that is received, and the reasons to end a
 * wait.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "queue/internal.h"

int
queue_reserve(struct queue *queue, size_t size)
{
	char *buffer;

	if (queue->hand)
		return hand_reserve(queue, size);
	if (size <= queue->capacity)
		return 0;
	buffer = realloc(queue->buffer, size);
	if (!buffer)
		return -1;
	queue->buffer = buffer;
	queue->capacity = size;
	return 0;
}

int
queue_wait_output(int output)
{
	struct pollfd wait = {.fd = output, .events = POLLOUT};
	const struct deadline never = {0};

	if (output == -1)
		return interrupt_caught() ? error_set(EINTR) : 0;
	/* The alarm of a wait for a message is not for this one. */
	(void)deadline_alarm(&never);
	if (deadline_wait(&wait, 1, &never, -1) == -1)
		return -1;
	return wait.revents & ~POLLOUT ? error_set(EPIPE) : 0;
}

int
queue_wait_check(const struct queue_wait *wait)
{
	if (interrupt_caught())
		errno = EINTR;
	else if (wait->output != -1 && io_gone(wait->output))
		errno = EPIPE;
	else if (deadline_passed(&wait->deadline))
		errno = ETIMEDOUT;
	else
		return 0;
	return -1;
}
