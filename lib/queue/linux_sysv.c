/*
 * linux_sysv.c: a System V queue can select all types but one, copy messages, and show its status to every user. See
 * msgrcv(2), msgctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>

#include "base/error.h"
#include "queue/internal.h"

/* From Linux 3.8 and 4.17; not all headers of C libraries have them. */
#define COPY     040000 /* MSG_COPY */
#define STAT_ANY 13     /* MSG_STAT_ANY */

const int sysv_except = MSG_EXCEPT, sysv_copy = COPY;

int
queue_sysv_status(int id, struct msqid_ds *status)
{
	int result = msgctl(id, IPC_STAT, status);
	int index, last;
	struct msginfo info;

	if (result != -1 || errno != EACCES)
		return result;
	/* Every user may read the status of a queue at its index in the kernel's table. */
	last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info);
	for (index = 0; index <= last; index++)
		if (msgctl(index, STAT_ANY, status) == id)
			return 0;
	return error_set(EACCES);
}
