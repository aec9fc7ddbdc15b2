/*
 * msg.c for POSIX: neither all types but one, nor copies, can be asked for.
 */
#include <errno.h>

#include "../backend.h"

const int message_except = 0;

ssize_t
message_copy(struct queue *queue, unsigned long index)
{
	(void)queue;
	(void)index;
	errno = ENOTSUP;
	return -1;
}
