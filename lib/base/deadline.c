/*
 * deadline.c: deadlines on the monotonic clock, which a change of the time of day does not move, and the timer and
 * the thread that interrupt system calls without a timeout.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

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

/* What interrupts the calls of a process. A child of fork(2) has none of it. */
static struct {
	pid_t process;
	enum { STILL, ALARM, TICKS } state; /* the timer does not run; it waits for a deadline; it ticks */
	bool created;
	timer_t timer;
	bool thread;  /* there is no timer: a thread ticks instead, for good */
	bool watches; /* a thread watches a descriptor */
} source;

static pthread_t interrupted;
static struct pollfd watched;

/* Interrupt the thread that waits, while the descriptor (NULL: none) is ready. All signals are blocked. */
static void *
interrupt_from(void *watch)
{
	static const struct timespec tick = {.tv_nsec = DEADLINE_TICK * 1000000L};

	for (;;) {
		if (watch)
			(void)poll(watch, 1, -1);
		/* Like kill(2), and unlike a timer, this takes nothing from RLIMIT_SIGPENDING. */
		pthread_kill(interrupted, SIGURG);
		nanosleep(&tick, NULL);
	}
	return NULL;
}

static int
start_thread(struct pollfd *watch)
{
	pthread_t thread;
	int error;

	interrupted = pthread_self();
	if (interrupt_hold() == -1)
		return -1;
	error = pthread_create(&thread, NULL, interrupt_from, watch);
	interrupt_release();
	return error ? error_set(error) : 0;
}

/* Forget the timer and the thread of the parent process. */
static void
own_source(void)
{
	if (source.process == getpid())
		return;
	memset(&source, 0, sizeof(source));
	source.process = getpid();
}

/* Let the timer expire after first nanoseconds (0: never), and then every tick. */
static int
set_timer(long long first)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};
	struct itimerspec period = {.it_interval = {.tv_nsec = DEADLINE_TICK * 1000000L}};

	if (source.thread)
		return 0;
	if (!source.created && timer_create(CLOCK_MONOTONIC, &event, &source.timer) == -1) {
		source.thread = start_thread(NULL) == 0;
		return source.thread ? 0 : -1;
	}
	source.created = true;
	period.it_value.tv_sec = (time_t)(first / 1000000000);
	period.it_value.tv_nsec = (long)(first % 1000000000);
	return timer_settime(source.timer, 0, &period, NULL);
}

int
deadline_tick(const struct deadline *deadline)
{
	bool limited = deadline && deadline->limited;
	long long first = DEADLINE_TICK * 1000000L;

	own_source();
	if (!limited && source.state == TICKS)
		return 0;
	if (limited && deadline_left(deadline) < first)
		first = deadline_left(deadline);
	source.state = TICKS;
	return set_timer(first > 1000 ? first : 1000);
}

int
deadline_alarm(const struct deadline *deadline)
{
	long long first = deadline->limited ? deadline_left(deadline) : 0;

	own_source();
	if (!deadline->limited && source.state == STILL)
		return 0;
	source.state = deadline->limited ? ALARM : STILL;
	return set_timer(deadline->limited && first < 1000 ? 1000 : first);
}

int
deadline_watch(int fd, short events)
{
	own_source();
	if (!source.watches) {
		watched = (struct pollfd){.fd = fd, .events = events};
		source.watches = start_thread(&watched) == 0;
	}
	return source.watches ? 0 : -1;
}
