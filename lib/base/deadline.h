/*
 * deadline.h: deadlines on the monotonic clock, and interruptions of calls which have no timeout of their own.
 * Times are nanoseconds.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <poll.h>
#include <stdbool.h>
#include <time.h>

#include "base/checked.h"

/* A time that never passes. */
#define DEADLINE_NEVER (-1LL)

/* Milliseconds between two checks of a state that no system call can wait for, such as the removal of a queue. */
#define DEADLINE_TICK 100

struct deadline {
	bool limited; /* false: the deadline never comes */
	long long at; /* moment on CLOCK_MONOTONIC, in nanoseconds */
};

/* Set the deadline to a number of nanoseconds from now, or to never. See clock_gettime(3p). */
void deadline_set(struct deadline *deadline, long long nanoseconds);

/* Return true once the deadline has come. */
bool deadline_passed(const struct deadline *deadline);

/* Return the nanoseconds until the deadline; 0 or less once it has come. The deadline must be limited. */
long long deadline_left(const struct deadline *deadline);

/* Return the milliseconds until the deadline, rounded up, from 0 to longest: a timeout for poll(2). */
int deadline_poll(const struct deadline *deadline, int longest);

/*
 * Wait with poll(2) until a descriptor is ready, the deadline comes, or tick milliseconds have passed (-1: no tick); a
 * signal may shorten the tick. Returns the number of descriptors that are ready, 0 after a tick, or -1. Errors:
 * ETIMEDOUT, EINTR (a signal was caught), those of poll(2).
 */
CHECKED int deadline_wait(struct pollfd *wait, nfds_t count, const struct deadline *deadline, int tick);

/*
 * Sleep between two checks of a state that no system call waits for: first 0.1 ms, then twice as long each time, at
 * most a tick, and never beyond the deadline. *length starts as 0. Returns 0, or -1 with EINTR if a signal was caught.
 * See nanosleep(3p).
 */
int deadline_nap(const struct deadline *deadline, long long *length);

/*
 * Interrupt blocking system calls of this process from now on, by SIGURG every DEADLINE_TICK, and first when the
 * deadline (may be NULL) comes. As the timer repeats, a signal that comes just before a call delays that call by at
 * most a tick. If RLIMIT_SIGPENDING leaves no timer, a thread does the same. Returns 0, or -1 with errno of
 * timer_settime(3p) or pthread_create(3p).
 */
CHECKED int deadline_tick(const struct deadline *deadline);

/*
 * Interrupt blocking system calls once the deadline comes, and every DEADLINE_TICK from then on. A deadline that never
 * comes ends all ticks. Otherwise as deadline_tick.
 */
int deadline_alarm(const struct deadline *deadline);

/*
 * Interrupt blocking system calls of this thread by SIGURG every DEADLINE_TICK while poll(2) reports one of the events
 * for a descriptor, or that it has lost its reader. Another thread makes the poll(2). A second call does nothing, and
 * must name the same descriptor. Returns 0, or -1 with errno of pthread_create(3p).
 */
int deadline_watch(int fd, short events);

#endif
