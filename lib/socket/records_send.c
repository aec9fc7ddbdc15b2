/*
 * records_send.c: the records of standard input. They wait in a list until the connection has taken them. The list
 * holds one record or, with -L, as much as a backlog: there each record has a time of its own, after which it is
 * dropped as a whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "socket/calls.h"
#include "socket/records.h"

/* Records that are sent before other events are checked. */
#define BURST 64

/* Return the records, or bytes, that were read and not sent. Leave none of them in the reader. */
static unsigned long long
count_unsent(struct records *records)
{
	const struct unsent *unsent;
	unsigned long long count = 0;
	const char *data;
	size_t size;

	for (unsent = records->first; unsent; unsent = unsent->next)
		count += records->pieces ? unsent->size - unsent->done : 1;
	/* Without a descriptor, the reader returns the records that it holds. */
	records->input.fd = -1;
	while (records->reading && !records->pieces && record_next(&records->input, &data, &size) == 1)
		records->unread++;
	return count + records->unread;
}

bool
records_count(struct records *records, struct text *text)
{
	bool counts = records->session->count != SESSION_FOREVER;
	unsigned long long unsent = count_unsent(records);

	text_format(text, "%llu %s%s sent, %llu %s%s received", records->sent, records->pieces ? "byte" : "record",
	    records->sent == 1 ? " was" : "s were", records->received, counts ? "record" : "byte",
	    records->received == 1 ? "" : "s");
	if (unsent)
		text_format(text, ", and %llu %s read that %s lost", unsent, unsent == 1 ? "was" : "were",
		    unsent == 1 ? "is" : "are");
	if (backlog_kept(&records->output) > 0)
		text_format(text, ", and %zu bytes came that are lost", backlog_kept(&records->output));
	return unsent > 0 || backlog_kept(&records->output) > 0;
}

int
records_report(struct records *records, enum relay_side side, int error, const char *why)
{
	struct text counts = {0};
	bool lost = records_count(records, &counts);
	size_t read = record_held(&records->input), came = records->enough ? 0 : record_held(&records->answers);
	int status;

	/* Parts of records. */
	if (read > 0)
		text_format(&counts, ", and %zu bytes were read that are lost", read);
	if (came > 0)
		text_format(&counts, ", and %zu bytes came that are lost", came);
	lost = lost || read > 0 || came > 0;
	status = socket_report(records->socket, side, error, lost, "%s%s%s", why ? why : "", why ? "; " : "",
	    counts.data ? counts.data : "");
	text_free(&counts);
	return status;
}

bool
records_wants(const struct records *records)
{
	if (!records->reading || records->failed || (records->enough && records->left <= 0))
		return false;
	return records->session->lossy == DEADLINE_NEVER ? !records->first : records->waiting < BACKLOG_MOST;
}

/* Take the next record or piece of standard input. Returns as record_next. */
static int
next(struct records *records, const char **data, size_t *size)
{
	ssize_t got;

	if (!records->pieces)
		return record_next(&records->input, data, size);
	if (!io_ready(STDIN_FILENO, POLLIN))
		return error_set(EAGAIN);
	got = io_read(STDIN_FILENO, records->piece, sizeof(records->piece));
	*data = records->piece;
	*size = got > 0 ? (size_t)got : 0;
	return got > 0 ? 1 : (int)got;
}

/* Add a record, with its terminator, to the list. Returns 0, or -1 with ENOMEM. */
static int
add(struct records *records, const char *data, size_t size)
{
	bool bare = records->pieces || records->packets;
	struct unsent *unsent = malloc(sizeof(*unsent) + size + RECORD_FRAME);
	size_t body;

	if (!unsent)
		return -1;
	*unsent = (struct unsent){0};
	deadline_set(&unsent->patience, records->session->lossy);
	unsent->size = record_format(bare ? RECORD_RAW : records->session->form, NULL, data, size, unsent->data, &body);
	if (records->first)
		records->last->next = unsent;
	else
		records->first = unsent;
	records->last = unsent;
	records->waiting += sizeof(*unsent) + unsent->size;
	if (records->enough)
		records->left -= (long long)unsent->size;
	return 0;
}

struct unsent *
records_whole(const struct records *records)
{
	return records->first && records->first->done > 0 ? records->first->next : records->first;
}

/* Take a record off the list. It is the first, or the one after it. */
static void
take_off(struct records *records, struct unsent *unsent)
{
	if (unsent == records->first)
		records->first = unsent->next;
	else
		records->first->next = unsent->next;
	if (unsent == records->last)
		records->last = records->first;
	records->waiting -= sizeof(*unsent) + unsent->size;
	free(unsent);
}

/* Drop the records whose time is over, unless the peer takes them. */
static void
drop_late(struct records *records)
{
	struct unsent *unsent;

	if (records->socket->fd != -1 && !records->blocked)
		return;
	while ((unsent = records_whole(records)) && deadline_passed(&unsent->patience)) {
		take_off(records, unsent);
		records->dropped++;
	}
}

int
records_take(struct records *records)
{
	struct text why = {0};
	const char *data;
	size_t size;
	int got = 1;

	while (got == 1 && records_wants(records)) {
		got = next(records, &data, &size);
		records->more = got == 1;
		if (got == 1)
			got = add(records, data, size) == 0 ? 1 : -1;
	}
	drop_late(records);
	if (got == 0)
		records->reading = false;
	if (got != -1 || errno == EAGAIN || errno == EINTR)
		return GO_ON;
	record_fault(&records->input, errno, &why);
	text_format(&why, "; ");
	records->reading = false;
	records_count(records, &why);
	error_line(NULL, "standard input: %s", why.data ? why.data : "");
	text_free(&why);
	return STATUS_FAILED;
}

/* Return true if a peer has closed, or at least sends nothing more. */
static bool
has_left(int fd)
{
	short events = io_events(fd, POLLIN | socket_end());
	char byte;

	if (events & ~POLLIN)
		return true;
	return events && !socket_end() && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Send the first record, or a part of it. Returns 1, 0 if the peer takes nothing now, or -1 with errno of send(2). */
static int
send_first(struct records *records)
{
	struct unsent *unsent = records->first;
	int fd = records->socket->fd;
	ssize_t took;

	if (unsent->done == 0 && records->session->again && has_left(fd))
		return error_set(EPIPE);
	if (!records->packets)
		took = trace_sendto(fd, unsent->data + unsent->done, unsent->size - unsent->done, NULL, NULL);
	else
		took = packet_send(fd, unsent->data, unsent->size, NULL, NULL) == 0 ? (ssize_t)unsent->size : -1;
	if (took == -1) {
		records->blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR;
		return records->blocked ? 0 : -1;
	}
	unsent->done += (size_t)took;
	if (records->pieces)
		records->sent += (size_t)took;
	if (unsent->done < unsent->size)
		return 1;
	if (!records->pieces)
		records->sent++;
	take_off(records, unsent);
	return 1;
}

int
records_send(struct records *records)
{
	struct text why = {0};
	int status = records_take(records), sent = 1, count;

	for (count = 0; count < BURST && status == GO_ON && sent == 1; count++) {
		if (!records->first || records->blocked || records->failed || records->socket->fd == -1)
			return GO_ON;
		sent = send_first(records);
		if (sent != -1)
			status = records_take(records);
	}
	if (sent == -1)
		records->broken = errno;
	if (status != GO_ON || records->broken != EMSGSIZE)
		return status;
	packet_explain(&records->socket->address, records->input.count, records->first->size, EMSGSIZE, &why);
	status = records_report(records, RELAY_PEER, EMSGSIZE, why.data);
	text_free(&why);
	return status;
}
