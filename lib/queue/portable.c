/*
 * portable.c: a POSIX queue can only be waited for inside mq_send and mq_receive, whose timed forms follow the time of
 * day. So a timer on the monotonic clock interrupts the plain forms, and a time long past keeps the timed ones from
 * waiting. System V queues have neither MSG_EXCEPT nor MSG_COPY.
 */
#include <errno.h>
#include <fcntl.h>

#include "queue/internal.h"

const int posix_nonblock, sysv_except, sysv_copy;

int
posix_wait(struct queue_posix *posix, short event, const struct queue_wait *wait)
{
	(void)posix;
	(void)event;
	return queue_wait_check(wait) == -1 ? -1 : deadline_tick(&wait->deadline);
}

bool
posix_unlinked(const struct queue_posix *posix, const char *name)
{
	mqd_t again = mq_open(name, O_RDONLY);

	(void)posix;
	if (again == (mqd_t)-1)
		return errno == ENOENT;
	mq_close(again);
	return false;
}

void
posix_release(const struct queue_posix *posix)
{
	(void)posix;
}

int
queue_sysv_status(int id, struct msqid_ds *status)
{
	return msgctl(id, IPC_STAT, status);
}
