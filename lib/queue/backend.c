/*
 * backend.c: what the files of the back ends share: the buffer for a message, which grows to hold one of any size, and
 * the reasons to end a wait.
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

/* MSG_NOERROR would cut the message. */
ssize_t
sysv_receive(struct queue *queue, long type, int flags, bool traced)
{
	ssize_t size;

	flags |= IPC_NOWAIT;
	do {
		size_t space = queue->capacity - sizeof(struct sysv_envelope);

		size = traced ? trace_msgrcv(queue, space, type, flags)
		              : msgrcv(queue->as.sysv.id, queue->buffer, space, type, flags);
	} while (size == -1 && errno == E2BIG && queue_reserve(queue, queue->capacity * 2) == 0);
	if (size == -1 && errno == ENOMSG)
		errno = EAGAIN;
	return size;
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
