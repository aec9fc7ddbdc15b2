/*
 * deadline.h: monotonic deadlines, and what interrupts a wait.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdbool.h>
#include <time.h>

#define DEADLINE_NEVER (-1LL)

struct deadline {
	bool limited;       /* false: it never comes */
	struct timespec at; /* on CLOCK_MONOTONIC */
};

/* Sets the deadline that many nanoseconds from now; DEADLINE_NEVER: none. Source: clock_gettime(3p). */
void deadline_set(struct deadline *deadline, long long nanoseconds);

/* True once it has come. */
bool deadline_passed(const struct deadline *deadline);

/* Nanoseconds until it comes, 0 or negative once it has come. Not for one that never comes. */
long long deadline_left(const struct deadline *deadline);

/* Milliseconds until it comes, rounded up, at most longest: what poll(2) takes. 0 once it has come. */
int deadline_poll(const struct deadline *deadline, int longest);

/*
 * Sleeps between two looks at what no system call waits for: at first 0.1 ms, each time twice as long, up to a tick, and
 * not beyond deadline. *length starts as 0. -1, EINTR: a signal was caught. Source: nanosleep(3p).
 */
int deadline_nap(const struct deadline *deadline, long long *length);

/* Milliseconds between two looks at what no system call can wait for (a removed POSIX queue, say). */
#define DEADLINE_TICK 100

/*
 * From now on SIGURG interrupts blocking system calls (EINTR) every DEADLINE_TICK milliseconds, and first when the
 * deadline comes. For calls without a timeout of their own; it repeats, so a signal that comes just before the call
 * costs one tick and never the wait. deadline may be NULL. Source: timer_settime(3p).
 */
int deadline_tick(const struct deadline *deadline);

#endif
