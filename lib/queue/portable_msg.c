/*
 * portable_msg.c: neither all types but one, nor copies, can be asked for.
 */
#include <errno.h>
#include <stdbool.h>

#include "queue/internal.h"

const int message_except = 0;
const bool message_copies = false;

int
message_status(int id, struct msqid_ds *status)
{
	return msgctl(id, IPC_STAT, status);
}

ssize_t
message_copy(struct queue *queue, unsigned long index)
{
	(void)queue;
	(void)index;
	errno = ENOTSUP;
	return -1;
}
