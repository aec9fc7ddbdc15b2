/*
 * records_peer.c: the connection of records: input from it, its end, and the next connection. The pauses between two
 * attempts to connect start at 0.1 s and double, up to 5 s.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "socket/records.h"

/* Nanoseconds of the first pause, and of the longest. */
#define PAUSE_FIRST   100000000LL
#define PAUSE_LONGEST 5000000000LL

/* Records that are received before other events are checked. */
#define BURST 64

/* Bytes that a peer that takes nothing more may have sent before that. */
#define DRAIN_MOST ((unsigned long long)64 * 1024 * 1024)

void
records_begin(struct records *records)
{
	int fd = records->socket->fd;

	if (records->packets)
		socket_mark(fd);
	record_open(&records->answers, fd, records->session->form, RECORDS_LONGEST);
	records->answers.elsewhere = true;
}

/* Receive the next record, or bytes. Returns 1, 0 at the end, or -1 with errno. */
static int
receive(struct records *records, const char **data, size_t *size)
{
	int fd = records->socket->fd;
	ssize_t got;

	if (!records->packets && records->session->count != SESSION_FOREVER)
		return record_next(&records->answers, data, size);
	if (records->packets) {
		got = packet_take(fd, true, &records->packet);
		*data = records->packet.data;
		*size = records->packet.size;
		return got == -1 ? -1 : !records->packet.ended;
	}
	got = TRACED(recv(fd, records->piece, sizeof(records->piece), MSG_DONTWAIT));
	if (trace_on && got != -1)
		trace_call((long)got, "recv(%d, ..., %zu, MSG_DONTWAIT)", fd, sizeof(records->piece));
	*data = records->piece;
	*size = got > 0 ? (size_t)got : 0;
	return got > 0 ? 1 : (int)got;
}

/* Receive, and keep for standard output. Returns as receive. */
static int
keep(struct records *records)
{
	const struct session *session = records->session;
	bool counts = session->count != SESSION_FOREVER, bare = !counts && !records->packets;
	const char *data;
	size_t size;
	int got = receive(records, &data, &size);

	records->heard = got == 1 && counts && !records->packets;
	if (got != 1)
		return got;
	records->taken += size + 1;
	records->received += counts ? 1 : size;
	if (counts && records->received == session->count) {
		records->enough = true;
		records->left = socket_ahead();
	}
	return backlog_add(&records->output, bare ? RECORD_RAW : session->form, NULL, data, size) == -1 ? -1 : 1;
}

int
records_receive(struct records *records)
{
	struct text why = {0};
	int got = 1, error = 0, count;

	for (count = 0; count < BURST && got == 1 && !records->enough; count++) {
		got = keep(records);
		error = errno;
		if (backlog_full(&records->output))
			break;
	}
	if (backlog_write(&records->output) == -1)
		return records_report(records, RELAY_OUTPUT, errno, NULL);
	if (got == 1 || (got == -1 && (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)))
		return GO_ON;
	if (got == 0 || (error != EMSGSIZE && error != EBADMSG))
		return records_lose(records, got == 0 ? 0 : error);
	if (records->packets)
		return records_report(records, RELAY_PEER, EMSGSIZE, "a packet that came is lost");
	record_fault(&records->answers, error, &why);
	text_format(&why, "; ");
	records_count(records, &why);
	error_line(records->socket->address.text, "%s", why.data ? why.data : "");
	text_free(&why);
	return STATUS_FAILED;
}

/* Set the time of the next attempt to connect. */
static void
schedule(struct records *records)
{
	deadline_set(&records->retry, records->pause);
	records->pause = records->pause * 2 < PAUSE_LONGEST ? records->pause * 2 : PAUSE_LONGEST;
}

int
records_lose(struct records *records, int error)
{
	const struct session *session = records->session;
	unsigned long long most = records->taken + DRAIN_MOST;
	bool sends = records->broken != 0;

	records->broken = 0;
	if (session->again && !records->enough && (records->reading || records->first || !session->input)) {
		/* What the peer had sent before it went is not lost. */
		while (!records->enough && records->taken < most && keep(records) == 1)
			;
		record_close(&records->answers);
		socket_stop(records->socket);
		(void)socket_unlink(records->socket);
		if (records->first)
			records->first->done = 0;
		records->blocked = records->half_closed = records->heard = records->waits = false;
		records->pause = PAUSE_FIRST;
		schedule(records);
		return GO_ON;
	}
	if (sends)
		/* The peer may have sent the reason. */
		records->failed = error;
	else if (error)
		return records_report(records, RELAY_PEER, records->failed ? records->failed : error, NULL);
	else
		records->ended = true;
	return GO_ON;
}

/* Handle the other descriptors during an attempt. Returns 0, or -1 with EINTR if the attempt ends. */
static int
tick(void *owner)
{
	struct records *records = owner;

	records->status = backlog_write(&records->output) == -1 ? records_report(records, RELAY_OUTPUT, errno, NULL)
	                                                        : records_take(records);
	return records->status == GO_ON ? 0 : error_set(EINTR);
}

int
records_connect(struct records *records)
{
	struct socket *socket = records->socket;
	struct text then = {0};
	int result;

	socket->tick = tick;
	socket->owner = records;
	result = socket_attempt(socket, false, &records->until, &records->attempt);
	if (records->status != GO_ON)
		return records->status;
	if (result == 0)
		records_begin(records);
	else if (records->attempt.error == EINTR)
		return records_report(records, RELAY_PEER, EINTR, NULL);
	else if (result == 1 && !deadline_passed(&records->until))
		schedule(records);
	else {
		text_format(&then, "%s; ",
		    result == -1    ? ""
		    : socket->retry ? "; tried for the time of -T"
		                    : "; tried for the time of -t");
		records_count(records, &then);
		socket_report_attempt(socket, false, &records->attempt, then.data ? then.data : "");
		text_free(&then);
		return result == -1 ? STATUS_FAILED : STATUS_TIMEOUT;
	}
	return GO_ON;
}
