/*
 * fdsend: pass open descriptors to another process.
 *
 * fdsend connects to a Unix socket, sends its descriptors in one message, and ends with status 0 once the receiver has
 * taken that message. The descriptors are checked first, so a wrong one costs the receiver nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/number.h"
#include "socket/descriptors.h"

static const struct command command = {
    .name = "fdsend",
    .usage = "[-v] [-t TIME] [-T TIME] ADDRESS [FD...]",
    .help = "Connect to a Unix socket, and pass the descriptors FD (default 0) to the process that listens there.\n"
            "  -t TIME  wait at most TIME for the receiver; 0 never waits\n"
            "  -T TIME  keep trying to connect for TIME\n"
            "  -v       trace IPC system calls\n"
            "ADDRESS: unix:PATH or unix-seq:PATH; @NAME for PATH: abstract. See fdrecv(1), ipc7(7)\n",
};

struct list {
	int fds[DESCRIPTORS_MOST];
	size_t count;
};

/* Read the operands FD. Returns GO_ON, or the exit status after a line. */
static int
read_list(struct list *list, char *argv[])
{
	unsigned long long number;
	int i;

	for (i = 0; argv[i]; i++)
		if (number_parse(argv[i], 0, INT_MAX, &number) == -1)
			return command_argument("FD ", argv[i],
			    argv[i][0] == '-' ? "options come before ADDRESS" : "not the number of a descriptor");
		else if (i < DESCRIPTORS_MOST)
			list->fds[i] = (int)number;
	if (i > DESCRIPTORS_MOST) {
		error_line(NULL, "%d descriptors do not fit into one message: SCM_MAX_FD is %d", i, DESCRIPTORS_MOST);
		return STATUS_FAILED;
	}
	/* Without operands, the list holds 0. */
	list->count = i ? (size_t)i : 1;
	return GO_ON;
}

/* Check that all descriptors are open. One that closes on exec was not inherited: it stands in for a closed one. */
static int
check_list(const struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (fcntl(list->fds[i], F_GETFD) != 0) {
			error_line(NULL, "descriptor %d is not open", list->fds[i]);
			return STATUS_FAILED;
		}
	return GO_ON;
}

static int
parse(struct socket *socket, struct list *list, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'T', .time = &socket->retry},
	    {'t', .time = &socket->timeout},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status == GO_ON && optind == argc)
		return command_usage("ADDRESS is missing; usage: fdsend %s", command.usage);
	if (status == GO_ON)
		status = descriptors_address(&socket->address, argv[optind]);
	return status == GO_ON ? read_list(list, argv + optind + 1) : status;
}

int
main(int argc, char *argv[])
{
	struct socket socket = {.fd = -1, .timeout = DEADLINE_NEVER};
	struct list list = {0};
	int status;

	command_start(&command, argc, argv);
	status = parse(&socket, &list, argc, argv);
	if (status == GO_ON)
		status = check_list(&list);
	if (status == GO_ON)
		status = socket_open(&socket, false);
	if (status == GO_ON && descriptors_send(socket.fd, list.fds, list.count, socket.timeout) == -1)
		status = descriptors_report(&socket, false, errno);
	socket_close(&socket);
	return command_end(status == GO_ON ? STATUS_OK : status);
}
