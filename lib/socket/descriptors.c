/*
 * descriptors.c: descriptors in messages of Unix connections. A receiver looks at a message first, and takes it out of
 * the connection only when it accepts the descriptors. So any sender knows that its message was taken once the kernel
 * holds no unread byte of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "socket/calls.h"
#include "socket/descriptors.h"
#include "socket/internal.h"

/* Steps of the table. */
enum { SENDS, RECEIVES };

static const struct explanation explanations[] = {
    {ECONNRESET, 1u << SENDS, "the receiver has closed the connection, and did not take the descriptors", LIMIT_NONE},
    {EPIPE, 1u << SENDS, "the receiver has closed the connection, and did not take the descriptors", LIMIT_NONE},
    {ETIMEDOUT, 1u << SENDS, "the descriptors were not taken in time (-t); the receiver can still take them",
        LIMIT_NONE},
    {ETOOMANYREFS, 1u << SENDS,
        "more descriptors of this user are sent and not taken than RLIMIT_NOFILE allows (raise it with ulimit -n)",
        LIMIT_NONE},
    {EPIPE, 1u << RECEIVES, "the sender has closed the connection, and sent nothing", LIMIT_NONE},
    {ENOMSG, 1u << RECEIVES, "the message has no descriptors", LIMIT_NONE},
    {ETIMEDOUT, 1u << RECEIVES, "no message in time (-t)", LIMIT_NONE},
    {0},
};

/* A message of one byte, and the descriptors that it carries. */
struct message {
	struct msghdr header;
	struct iovec vector;
	char byte;
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(DESCRIPTORS_MOST * sizeof(int))];
	} control;
};

/* Prepare a message with space for count descriptors. */
static void
prepare(struct message *message, size_t count)
{
	message->byte = 'F';
	message->vector = (struct iovec){.iov_base = &message->byte, .iov_len = 1};
	message->header = (struct msghdr){.msg_iov = &message->vector, .msg_iovlen = 1};
	memset(&message->control, 0, sizeof(message->control));
	message->header.msg_control = message->control.space;
	message->header.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
}

int
descriptors_address(struct address *address, const char *text)
{
	const char *fault;

	if (address_parse(address, text, &fault) == -1) {
		error_line(text, "%s", fault);
		return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
	}
	if (address->kind == ADDRESS_UNIX && address->type != SOCK_DGRAM)
		return GO_ON;
	error_line(text, "only a Unix connection passes descriptors (unix:PATH, unix-seq:PATH)");
	return STATUS_USAGE;
}

/* Wait until the peer has taken all that was sent. Returns as descriptors_send. */
static int
wait_until_taken(int fd, const struct deadline *deadline)
{
	/* No event but the end: a peer that has an answer may send it first. */
	struct pollfd wait = {.fd = fd};
	socklen_t size = sizeof(int);
	int error;

	while (socket_unsent(fd) > 0)
		if (deadline_wait(&wait, 1, deadline, SOCKET_LOOK) == -1)
			return -1;
	/* A peer that closes with the message unread sets the error before the message is dropped. */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return -1;
	errno = error;
	return error ? -1 : 0;
}

int
descriptors_send(int fd, const int *list, size_t count, long long timeout)
{
	struct message message;
	struct deadline deadline;
	struct cmsghdr *rights;
	ssize_t size;

	prepare(&message, count);
	rights = CMSG_FIRSTHDR(&message.header);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(rights), list, count * sizeof(int));
	deadline_set(&deadline, timeout);
	do
		size = TRACED(socket_pass(fd, &message.header));
	while (size == -1 && interrupt_again());
	if (trace_rights("sendmsg", fd, size, list, count, "MSG_NOSIGNAL") == -1 || socket_half_close(fd) == -1)
		return -1;
	return wait_until_taken(fd, &deadline);
}

int
descriptors_receive(int fd, int *list, long long timeout)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	struct message message;
	struct deadline deadline;
	struct cmsghdr *rights;
	size_t count = 0;
	ssize_t size;

	deadline_set(&deadline, timeout);
	if (deadline_wait(&wait, 1, &deadline, -1) == -1)
		return -1;
	prepare(&message, DESCRIPTORS_MOST);
	do
		size = TRACED(recvmsg(fd, &message.header, socket_look()));
	while (size == -1 && interrupt_again());
	rights = size == -1 ? NULL : CMSG_FIRSTHDR(&message.header);
	if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
		count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(list, CMSG_DATA(rights), count * sizeof(int));
	}
	if (trace_rights("recvmsg", fd, size, list, count, socket_look() ? "MSG_PEEK|MSG_CMSG_CLOEXEC" : "0") == -1)
		return -1;
	if (message.header.msg_flags & MSG_CTRUNC) {
		descriptors_close(list, 0, count);
		return error_set(EMFILE);
	}
	return count ? (int)count : error_set(size ? ENOMSG : EPIPE);
}

void
descriptors_close(const int *list, size_t first, size_t count)
{
	for (; first < count; first++)
		close(list[first]);
}

/* Set a variable to a number, or remove it. Returns 0, or -1 with ENOMEM. */
static int
set_variable(const char *name, bool known, unsigned long number)
{
	char value[32];

	snprintf(value, sizeof(value), "%lu", number);
	return known ? setenv(name, value, 1) : unsetenv(name);
}

int
descriptors_environment(int fd)
{
	struct owner owner = {0};
	bool known = socket_owner(fd, &owner) == 0;

	/* The kernel reports a process of another PID namespace as 0. */
	return set_variable("IPC7_PID", known && owner.pid > 0, (unsigned long)owner.pid) == 0
	           ? set_variable("IPC7_UID", known, owner.uid)
	           : -1;
}

void
descriptors_place(struct socket *socket, const int *list, size_t count)
{
	char rest[4096];
	size_t i;

	(void)recv(socket->fd, rest, sizeof(rest), MSG_DONTWAIT);
	socket_stop(socket);
	/*
	 * recvmsg(2) gives the lowest free numbers in ascending order, and 0 to 2 are in use. So list[i] is above i,
	 * and a number that is given is never that of a descriptor later in the list.
	 */
	for (i = 0; i < count; i++) {
		(void)dup2(list[i], (int)i);
		close(list[i]);
	}
}

int
descriptors_report(const struct socket *socket, bool receives, int error)
{
	struct text why = {0};

	/* A sender still has its descriptors, and a receiver has taken no message. */
	if (error == EINTR)
		return STATUS_FAILED;
	if (!explanation_add(&why, explanations, receives ? RECEIVES : SENDS, error, 0))
		text_format(&why, "%s", explain_errno(error));
	error_text(socket->address.text, &why);
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
