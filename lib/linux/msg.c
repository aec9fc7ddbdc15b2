/*
 * msg.c for Linux: MSG_EXCEPT and MSG_COPY. Source: msgrcv(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "../backend.h"

/* From Linux 3.8; the C libraries' headers do not all name it. */
#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

const int message_except = MSG_EXCEPT;

ssize_t
message_copy(struct queue *queue, unsigned long index)
{
	ssize_t size;

	while ((size = msgrcv(queue->id, queue->buffer, queue->capacity - sizeof(long), (long)index,
	            MSG_COPY | IPC_NOWAIT)) == -1 &&
	       errno == E2BIG)
		if (queue_room(queue, queue->capacity * 2) == -1)
			return -1;
	if (size == -1 && errno == ENOSYS)
		errno = ENOTSUP;
	return size;
}
