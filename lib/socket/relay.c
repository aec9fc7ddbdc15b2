/*
 * relay.c: both directions of a connection in one loop, which waits in poll(2) and nowhere else. Without -t it waits
 * for the peer's answer without a bound.
 */
#include <errno.h>

#include "base/error.h"
#include "base/io.h"
#include "socket/internal.h"

static int
fail(struct relay *relay, enum relay_side side, int error)
{
	relay->side = side;
	return error_set(error);
}

static bool
goes_on(const struct pump *pump)
{
	return pump->open || pump_holds(pump);
}

/* Move bytes in one direction, and pass its end on. Returns as pump_step. */
static int
step(struct relay *relay, struct pump *pump)
{
	int result = pump_step(pump);

	/* A peer that takes no more bytes may have sent the reason. */
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
	if (pump == &relay->up && !goes_on(pump) && !relay->failed) {
		if (!relay->keeps && socket_half_close(relay->fd) == -1)
			return fail(relay, RELAY_PEER, errno);
		if (relay->timeout == DEADLINE_NEVER)
			relay->down.waits = PUMP_WRITES;
	}
	if (pump == &relay->down && !pump->open)
		relay->up.waits = PUMP_NEVER;
	if (pump == &relay->down && !goes_on(pump) && !relay->keeps) {
		socket_pass_end(relay->output);
		relay->output = -1;
	}
	return result;
}

/* Add the event that a direction waits for next. */
static void
expect(const struct pump *pump, struct pollfd *from, struct pollfd *to)
{
	if (pump->blocked)
		to->events |= POLLOUT;
	else if (goes_on(pump))
		from->events |= POLLIN;
}

/* Return true if that event, an end or an error has come, and not only the event of the other direction. */
static bool
ready(const struct pump *pump, const struct pollfd *from, const struct pollfd *to)
{
	return goes_on(pump) && (pump->blocked ? to->revents & ~POLLIN : from->revents & ~POLLOUT);
}

/*
 * Return true if the relay ends, once the peer has sent its end and all bytes from it are written. The relay ends if
 * there is nothing to send, or if the input is idle and the peer is known to have closed altogether.
 */
static bool
over(const struct relay *relay)
{
	const struct pump *up = &relay->up;

	if (!goes_on(up))
		return true;
	if (pump_holds(up) || io_ready(relay->input, POLLIN))
		return false;
	return io_ready(relay->fd, 0) || (relay->stream && socket_closed(relay->fd) == 1);
}

/* Relay until both directions have ended. */
static int
run(struct relay *relay)
{
	struct pump *up = &relay->up, *down = &relay->down;
	struct deadline deadline;

	deadline_set(&deadline, relay->timeout);
	while (goes_on(down) || !over(relay)) {
		struct pollfd wait[3] = {{.fd = relay->fd}, {.fd = relay->input}, {.fd = relay->output}};
		unsigned long long before = up->moved + down->moved;
		/* No event reports that a TCP peer that has sent its end has then closed altogether. */
		int tick = relay->stream && !down->open && up->open ? DEADLINE_TICK : -1;

		expect(up, &wait[1], &wait[0]);
		expect(down, &wait[0], &wait[2]);
		/*
		 * poll(2) reports POLLHUP even for no events. Leave out descriptors whose end must not wake us: the
		 * input, and the peer before it has half-closed.
		 */
		if (!wait[0].events && down->open)
			wait[0].fd = -1;
		if (!wait[1].events)
			wait[1].fd = -1;
		if (deadline_wait(wait, 3, &deadline, tick) == -1)
			return -1;
		if (wait[2].revents & (POLLERR | POLLHUP | POLLNVAL))
			return fail(relay, RELAY_OUTPUT, EPIPE);
		if (ready(down, &wait[0], &wait[2]) && step(relay, down) == -1)
			return -1;
		if (ready(up, &wait[1], &wait[0]) && step(relay, up) == -1)
			return -1;
		if (up->moved + down->moved != before)
			deadline_set(&deadline, relay->timeout);
	}
	if (!relay->failed && (up->moved == 0 || socket_settle(relay->fd, relay->stream, relay->timeout) == 0))
		return 0;
	return fail(relay, RELAY_PEER, relay->failed ? relay->failed : errno);
}

int
relay_run(struct relay *relay)
{
	int result;

	pump_open(&relay->up, relay->input, relay->fd, PUMP_CONNECTION | (relay->pass ? PUMP_PASS : 0));
	pump_open(&relay->down, relay->fd, relay->output, PUMP_CONNECTION);
	/* If there is only one direction, it may block in a write, unless a wait has a bound. */
	if (relay->output == -1 && relay->timeout == DEADLINE_NEVER)
		relay->up.waits = PUMP_WRITES;
	if (relay->input == -1 && relay->timeout == DEADLINE_NEVER)
		relay->down.waits = PUMP_WRITES;
	result = run(relay);
	pump_close(&relay->up);
	pump_close(&relay->down);
	return result;
}
