/*
 * sysv_peek.c: copies of messages that stay in a System V queue (mqrecv -k). The kernel copies by position alone, so the
 * selection by type is made here.
 */
#include <errno.h>

#include "base/interrupt.h"
#include "base/trace.h"
#include "queue/internal.h"

/* The rank of a type among those selected, as -N takes the lowest type first; -1: it is not selected. */
static long
rank(const struct queue_sysv *sysv, long type)
{
	if (sysv->flags)
		return type == sysv->type ? -1 : 0;
	if (sysv->type < 0)
		return type <= -sysv->type ? type : -1;
	return sysv->type == 0 || type == sysv->type ? 0 : -1;
}

/* Copies the message at a position, from 0. Returns its size, or -1; EAGAIN: there are not so many. */
static ssize_t
copy(struct queue *queue, unsigned long position, bool traced)
{
	const size_t head = sizeof(struct sysv_envelope);
	int flags = sysv_copy | IPC_NOWAIT;
	ssize_t size;

	do
		size = msgrcv(queue->as.sysv.id, queue->buffer, queue->capacity - head, (long)position, flags);
	while (size == -1 && errno == E2BIG && queue_reserve(queue, queue->capacity * 2) == 0);
	if (size == -1 && errno == ENOMSG)
		errno = EAGAIN;
	else if (size == -1 && errno == ENOSYS)
		errno = ENOTSUP;
	if (size != -1 && traced)
		trace_msgrcv(queue, queue->capacity - head, (long)position, flags, size);
	return size;
}

/* Finds the message with the lowest rank, and then position, behind the one copied last. Returns its rank, or -1. */
static long
find(struct queue *queue, unsigned long *found)
{
	const struct queue_sysv *sysv = &queue->as.sysv;
	unsigned long position;
	long best = -1;

	for (position = sysv->type < 0 ? 0 : sysv->copied; copy(queue, position, false) != -1; position++) {
		long at = rank(sysv, sysv_envelope(queue)->type);

		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		if (at < sysv->copied_rank || (at == sysv->copied_rank && position < sysv->copied))
			continue;
		if (best == -1 || at < best) {
			best = at;
			*found = position;
		}
		if (sysv->type >= 0)
			break;
	}
	return best;
}

static int
peek_now(struct queue *queue, struct message *message)
{
	unsigned long position = 0;
	long best = find(queue, &position);
	ssize_t size = best == -1 ? -1 : copy(queue, position, trace_on);

	if (size == -1)
		return sysv_failed(queue);
	queue->as.sysv.copied = position + 1;
	queue->as.sysv.copied_rank = best;
	*message = (struct message){sysv_envelope(queue)->data, (size_t)size, sysv_envelope(queue)->type};
	return 0;
}

/* No system call waits for a message to copy, so it looks ever more rarely, at last once a tick. */
int
sysv_peek(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	long long pause = 0;

	while (peek_now(queue, message) == -1) {
		if (errno != EAGAIN || !wait || queue_wait_check(wait) == -1 ||
		    deadline_nap(&wait->deadline, &pause) == -1)
			return -1;
	}
	return 0;
}
