/*
 * linux_msg.c: MSG_EXCEPT and MSG_COPY. Source: msgrcv(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "queue/internal.h"

/* From Linux 3.8; the C libraries' headers do not all name it. */
#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

/* From Linux 4.17. */
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

const int message_except = MSG_EXCEPT;
const bool message_copies = true;

int
message_status(int id, struct msqid_ds *status)
{
	int result = msgctl(id, IPC_STAT, status);
	int index, last;
	struct msginfo info;

	if (result != -1 || errno != EACCES)
		return result;
	/* By its place in the kernel's table a queue may be looked at by anybody. */
	last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info);
	for (index = 0; index <= last; index++)
		if (msgctl(index, MSG_STAT_ANY, status) == id)
			return 0;
	errno = EACCES;
	return -1;
}

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
