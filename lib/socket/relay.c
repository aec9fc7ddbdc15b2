/*
 * relay.c: both directions of a connection in one loop, which waits in poll(2) and nowhere else. There is no hidden timer:
 * it waits for a late answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/pump.h"
#include "socket/internal.h"
#include "socket/socket.h"

static int
fail(struct relay *relay, enum relay_side side, int error)
{
	relay->side = side;
	errno = error;
	return -1;
}

/* A step of one direction. Returns as pump_step. */
static int
step(struct relay *relay, struct pump *pump)
{
	int result = pump_step(pump);

	/* A peer that takes nothing more may still have said why. */
	if (result == -1 && pump == &relay->up && pump->output && relay->down.open) {
		relay->failed = errno;
		relay->lost = pump->end - pump->start;
		pump->open = pump->blocked = false;
		pump->start = pump->end;
		return 1;
	}
	if (result == -1)
		return fail(relay,
		    pump == &relay->up ? (pump->output ? RELAY_PEER : RELAY_INPUT)
		                       : (pump->output ? RELAY_OUTPUT : RELAY_PEER),
		    errno);
	if (pump == &relay->up && !pump->open && !pump_holds(pump) && !relay->failed) {
		if (sock_half_close(relay->fd) == -1)
			return fail(relay, RELAY_PEER, errno);
		if (relay->timeout == DEADLINE_NEVER)
			relay->down.waits = PUMP_WRITES;
	}
	if (pump == &relay->down && !pump->open)
		relay->up.waits = PUMP_NEVER;
	return result;
}

/* What a direction waits for next: adds it to wait. */
static void
expect(const struct pump *pump, struct pollfd *from, struct pollfd *to)
{
	if (pump->blocked)
		to->events |= POLLOUT;
	else if (pump->open || pump_holds(pump))
		from->events |= POLLIN;
}

/* Waits until something can be done. Returns 1, 0 when the time is over, -1. */
static int
await(struct relay *relay, struct pollfd wait[3], const struct deadline *deadline)
{
	/* Nothing wakes who waits for the rest of an end. */
	bool looks = relay->stream && !relay->down.open && relay->up.open;
	int ready;

	for (;;) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		ready = poll(wait, 3,
		    deadline->limited ? deadline_poll(deadline, looks ? DEADLINE_TICK : INT_MAX)
		    : looks           ? DEADLINE_TICK
		                      : -1);
		if (ready > 0)
			return 1;
		if (ready == -1 && errno != EINTR)
			return -1;
		if (ready == 0 && deadline_passed(deadline))
			return fail(relay, RELAY_PEER, ETIMEDOUT);
		if (ready == 0 && looks)
			return 0;
	}
}

/*
 * The peer has sent its end, and all that came is written. True if that is the end of all: nothing is to be sent, or the
 * input is idle and the peer is known to have gone altogether.
 */
static bool
over(const struct relay *relay)
{
	const struct pump *up = &relay->up;

	if (!up->open && !pump_holds(up))
		return true;
	if (pump_holds(up) || io_ready(relay->input, POLLIN))
		return false;
	return io_ready(relay->fd, 0) || (relay->stream && socket_closed(relay->fd) == 1);
}

/* Waits until the peer's system has taken all that was sent, or says that it has not. */
static int
settle(struct relay *relay)
{
	struct deadline deadline;
	socklen_t size = sizeof(int);
	long long nap = 0;
	int error = 0;

	deadline_set(&deadline, relay->timeout);
	if (!relay->stream || relay->up.moved == 0)
		return 0;
	for (;;) {
		long unsent = socket_unsent(relay->fd);

		/* A reset takes away what was not sent, so it is looked at last. */
		if (getsockopt(relay->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error)
			return fail(relay, RELAY_PEER, error);
		if (unsent <= 0)
			return 0;
		if (deadline_passed(&deadline))
			return fail(relay, RELAY_PEER, ETIMEDOUT);
		if (deadline_nap(&deadline, &nap) == -1)
			return -1;
	}
}

/* Serves both directions until the end of relay_run. */
static int
serve(struct relay *relay)
{
	struct pump *up = &relay->up, *down = &relay->down;
	struct deadline deadline;
	int result;

	pump_open(up, relay->input, relay->fd, PUMP_CONNECTION | (relay->pass ? PUMP_PASS : 0));
	pump_open(down, relay->fd, relay->output, PUMP_CONNECTION);
	/* The only direction may wait in a write, unless a wait has a bound. */
	if (relay->output == -1 && relay->timeout == DEADLINE_NEVER)
		up->waits = PUMP_WRITES;
	if (relay->input == -1 && relay->timeout == DEADLINE_NEVER)
		down->waits = PUMP_WRITES;
	deadline_set(&deadline, relay->timeout);
	while (down->open || pump_holds(down) || !over(relay)) {
		struct pollfd wait[3] = {{.fd = relay->fd}, {.fd = relay->input}, {.fd = relay->output}};
		unsigned long long before = up->moved + down->moved;

		expect(up, &wait[1], &wait[0]);
		expect(down, &wait[0], &wait[2]);
		/* Who has closed his side may still go altogether. */
		if (!wait[0].events && down->open)
			wait[0].fd = -1;
		if (!wait[1].events)
			wait[1].fd = -1;
		if (await(relay, wait, &deadline) == -1)
			return -1;
		if (wait[2].revents & (POLLERR | POLLHUP | POLLNVAL))
			return fail(relay, RELAY_OUTPUT, EPIPE);
		result = 0;
		if (((wait[0].revents && !down->blocked) || wait[2].revents) && (down->open || pump_holds(down)))
			result = step(relay, down);
		if (result != -1 && ((wait[1].revents && !up->blocked) || (wait[0].revents && up->blocked)) &&
		    (up->open || pump_holds(up)))
			result = step(relay, up);
		if (result == -1)
			return -1;
		if (up->moved + down->moved != before)
			deadline_set(&deadline, relay->timeout);
	}
	return relay->failed ? fail(relay, RELAY_PEER, relay->failed) : settle(relay);
}

int
relay_run(struct relay *relay)
{
	int result = serve(relay);

	pump_close(&relay->up);
	pump_close(&relay->down);
	return result;
}
