/*
 * backlog.h: data that a descriptor has not taken yet.
 */
#ifndef SOCKET_BACKLOG_H
#define SOCKET_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pump.h"
#include "base/record.h"

/* Bytes that are kept before a writer must wait. With one more record of 1 MiB they fit into 2 MiB. */
#define BACKLOG_MOST ((size_t)1000 * 1024)

struct backlog {
	int fd;       /* descriptor that takes the data; -1: data that are added are dropped */
	bool packets; /* each record is sent as one packet */
	enum pump_kind sink;
	bool blocked;                /* fd takes nothing until poll(2) reports it */
	unsigned long long moved;    /* bytes of records that fd has taken */
	size_t start, end, capacity; /* private, as are the members below */
	char *data;
};

/* Start an empty backlog for fd, which stays the caller's. packets: send each record as one packet. */
void backlog_open(struct backlog *backlog, int fd, bool packets);

/* Return the number of bytes that are kept. */
size_t backlog_kept(const struct backlog *backlog);

/* Return true if BACKLOG_MOST bytes are kept. One record may still be added. */
bool backlog_full(const struct backlog *backlog);

/* Add a record, with a prefix and a tab unless prefix is NULL. Returns 0, or -1 with ENOMEM. */
int backlog_add(struct backlog *backlog, enum record_form form, const char *prefix, const char *data, size_t size);

/*
 * Write as much as the descriptor takes now. May block on a file, a device or a terminal. Returns 0, even if data are
 * left (backlog_kept; blocked is then set), or -1 with errno of write(2) or send(2).
 */
int backlog_write(struct backlog *backlog);

/* Drop all data that are kept, and all that are added from now on. The descriptor stays open. */
void backlog_close(struct backlog *backlog);

#endif
