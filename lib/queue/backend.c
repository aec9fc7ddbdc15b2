/*
 * backend.c: functions that both back ends need: the buffer of a message that is received, and the reasons to end a
 * wait.
 */
#include <errno.h>
#include <stdlib.h>

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

struct sysv_envelope *
sysv_envelope(const struct queue *queue)
{
	return (struct sysv_envelope *)(void *)queue->buffer;
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
