/*
 * deadline.c: deadlines on the monotonic clock, which a change of the time of day does not move, and the timer that
 * bounds system calls without a timeout.
 */
#include <errno.h>
#include <limits.h>

#include "base/error.h"
#include "base/deadline.h"
#include "base/interrupt.h"

/* Return the time of the monotonic clock in nanoseconds. */
static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

void
deadline_set(struct deadline *deadline, long long nanoseconds)
{
	deadline->limited = nanoseconds >= 0;
	if (deadline->limited)
		deadline->at = now() + nanoseconds;
}

long long
deadline_left(const struct deadline *deadline)
{
	return deadline->at - now();
}

bool
deadline_passed(const struct deadline *deadline)
{
	return deadline->limited && deadline_left(deadline) <= 0;
}

int
deadline_poll(const struct deadline *deadline, int longest)
{
	long long rest;

	if (!deadline->limited)
		return longest;
	rest = deadline_left(deadline);
	if (rest <= 0)
		return 0;
	if (rest > (long long)longest * 1000000)
		return longest;
	return (int)((rest + 999999) / 1000000);
}

int
deadline_wait(struct pollfd *wait, nfds_t count, const struct deadline *deadline, int tick)
{
	for (;;) {
		int ready;

		if (interrupt_caught())
			return error_set(EINTR);
		ready =
		    poll(wait, count, deadline->limited ? deadline_poll(deadline, tick == -1 ? INT_MAX : tick) : tick);
		if (ready > 0 || (ready == -1 && errno != EINTR))
			return ready;
		if (deadline_passed(deadline))
			return error_set(ETIMEDOUT);
		/*
		 * EINTR counts as a tick too, because the timer of deadline_tick interrupts each poll(2) before its
		 * tick is over.
		 */
		if (tick != -1)
			return 0;
	}
}

int
deadline_nap(const struct deadline *deadline, long long *length)
{
	const long long longest = DEADLINE_TICK * 1000000LL;
	long long time = *length ? *length : 100000;
	struct timespec nap = {0};

	*length = time * 2 < longest ? time * 2 : longest;
	if (deadline->limited && deadline_left(deadline) < time)
		time = deadline_left(deadline);
	nap.tv_nsec = time > 0 ? (long)time : 0;
	return nanosleep(&nap, NULL) == -1 && interrupt_caught() ? -1 : 0;
}

int
deadline_tick(const struct deadline *deadline)
{
	static timer_t timer;
	static bool created, running;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};
	struct itimerspec period = {.it_interval = {.tv_nsec = DEADLINE_TICK * 1000000L}};
	long long first = DEADLINE_TICK * 1000000L;

	if (deadline && deadline->limited) {
		long long rest = deadline_left(deadline);

		if (rest < first)
			first = rest > 1000 ? rest : 1000;
	} else if (running) {
		return 0;
	}
	if (!created) {
		if (timer_create(CLOCK_MONOTONIC, &event, &timer) == -1)
			return -1;
		created = true;
	}
	period.it_value.tv_nsec = (long)first;
	running = timer_settime(timer, 0, &period, NULL) == 0;
	return running ? 0 : -1;
}
