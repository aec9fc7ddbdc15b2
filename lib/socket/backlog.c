/*
 * backlog.c: what goes to a descriptor that may be slow. It is kept until it is taken, and its reader's sloth is nobody
 * else's trouble; how much is kept is bounded.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/internal.h"
#include "socket/socket.h"

void
outlet_open(struct outlet *outlet, int fd, bool packets)
{
	*outlet = (struct outlet){.fd = fd, .packets = packets, .sink = pump_kind(fd)};
}

size_t
outlet_kept(const struct outlet *outlet)
{
	return outlet->end - outlet->start;
}

bool
outlet_room(const struct outlet *outlet, size_t size)
{
	return outlet_kept(outlet) == 0 || outlet_kept(outlet) + size <= OUTLET_MOST;
}

static int
append(struct outlet *outlet, const void *data, size_t size)
{
	if (outlet->start > 0 && outlet->end + size > outlet->capacity) {
		memmove(outlet->data, outlet->data + outlet->start, outlet_kept(outlet));
		outlet->end -= outlet->start;
		outlet->start = 0;
	}
	if (outlet->end + size > outlet->capacity) {
		size_t capacity = outlet->capacity ? outlet->capacity : 4096;
		char *more;

		while (capacity < outlet->end + size)
			capacity *= 2;
		more = realloc(outlet->data, capacity);
		if (!more)
			return -1;
		outlet->data = more;
		outlet->capacity = capacity;
	}
	if (size > 0)
		memcpy(outlet->data + outlet->end, data, size);
	outlet->end += size;
	return 0;
}

int
outlet_add(struct outlet *outlet, const void *data, size_t size)
{
	if (outlet->fd == -1)
		return 0;
	if (outlet->packets && append(outlet, &size, sizeof(size)) == -1)
		return -1;
	return append(outlet, data, size);
}

/* Writes the next part. Returns the bytes of data that are done with, -1. */
static ssize_t
put(struct outlet *outlet)
{
	const char *from = outlet->data + outlet->start;
	size_t size = outlet_kept(outlet);

	if (outlet->packets) {
		memcpy(&size, from, sizeof(size));
		return send(outlet->fd, from + sizeof(size), size, MSG_DONTWAIT | MSG_NOSIGNAL) == -1
		           ? -1
		           : (ssize_t)(sizeof(size) + size);
	}
	return pump_write_now(outlet->fd, outlet->sink, from, size);
}

int
outlet_step(struct outlet *outlet)
{
	while (outlet_kept(outlet) > 0) {
		ssize_t took = put(outlet);

		if (took == -1)
			return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
		outlet->start += (size_t)took;
		outlet->moved += outlet->packets ? 1 : (size_t)took;
	}
	outlet->start = outlet->end = 0;
	/* What was needed once is not kept for ever. */
	if (outlet->capacity > 256 * 1024) {
		free(outlet->data);
		outlet->data = NULL;
		outlet->capacity = 0;
	}
	return 1;
}

void
outlet_close(struct outlet *outlet)
{
	free(outlet->data);
	outlet->data = NULL;
}
