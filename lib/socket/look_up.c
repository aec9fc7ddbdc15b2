/*
 * look_up.c: the addresses of a host. A name is looked up by a child, because getaddrinfo(3) waits for a name server as
 * long as it likes, and no signal ends that. A number needs no name server, and a port is found in a file.
 */
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "socket/internal.h"

/* The most bytes of a name, and of each of its labels. See RFC 1035. */
#define NAME_MOST  253
#define LABEL_MOST 63

/* Result of a child; count addresses follow. */
struct answer {
	int error, number; /* error of getaddrinfo(3), and errno */
	size_t count;
};

int
address_list_add(struct address_list *list, const void *address, size_t size)
{
	struct socket_address *more = realloc(list->addresses, (list->count + 1) * sizeof(*more));

	if (!more)
		return -1;
	list->addresses = more;
	more += list->count++;
	memset(more, 0, sizeof(*more));
	memcpy(&more->storage, address, size);
	more->size = (socklen_t)size;
	return 0;
}

void
address_list_free(struct address_list *list)
{
	free(list->addresses);
	*list = (struct address_list){0};
}

/* Call getaddrinfo(3). Returns 0 or its error. */
static int
get(const struct address *address, int family, int flags, struct address_list *list)
{
	struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = address->type,
	    .ai_protocol = address->protocol,
	    .ai_flags = flags | (address->any ? AI_PASSIVE : 0)};
	struct addrinfo *found, *one;
	int error = getaddrinfo(address->host, address->port || address->host ? address->port : "0", &hints, &found);

	if (error)
		return error;
	for (one = found; one && error == 0; one = one->ai_next)
		error = address_list_add(list, one->ai_addr, one->ai_addrlen) == -1 ? EAI_MEMORY : 0;
	freeaddrinfo(found);
	return error;
}

bool
address_possible(const char *host)
{
	size_t size = strlen(host), label = 0, i;

	/* A dot at the end says that the name is complete. */
	if (size > 0 && host[size - 1] == '.')
		size--;
	for (i = 0; i < size; i++) {
		label = host[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MOST || (host[i] == '.' && (i == 0 || host[i - 1] == '.')))
			return false;
	}
	return label > 0 && size <= NAME_MOST;
}

/* Return true for a name under .invalid, which no host ever has. See RFC 6761. */
static bool
is_invalid(const char *host)
{
	static const char last[] = ".invalid";
	size_t size = strlen(host), length = strlen(last);

	if (size > 0 && host[size - 1] == '.')
		size--;
	return (size >= length && strncasecmp(host + size - length, last, length) == 0) ||
	       (size == length - 1 && strncasecmp(host, last + 1, size) == 0);
}

/* Look up in the child, whose signals are blocked, and end it. */
static void
answer(const struct address *address, int family, int fd, pid_t parent)
{
	struct address_list list = {0};
	struct answer answer = {0};

	socket_follow(parent);
	answer.error = get(address, family, 0, &list);
	answer.number = errno;
	answer.count = list.count;
	/* The parent reports an answer that is not whole. */
	if (io_write(fd, &answer, sizeof(answer), NULL) == -1 ||
	    io_write(fd, list.addresses, list.count * sizeof(*list.addresses), NULL) == -1)
		_exit(STATUS_FAILED);
	_exit(STATUS_OK);
}

/* Read size bytes. Returns 0 or -1. Errors: ETIMEDOUT, EINTR (a signal was caught), EIO (the child has died). */
static int
receive(int fd, void *data, size_t size, const struct deadline *until)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char *to = data;
	ssize_t got;

	while (size > 0) {
		if (deadline_wait(&wait, 1, until, -1) == -1)
			return -1;
		got = io_read(fd, to, size);
		if (got <= 0)
			return got == 0 ? error_set(EIO) : -1;
		to += got;
		size -= (size_t)got;
	}
	return 0;
}

/* Take the answer of the child. Returns 0 or an error of getaddrinfo(3). */
static int
take(int fd, struct address_list *list, const struct deadline *until)
{
	struct answer answer;

	if (receive(fd, &answer, sizeof(answer), until) == -1)
		return EAI_SYSTEM;
	errno = answer.number;
	if (answer.error)
		return answer.error;
	list->addresses = calloc(answer.count, sizeof(*list->addresses));
	if (!list->addresses)
		return EAI_MEMORY;
	list->count = answer.count;
	return receive(fd, list->addresses, list->count * sizeof(*list->addresses), until) == -1 ? EAI_SYSTEM : 0;
}

/* Start the child, and end it whatever comes. Returns as address_look_up. */
static int
ask(const struct address *address, int family, const struct deadline *until, struct address_list *list)
{
	int ends[2], error = EAI_SYSTEM, saved;
	pid_t parent = getpid(), pid = -1;

	if (io_pipe(ends) == -1)
		return error;
	if (interrupt_hold() == 0) {
		pid = fork();
		if (pid == 0)
			answer(address, family, ends[1], parent);
		saved = errno;
		interrupt_release();
		errno = saved;
	}
	close(ends[1]);
	if (pid != -1) {
		error = take(ends[0], list, until);
		saved = errno;
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			;
		errno = saved;
	}
	close(ends[0]);
	return error;
}

int
address_look_up(const struct address *address, int family, const struct deadline *until, struct address_list *list)
{
	struct deadline tick;
	int error = get(address, family, AI_NUMERICHOST, list);

	if (error != EAI_NONAME || !address->host)
		return error;
	if (!address_possible(address->host) || is_invalid(address->host))
		return EAI_NONAME;
	deadline_set(&tick, DEADLINE_TICK * 1000000LL);
	return ask(address, family, until->limited && until->at < tick.at ? &tick : until, list);
}
