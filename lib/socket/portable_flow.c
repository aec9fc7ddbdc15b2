/*
 * portable_flow.c for POSIX, where everything is read and written.
 */
#include <errno.h>

#include "socket/internal.h"
#include "socket/socket.h"

ssize_t
flow_write_now(int fd, const char *data, size_t size)
{
	return flow_write_part(fd, data, size);
}

int
flow_hand_on(struct flow *flow)
{
	(void)flow;
	errno = ENOTSUP;
	return -1;
}
