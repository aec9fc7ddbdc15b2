/*
 * datagrams.c: a socket that keeps boundaries, between records: one record is one packet, both ways, also an empty one. What
 * does not fit is an error, and nothing is cut or split.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/record.h"
#include "base/text.h"
#include "socket/address.h"
#include "socket/internal.h"
#include "socket/packet.h"
#include "socket/socket.h"

/*
 * How often it looks again where no call waits for room at a peer that is not connected, in ms; how long one that takes
 * nothing keeps who serves for ever from others, without -t, in ns.
 */
#define LOOK     10
#define PATIENCE 1000000000LL

/* So many such peers are known. */
#define STUCK_MOST 1024

/* Packets that are sent before it looks whether some have come. */
#define BURST 64

/* What is taken for all that is in a pipe, where that is not known. */
#define PIPEFUL (64 * 1024)

struct packets {
	struct session *session;
	struct sock *sock;
	int fd;
	bool listens, connects;       /* the peer is whoever sent last; a connection, which ends */
	bool single;                  /* a listener that takes one packet, and no -n */
	bool reading, writing;        /* input has not ended; the peer has not closed */
	bool refused;                 /* the peer's queue is full, */
	struct deadline patience;     /* and so long that is borne */
	struct address_socket *stuck; /* those that have used that up */
	size_t stuck_count;
	long long budget;           /* once enough has come: bytes of input that are still sent; -1: not known yet */
	long long spent;            /* of that */
	bool idle, more;            /* input has no record now; there may be more */
	bool known;                 /* there is a peer */
	bool failed;                /* a record went to nobody, and that was said */
	struct address_socket peer; /* to whom the record in hand goes */
	struct packet packet;       /* the one that came last */
	struct record_reader input;
	const char *record; /* in hand; NULL: none */
	size_t size;
	unsigned long long received, sent;
	struct outlet output;
};

static int
report(struct packets *packets, enum relay_side side, int error, const char *why)
{
	struct text extra = {0};
	int status;

	if (why)
		text_format(&extra, "%s; ", why);
	text_format(&extra, "%llu packet%s sent, %llu received", packets->sent, packets->sent == 1 ? " was" : "s were",
	    packets->received);
	status = session_report(packets->sock, side, error, extra.data);
	text_free(&extra);
	return status;
}

/* True if one peer's trouble is not that of the others. */
static bool
serves(const struct packets *packets)
{
	return packets->listens && !packets->connects && !packets->single;
}

/* A packet came to nothing, which who serves many survives. Returns -1 to go on, or the exit status. */
static int
survive(struct packets *packets, int status)
{
	if (!serves(packets))
		return status;
	packets->failed = true;
	return -1;
}

/* The same for the record in hand. */
static int
give_up(struct packets *packets, int status)
{
	status = survive(packets, status);
	if (status == -1)
		packets->record = NULL;
	return status;
}

static bool
same(const struct address_socket *one, const struct address_socket *other)
{
	return one->size == other->size && memcmp(&one->address, &other->address, one->size) == 0;
}

/* Takes PEER and a tab off the record in hand, which goes to that one. Returns false, with a line, if there is none. */
static bool
address_record(struct packets *packets)
{
	const char *tab = memchr(packets->record, '\t', packets->size), *fault = "its peer and a tab are missing (-P)";
	struct address_list list = {0};
	struct text text = {0};
	struct address addr = {0};
	int result = -1;

	if (tab) {
		text_format(&text, "%.*s", (int)(tab - packets->record), packets->record);
		if (!text.data || address_parse(&addr, text.data, &fault) == -1)
			;
		else if (!address_alike(&addr, &packets->sock->addr))
			fault = "its peer is an address of another kind";
		else if (address_resolve(&addr, false, &list, &fault) == 0)
			result = packets->listens || same(&list.sockets[0], &packets->sock->peer) ? 0 : -1;
		if (result == -1 && list.count > 0)
			fault = "its peer is not the one that is connected";
	}
	if (result == 0) {
		packets->peer = list.sockets[0];
		packets->size -= (size_t)(tab + 1 - packets->record);
		packets->record = tab + 1;
	} else {
		error_line(NULL, "standard input: record %lu: %s", packets->input.count, fault);
	}
	address_list_free(&list);
	address_free(&addr);
	text_free(&text);
	return result == 0;
}

/* Where the peer of the record in hand stands among those that were waited for; their number if it does not. */
static size_t
find_stuck(const struct packets *packets)
{
	size_t i;

	for (i = 0; i < packets->stuck_count && !same(&packets->peer, &packets->stuck[i]); i++)
		;
	return i;
}

/* It was waited for long enough: not again, until it takes something. */
static void
set_stuck(struct packets *packets)
{
	struct address_socket *more;

	if (find_stuck(packets) < packets->stuck_count || packets->stuck_count == STUCK_MOST)
		return;
	more = realloc(packets->stuck, (packets->stuck_count + 1) * sizeof(*more));
	if (!more)
		return;
	packets->stuck = more;
	more[packets->stuck_count++] = packets->peer;
}

/* How long the peer of the record in hand may take nothing. */
static long long
patience(const struct packets *packets)
{
	if (find_stuck(packets) < packets->stuck_count)
		return 0;
	return packets->session->timeout == DEADLINE_NEVER ? PATIENCE : packets->session->timeout;
}

/* Sends the record in hand, or reads one. Returns -1 to go on, or the exit status. */
static int
send_some(struct packets *packets)
{
	struct text why = {0};
	ssize_t sent;
	int got, status, error;

	if (!packets->record) {
		got = record_next(&packets->input, &packets->record, &packets->size);
		packets->idle = got == -1 && (errno == EAGAIN || errno == EINTR);
		if (packets->idle)
			return -1;
		if (got == -1) {
			record_fault(&packets->input, errno, &why);
			error_line(NULL, "standard input: %s; %llu packet%s sent", why.data ? why.data : "",
			    packets->sent, packets->sent == 1 ? " was" : "s were");
			text_free(&why);
			return STATUS_FAILED;
		}
		if (got == 0) {
			packets->reading = false;
			packets->record = NULL;
			return packets->connects && sock_half_close(packets->fd) == -1
			           ? report(packets, RELAY_PEER, errno, NULL)
			           : -1;
		}
		packets->peer = packets->packet.peer;
		if (packets->session->prefix && !address_record(packets))
			return give_up(packets, STATUS_FAILED);
	}
	sent = packet_send(packets->fd, packets->record, packets->size,
	    packets->listens && !packets->connects ? &packets->peer : NULL);
	error = sent == -1 ? errno : 0;
	if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EINTR) {
		if (!packets->refused)
			deadline_set(&packets->patience, patience(packets));
		packets->refused = true;
		if (!serves(packets) || !deadline_passed(&packets->patience))
			return -1;
		set_stuck(packets);
	} else if (sent != -1 && packets->stuck_count > 0) {
		size_t stuck = find_stuck(packets);

		if (stuck < packets->stuck_count)
			packets->stuck[stuck] = packets->stuck[--packets->stuck_count];
	}
	packets->refused = false;
	if (sent == -1) {
		if (error == EMSGSIZE)
			packet_too_large(packets->sock, packets->input.count, packets->size, &why);
		else if (error == ENOTCONN || error == EDESTADDRREQ || error == EINVAL)
			text_format(&why, "the peer has no address to answer to");
		else if (error == EAGAIN || error == EWOULDBLOCK)
			text_format(&why, "the peer took nothing, and record %lu was dropped", packets->input.count);
		status = report(packets, RELAY_PEER, error, why.data);
		text_free(&why);
		return give_up(packets, status);
	}
	packets->sent++;
	packets->spent += (long long)packets->size + 1;
	packets->record = NULL;
	return -1;
}

/* Sends what is there, but not for long. Returns -1 to go on, or the exit status. */
static int
send_burst(struct packets *packets)
{
	int status = -1, count;

	packets->more = false;
	for (count = 0; count < BURST; count++) {
		status = send_some(packets);
		if (status != -1 || !packets->reading || packets->refused || packets->idle)
			return status;
	}
	packets->more = true;
	return status;
}

/* Takes a packet and hands it to the output. Returns -1 to go on, or the exit status. */
static int
receive(struct packets *packets)
{
	struct packet *packet = &packets->packet;
	struct session *session = packets->session;
	struct text peer = {0};
	size_t size, body;
	char *record;
	int result;

	if (packet_take(packets->fd, packets->connects, packet) == -1) {
		if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
			return -1;
		if (errno != EMSGSIZE)
			return report(packets, RELAY_PEER, errno, NULL);
		return survive(packets, report(packets, RELAY_PEER, EMSGSIZE, "a packet that came is lost"));
	}
	if (packet->ended) {
		packets->writing = false;
		return -1;
	}
	packets->known = true;
	packets->received++;
	if (!session->output)
		return -1;
	if (session->prefix)
		address_format(&packets->sock->addr, packet->peer.size ? &packet->peer : &packets->sock->peer, &peer);
	record = malloc(packet->size + peer.size + RECORD_FRAME);
	size = record ? record_format(session->form, session->prefix ? peer.data : NULL, packet->data, packet->size,
	                    record, &body)
	              : 0;
	result = record ? outlet_add(&packets->output, record, size) : -1;
	free(record);
	text_free(&peer);
	if (result == 0 && outlet_step(&packets->output) != -1)
		return -1;
	return report(packets, RELAY_OUTPUT, errno, NULL);
}

/* Bytes that are in standard input now, at least. */
static long long
ahead(void)
{
	long unread = socket_unread(STDIN_FILENO);
	off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);
	struct stat st;

	if (at != -1 && fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		return (st.st_size > at ? st.st_size - at : 0) + PIPEFUL;
	return unread > PIPEFUL ? unread : PIPEFUL;
}

/* True if all is done that is to be done. */
static bool
over(struct packets *packets)
{
	const struct session *session = packets->session;
	bool enough = session->counted && packets->received >= session->count;

	if (enough && packets->budget == -1)
		packets->budget = ahead();
	if (enough && packets->spent >= packets->budget && !packets->record && !packets->single &&
	    outlet_kept(&packets->output) == 0)
		return true;
	if (!enough)
		packets->spent = 0;

	if (outlet_kept(&packets->output) > 0)
		return false;
	if (packets->reading && (packets->record || packets->more))
		return false;
	/* An input that is not idle is still sent. */
	if (enough || !packets->writing) {
		if (!packets->reading || (packets->listens && !packets->known))
			return true;
		/* One that has only closed its side can still be answered, as can who sent the one packet. */
		return !packets->single && !io_ready(STDIN_FILENO, POLLIN) && (enough || io_ready(packets->fd, 0));
	}
	return !packets->reading && !session->output && !packets->connects;
}

static int
loop(struct packets *packets)
{
	struct deadline deadline;
	int status = -1, ready;

	deadline_set(&deadline, packets->session->timeout);
	while (status == -1 && !over(packets)) {
		bool may_send = packets->reading && (packets->known || packets->session->prefix), look;
		bool enough = packets->session->counted && packets->received >= packets->session->count;
		unsigned long long before = packets->sent + packets->received;
		struct pollfd wait[3] = {
		    {.fd = packets->fd}, {.fd = -1}, {.fd = packets->session->output ? STDOUT_FILENO : -1}};

		if (outlet_kept(&packets->output) > 0)
			wait[2].events = POLLOUT;
		else if (packets->writing && !enough)
			wait[0].events = POLLIN;
		look = packets->refused && packets->listens && !packets->connects;
		if (packets->refused && !look)
			wait[0].events |= POLLOUT;
		else if (may_send && !packets->record)
			wait[1] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
		/* One that has closed its side may still go altogether. */
		if (!wait[0].events && (packets->writing || !packets->connects))
			wait[0].fd = -1;
		if (interrupt_caught())
			return report(packets, RELAY_PEER, EINTR, NULL);
		ready = poll(wait, 3,
		    packets->more      ? 0
		    : deadline.limited ? deadline_poll(&deadline, look ? LOOK : INT_MAX)
		    : look             ? LOOK
		                       : -1);
		if (ready == -1 && errno != EINTR)
			return report(packets, RELAY_PEER, errno, NULL);
		if (ready == 0 && deadline_passed(&deadline) && !packets->more && !(look && serves(packets)))
			return report(packets, RELAY_PEER, ETIMEDOUT, NULL);
		if (ready == -1)
			continue;
		if (wait[2].revents & (POLLERR | POLLHUP | POLLNVAL))
			return report(packets, RELAY_OUTPUT, EPIPE, NULL);
		if (wait[2].revents && outlet_step(&packets->output) == -1)
			return report(packets, RELAY_OUTPUT, errno, NULL);
		if (wait[0].revents & ~POLLOUT && packets->writing && outlet_kept(&packets->output) == 0)
			status = receive(packets);
		if (status == -1 && (wait[1].revents || wait[0].revents & POLLOUT || look || packets->more))
			status = send_burst(packets);
		if (packets->sent + packets->received != before)
			deadline_set(&deadline, packets->session->timeout);
	}
	return status != -1 ? status : packets->failed ? STATUS_FAILED : STATUS_OK;
}

int
packets_run(struct session *session, struct sock *sock, int fd, bool listens)
{
	struct packets packets = {.session = session,
	    .sock = sock,
	    .fd = fd,
	    .listens = listens,
	    .connects = sock_connects(sock),
	    .reading = session->input,
	    .writing = true,
	    .budget = -1};
	int status = STATUS_FAILED;

	packets.known = !listens || packets.connects;
	packets.packet.data = malloc(PACKET_MOST + 1);
	if (!packets.packet.data) {
		error_line(NULL, "%s", strerror(errno));
		return status;
	}
	/* One packet is what a listener without -f takes. */
	if (listens && !packets.connects && !session->forever && !session->counted) {
		session->counted = true;
		session->count = 1;
		packets.single = true;
	}
	if (packets.connects)
		socket_mark(fd);
	record_open(&packets.input, STDIN_FILENO, session->form, PACKET_MOST);
	packets.input.elsewhere = true;
	outlet_open(&packets.output, STDOUT_FILENO, false);
	status = loop(&packets);
	record_close(&packets.input);
	outlet_close(&packets.output);
	free(packets.packet.data);
	free(packets.stuck);
	return status;
}
