/*
 * sysv_receive.c: takes messages of a System V queue without waiting, and copies those that stay in it (mqrecv -k). The
 * kernel copies by position alone, so this file selects by type.
 */
#include <errno.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "queue/internal.h"

/*
 * Receive without MSG_NOERROR, which would cut the message. Make the buffer larger until the message fits, unless it
 * has more bytes than the caller wants.
 */
ssize_t
sysv_receive(struct queue *queue, long type, int flags, bool traced)
{
	ssize_t size;
	size_t space;

	flags |= IPC_NOWAIT;
	do {
		space = queue->capacity - sizeof(struct sysv_envelope);
		if (space > queue->most)
			space = queue->most;
		size = traced ? trace_msgrcv(queue, space, type, flags)
		              : msgrcv(queue->as.sysv.id, queue->buffer, space, type, flags);
	} while (size == -1 && (errno == EINTR || (errno == E2BIG && space < queue->most &&
	                                              queue_reserve(queue, queue->capacity * 2) == 0)));
	if (size == -1 && errno == ENOMSG)
		errno = EAGAIN;
	return size;
}

/* Return the rank of a type among those selected, because -N takes the lowest type first; -1: it is not selected. */
static long
rank(const struct queue_sysv *sysv, long type)
{
	if (sysv->flags)
		return type == sysv->type ? -1 : 0;
	if (sysv->type < 0)
		return type <= -sysv->type ? type : -1;
	return sysv->type == 0 || type == sysv->type ? 0 : -1;
}

/*
 * Find the message with the lowest rank, and then position, after the message that was copied last. Returns its rank,
 * or -1.
 */
static long
find(struct queue *queue, long *found)
{
	const struct queue_sysv *sysv = &queue->as.sysv;
	long position, best = -1;

	for (position = sysv->type < 0 ? 0 : sysv->copied; sysv_receive(queue, position, sysv_copy, false) != -1;
	     position++) {
		long at = rank(sysv, sysv_envelope(queue)->type);

		if (interrupt_caught())
			return error_set(EINTR);
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

static ssize_t
peek_now(struct queue *queue)
{
	long position = 0, best = find(queue, &position);
	ssize_t size = best == -1 ? -1 : sysv_receive(queue, position, sysv_copy, true);

	if (size != -1) {
		queue->as.sysv.copied = position + 1;
		queue->as.sysv.copied_rank = best;
	}
	return size;
}

/* Copy a message, looking ever less often, at last once a tick, because no system call waits for a message to copy. */
ssize_t
sysv_peek(struct queue *queue, const struct queue_wait *wait)
{
	long long pause = 0;
	ssize_t size;

	while ((size = peek_now(queue)) == -1) {
		if (errno != EAGAIN || !wait || queue_wait_check(wait) == -1 ||
		    deadline_nap(&wait->deadline, &pause) == -1)
			return -1;
	}
	return size;
}
