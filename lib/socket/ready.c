/*
 * ready.c: a socket that is set up for -R: its address is written once clients can connect.
 */
#include <errno.h>

#include "base/error.h"
#include "base/ready.h"
#include "process/launch.h"
#include "socket/socket.h"

int
socket_set_up(struct socket *socket, bool listens, const char *file, const char *program, char **path)
{
	struct socket_address local;
	struct text line = {0};
	int ready = -1, status;

	if (file && (ready = ready_open(file, socket->timeout)) == -1)
		return ready_report(file);
	if (program && launch_find(program, path) == -1)
		return launch_report(program, errno);
	status = socket_open(socket, listens);
	if (status != GO_ON || ready == -1)
		return status;
	socket_bound(socket, socket->fd, &local);
	address_format(&socket->address, &local, &line);
	/* An address that is not whole would lead clients elsewhere. */
	if (line.cut)
		errno = ENOMEM;
	if (line.cut || ready_say(ready, line.data) == -1)
		status = ready_report(file);
	text_free(&line);
	return status;
}
