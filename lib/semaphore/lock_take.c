/*
 * lock_take.c: the wait for a lock on a file. The kernel waits for a single place. If there are several, the first
 * process in the line has the turnstile locked and tries them all.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "semaphore/internal.h"

/* The byte that the first process in the line has locked. The places are below it. */
#define TURNSTILE LOCK_PLACES

/* Most milliseconds between two attempts of that process. */
#define LONGEST_PAUSE 20

/* Taken places after which try_places asks where a lock ends. */
#define MANY 64

/* Wait for one byte. Returns 0 or -1. */
static int
wait_for(int fd, long byte, const struct deadline *deadline)
{
	int result = trace_lock(fd, byte, LOCK_TRY);

	while (result == -1 && (errno == EAGAIN || errno == EACCES || errno == EINTR)) {
		if (interrupt_caught())
			return error_set(EINTR);
		if (deadline_passed(deadline))
			return error_set(ETIMEDOUT);
		if (deadline_alarm(deadline) == -1)
			return -1;
		result = trace_lock(fd, byte, LOCK_WAIT);
	}
	return result;
}

/*
 * Try each of the places, and give up at the deadline (NULL: never). Returns the byte, or -1. Errors: EAGAIN (all are
 * taken), ETIMEDOUT, EINTR, those of fcntl(2).
 */
static long
try_places(int fd, long places, const struct deadline *deadline)
{
	long byte = 0;
	int tries;

	for (tries = 0; byte < places; tries++) {
		if (trace_lock(fd, byte, LOCK_TRY) == 0)
			return byte;
		if (errno != EAGAIN && errno != EACCES)
			return -1;
		if (interrupt_caught())
			return error_set(EINTR);
		if (tries < MANY) {
			byte++;
			continue;
		}
		/* One lock of another program can cover many places. */
		byte = semaphore_lock_end(fd, byte);
		if (deadline && deadline_passed(deadline))
			return error_set(ETIMEDOUT);
	}
	return error_set(EAGAIN);
}

/* Try all places until one is free, because no system call waits for any of several. */
static long
try_again(int fd, long places, const struct deadline *deadline)
{
	int pause = 1;

	for (;;) {
		bool passed = deadline_passed(deadline);
		long byte = try_places(fd, places, passed ? NULL : deadline);

		if (byte != -1 || errno != EAGAIN)
			return byte;
		if (passed)
			return error_set(ETIMEDOUT);
		if (deadline_wait(NULL, 0, deadline, pause) == -1 && errno != ETIMEDOUT)
			return -1;
		pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
	}
}

/*
 * Take one of several places. Only the first in line tries them. The end of this process always releases the turnstile:
 * it is locked through another description than the caller's.
 */
static long
take_place(const struct semaphore *semaphore, long places)
{
	int fd = semaphore->of.lock.fd, line = fd, saved;
	long byte = -1;

	if (deadline_passed(&semaphore->deadline))
		return try_again(fd, places, &semaphore->deadline);
	if (semaphore->name->kind == NAME_FD)
		line = trace_call(TRACED(semaphore_reopen(fd)), "open(\"/proc/self/fd/%d\", O_WRONLY)", fd);
	if (line == -1)
		line = fd; /* this user may not open the file */
	if (wait_for(line, TURNSTILE, &semaphore->deadline) == 0) {
		byte = try_again(fd, places, &semaphore->deadline);
		saved = errno;
		(void)trace_lock(line, TURNSTILE, LOCK_RELEASE);
		errno = saved;
	}
	saved = errno;
	if (line != fd)
		close(line);
	errno = saved;
	return byte;
}

long
lock_take(const struct semaphore *semaphore)
{
	int places = semaphore->options.values[0];

	if (places > 1)
		return take_place(semaphore, places);
	return wait_for(semaphore->of.lock.fd, 0, &semaphore->deadline);
}
