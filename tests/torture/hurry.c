/*
 * hurry: a library to preload, with which a program's monotonic clock is a hundred times as fast, and poll(2) waits a hundredth of
 * its time. So pauses that a program makes between many attempts do not take hours.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

#define FASTER 100

int
clock_gettime(clockid_t clock, struct timespec *time)
{
	static int (*real)(clockid_t, struct timespec *);
	long long passed;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	if (real(clock, time) == -1)
		return -1;
	passed = (time->tv_sec * 1000000000LL + time->tv_nsec) * FASTER;
	if (clock == CLOCK_MONOTONIC)
		*time = (struct timespec){(time_t)(passed / 1000000000), (long)(passed % 1000000000)};
	return 0;
}

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	static int (*real)(struct pollfd *, nfds_t, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "poll");
	return real(fds, count, timeout > 0 ? timeout / FASTER + 1 : timeout);
}
