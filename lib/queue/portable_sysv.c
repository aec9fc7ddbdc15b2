/*
 * portable_sysv.c: POSIX has neither MSG_EXCEPT nor MSG_COPY for System V queues.
 */
#include "queue/internal.h"

const int sysv_except, sysv_copy;

int
queue_sysv_status(int id, struct msqid_ds *status)
{
	return msgctl(id, IPC_STAT, status);
}
