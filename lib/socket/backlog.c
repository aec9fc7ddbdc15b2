/*
 * backlog.c: data for a descriptor whose reader may be slow. The data are kept until the descriptor takes them, so that
 * a slow reader does not delay others. The caller bounds how much is kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket/backlog.h"
#include "socket/packet.h"

/* Bytes of space above which an empty backlog releases it. */
#define SPACE_MOST ((size_t)256 * 1024)

static void
release(struct backlog *backlog)
{
	free(backlog->data);
	backlog->data = NULL;
	backlog->capacity = 0;
}

void
backlog_open(struct backlog *backlog, int fd, bool packets)
{
	*backlog = (struct backlog){.fd = fd, .packets = packets, .sink = pump_kind(fd)};
}

size_t
backlog_kept(const struct backlog *backlog)
{
	return backlog->end - backlog->start;
}

bool
backlog_full(const struct backlog *backlog)
{
	return backlog_kept(backlog) >= BACKLOG_MOST;
}

/* Return the address where size more bytes can be stored, or NULL. */
static char *
reserve(struct backlog *backlog, size_t size)
{
	size_t capacity = backlog->capacity ? backlog->capacity : 4096;
	char *more;

	if (backlog->start > 0 && backlog->end + size > backlog->capacity) {
		memmove(backlog->data, backlog->data + backlog->start, backlog_kept(backlog));
		backlog->end -= backlog->start;
		backlog->start = 0;
	}
	if (backlog->end + size > backlog->capacity) {
		while (capacity < backlog->end + size)
			capacity *= 2;
		more = realloc(backlog->data, capacity);
		if (!more)
			return NULL;
		backlog->data = more;
		backlog->capacity = capacity;
	}
	return backlog->data + backlog->end;
}

int
backlog_add(struct backlog *backlog, enum record_form form, const char *prefix, const char *data, size_t size)
{
	size_t header = backlog->packets ? sizeof(size_t) : 0, used, body;
	char *to;

	if (backlog->fd == -1)
		return 0;
	to = reserve(backlog, header + (prefix ? strlen(prefix) : 0) + size + RECORD_FRAME);
	if (!to)
		return -1;
	/* A packet has its size in front, and needs no terminator. */
	used = record_format(backlog->packets ? RECORD_RAW : form, prefix, data, size, to + header, &body);
	memcpy(to, &used, header);
	backlog->end += header + used;
	return 0;
}

/* Write the next packet, or the next part of the bytes. Returns the bytes that were taken, or -1. */
static ssize_t
put(struct backlog *backlog)
{
	const char *from = backlog->data + backlog->start;
	size_t size = backlog_kept(backlog);

	if (!backlog->packets)
		return pump_write_now(backlog->fd, backlog->sink, from, size);
	memcpy(&size, from, sizeof(size));
	if (packet_send(backlog->fd, from + sizeof(size), size, NULL, NULL) == -1)
		return -1;
	backlog->start += sizeof(size);
	return (ssize_t)size;
}

int
backlog_write(struct backlog *backlog)
{
	while (backlog_kept(backlog) > 0) {
		ssize_t took = put(backlog);

		backlog->blocked = took == -1;
		if (took == -1)
			return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
		backlog->start += (size_t)took;
		backlog->moved += (size_t)took;
	}
	backlog->start = backlog->end = 0;
	if (backlog->capacity > SPACE_MOST)
		release(backlog);
	return 0;
}

void
backlog_close(struct backlog *backlog)
{
	release(backlog);
	backlog->start = backlog->end = 0;
	backlog->fd = -1;
}
