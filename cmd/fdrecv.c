/*
 * fdrecv: run a command with descriptors that another process passes.
 *
 * fdrecv listens at a Unix socket, takes one message from one connection, and becomes COMMAND, whose descriptors 0, 1,
 * 2 and so on are those of the message. COMMAND is found before fdrecv listens. The sender learns that its message was
 * taken only when nothing but COMMAND itself can fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "process/launch.h"
#include "socket/descriptors.h"

static const struct command command = {
    .name = "fdrecv",
    .usage = "[-uv] [-m MODE] [-n COUNT] [-R FILE] [-t TIME] ADDRESS -- COMMAND [ARG...]",
    .help =
        "Listen at a Unix socket, and become COMMAND with the descriptors that a process passes there as 0, 1, 2 ...\n"
        "  -m MODE   set the octal mode of the path (0600)\n"
        "  -n COUNT  take COUNT descriptors, and close others; fewer are a failure\n"
        "  -R FILE   write the address to FILE once a sender can connect\n"
        "  -t TIME   wait at most TIME for a sender, and for its message; 0 never waits\n"
        "  -u        unlink the path before COMMAND starts\n"
        "  -v        trace IPC system calls\n"
        "ADDRESS: unix:PATH or unix-seq:PATH; @NAME for PATH: abstract. See fdsend(1), ipc7(7)\n"
        "COMMAND has the sender's process and user in IPC7_PID and IPC7_UID.\n",
};

struct receiver {
	struct socket socket;
	bool unlinks;             /* -u */
	unsigned long long count; /* descriptors of -n, or 0 */
	const char *ready_file;   /* -R */
	char **argv, *path;       /* COMMAND with its arguments, and its file */
};

static int
parse(struct receiver *receiver, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'R', .file = &receiver->ready_file},
	    {'m', .mode = &receiver->socket.mode},
	    {'n', .number = &receiver->count, .min = 1, .max = DESCRIPTORS_MOST},
	    {'t', .time = &receiver->socket.timeout},
	    {'u', .flag = &receiver->unlinks},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("ADDRESS is missing; usage: fdrecv %s", command.usage);
	if (optind + 1 < argc && strcmp(argv[optind + 1], "--") != 0)
		return command_surplus(
		    argv[optind + 1], "ADDRESS", "there is one ADDRESS, after the options; a COMMAND stands after --");
	if (optind + 2 >= argc)
		return command_usage("COMMAND is missing; usage: fdrecv %s", command.usage);
	status = descriptors_address(&receiver->socket.address, argv[optind]);
	receiver->argv = argv + optind + 2;
	return status;
}

/* Take the message, and become COMMAND. Returns only after a failure. */
static int
become(struct receiver *receiver)
{
	int list[DESCRIPTORS_MOST], count, errors, error;

	count = descriptors_receive(receiver->socket.fd, list, receiver->socket.timeout);
	if (count == -1)
		return descriptors_report(&receiver->socket, true, errno);
	if ((unsigned long long)count < receiver->count) {
		error_line(receiver->socket.address.text, "%d descriptor%s came, and -n asks for %llu", count,
		    count == 1 ? "" : "s", receiver->count);
		return STATUS_FAILED;
	}
	if (receiver->count) {
		descriptors_close(list, (size_t)receiver->count, (size_t)count);
		count = (int)receiver->count;
	}
	if (descriptors_environment(receiver->socket.fd) == -1) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	/* From here on, the message is taken, and a signal stays pending for COMMAND. */
	if (interrupt_hold() == -1 || interrupt_caught())
		return STATUS_RUNNER;
	/* A line about COMMAND is for the user of fdrecv, not for a descriptor of the sender. */
	errors = count > STDERR_FILENO ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, count) : -1;
	descriptors_place(&receiver->socket, list, (size_t)count);
	error = launch_become(receiver->path, receiver->argv) == -1 ? errno : 0;
	if (errors != -1)
		(void)dup2(errors, STDERR_FILENO);
	return launch_report(receiver->argv[0], error);
}

int
main(int argc, char *argv[])
{
	struct receiver receiver = {.socket = {.mode = 0600, .fd = -1, .timeout = DEADLINE_NEVER}};
	struct socket *socket = &receiver.socket;
	int status;

	command_start(&command, argc, argv);
	status = parse(&receiver, argc, argv);
	if (status == GO_ON)
		status = socket_set_up(socket, true, receiver.ready_file, receiver.argv[0], &receiver.path);
	if (status == GO_ON)
		status = socket_accept(socket, socket->timeout);
	if (receiver.unlinks && socket_unlink(socket) != STATUS_OK && status == GO_ON)
		status = STATUS_FAILED;
	if (status == GO_ON)
		status = become(&receiver);
	socket_close(socket);
	free(receiver.path);
	return command_end(status == STATUS_FAILED ? STATUS_RUNNER : status);
}
