/*
 * serve_packet.c: a COMMAND for each packet, which it reads as a record. If COMMAND ends with status 0, each record
 * that it wrote is sent to the peer as a packet. A peer that takes no packet for a second is given up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/memory.h"
#include "process/launch.h"
#include "socket/serve.h"
#include "socket/packet.h"

struct answer {
	struct job job;                   /* fd: the file that COMMAND writes */
	bool sending;                     /* COMMAND has succeeded */
	struct socket_address peer, from; /* the client, and the address of this machine that it has asked */
	struct record_reader records;
	const char *record; /* record in hand, or NULL */
	size_t size;
	struct deadline until; /* time when the peer is given up */
};

struct answers {
	struct serve serve; /* first member, so that serve.c can pass it back */
	struct packet packet;
};

/* Make a descriptor from which COMMAND reads the packet as a record. Returns the descriptor, or -1 with errno. */
static int
input(const struct session *session, const struct packet *packet)
{
	char *record = malloc(packet->size + RECORD_FRAME);
	size_t body, size;
	int fd;

	if (!record)
		return -1;
	size = record_format(session->form, NULL, packet->data, packet->size, record, &body);
	fd = launch_input(record, size);
	free(record);
	return fd;
}

static void
start(struct serve *serve, const struct packet *packet)
{
	struct answer *answer = NULL;
	int from = input(serve->session, packet), to = from == -1 ? -1 : memory_file();

	if (from == -1 || to == -1) {
		error_line(serve->listener.socket->address.text, "%s", strerror(errno));
		serve->status = STATUS_RUNNER;
	} else {
		serve->ucspi.asked = &packet->asked;
		answer = serve_start(serve, sizeof(*answer), serve->listener.socket->fd, from, to, &packet->peer);
	}
	if (answer) {
		answer->job.fd = to;
		answer->peer = packet->peer;
		answer->from = packet->asked;
	} else if (to != -1) {
		close(to);
	}
	if (from != -1)
		close(from);
}

static bool
take(struct serve *serve)
{
	struct packet *packet = &((struct answers *)serve)->packet;
	struct socket *socket = serve->listener.socket;

	if (packet_take(socket->fd, false, packet) == 0) {
		serve->listener.taken++;
		start(serve, packet);
		return true;
	}
	if (errno != EMSGSIZE)
		return false;
	error_line(socket->address.text, "a packet is larger than %zu bytes; it is lost", PACKET_MOST);
	return true;
}

/* Give up an answer; sending: the failure was in sending, not in reading the record. */
static void
give_up(struct serve *serve, const struct answer *answer, int error, bool sending)
{
	const struct address *address = &serve->listener.socket->address;
	struct text why = {0};

	if (sending)
		packet_explain(address, answer->records.count, answer->size, error, &why);
	else
		record_fault(&answer->records, error, &why);
	error_line(address->text, "an answer was not sent: %s",
	    error == EINTR ? "stopped by a signal"
	    : why.data     ? why.data
	                   : strerror(error));
	text_free(&why);
	if (!serve->status)
		serve->status = STATUS_RUNNER;
}

/* Send records until the peer takes no more now. Returns true if the answer is done. */
static bool
send_records(struct serve *serve, struct answer *answer)
{
	int got;

	for (;;) {
		if (!answer->record) {
			got = record_next(&answer->records, &answer->record, &answer->size);
			if (got == -1)
				give_up(serve, answer, errno, false);
			/* With -r, a COMMAND that wrote nothing does not answer. */
			if (got != 1 || (serve->session->form == RECORD_RAW && answer->size == 0))
				return true;
			deadline_set(&answer->until, SOCKET_PATIENCE);
		}
		if (packet_send(
		        serve->listener.socket->fd, answer->record, answer->size, &answer->peer, &answer->from) == -1) {
			int error = errno;

			if ((error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS) &&
			    !deadline_passed(&answer->until))
				return false;
			give_up(serve, answer, error, true);
			return true;
		}
		answer->record = NULL;
	}
}

static int
step(struct serve *serve, struct job *job)
{
	struct answer *answer = (struct answer *)job;

	if (!answer->sending)
		return -1;
	if (!send_records(serve, answer))
		return SOCKET_LOOK;
	record_close(&answer->records);
	job_release(job);
	return -1;
}

static void
ended(struct serve *serve, struct job *job, int status, bool terminated)
{
	struct answer *answer = (struct answer *)job;

	if (status == 0 && lseek(job->fd, 0, SEEK_SET) == 0) {
		answer->sending = true;
		record_open(&answer->records, job->fd, serve->session->form, PACKET_MOST);
		return;
	}
	if (status && !terminated)
		error_line(serve->session->argv[0], "status %d; no answer was sent", status);
	job_release(job);
}

int
serve_packets(const struct session *session, struct socket *socket)
{
	struct answers answers = {.serve = {.session = session,
	                              .listener = {.socket = socket, .count = session->count, .most = session->most},
	                              .take = take,
	                              .step = step,
	                              .ended = ended,
	                              .missing = "no packet"}};
	int status = STATUS_RUNNER, opened = packet_open(&answers.packet);

	answers.packet.asks = socket->asks;
	if (opened == -1)
		error_line(socket->address.text, "%s", explain_errno(errno));
	else if (serve_open(&answers.serve) == 0)
		status = serve_run(&answers.serve);
	packet_close(&answers.packet);
	return status;
}
