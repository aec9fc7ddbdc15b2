/*
 * portable_wait.c: the wait on a full or empty POSIX queue, which only mq_send and mq_receive themselves can do. The
 * timeouts of their timed forms follow the time of day, which can change. Therefore a timer on the monotonic clock
 * interrupts the plain forms, and a timeout long past keeps the timed forms from waiting.
 */
#include <errno.h>
#include <fcntl.h>

#include "queue/internal.h"

const int posix_nonblock;

int
posix_wait(struct queue_posix *posix, short event, const struct queue_wait *wait)
{
	(void)posix;
	(void)event;
	return queue_wait_check(wait) == -1 || queue_wait_output(wait->output) == -1 ? -1
	                                                                             : deadline_tick(&wait->deadline);
}

mqd_t
posix_blocking(const struct queue *queue)
{
	return queue->as.posix.mqd;
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
