/*
 * posix.c: POSIX named semaphores. They know waiting and posting by one; waiting for zero looks again and again,
 * and setting goes step by step. Nothing wakes who waits when one is removed, so a timer makes it look (deadline_tick).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/trace.h"
#include "semaphore/internal.h"
#include "semaphore/semaphore.h"

/* How often to begin again when the semaphore appears, or goes away, between two calls. */
#define TRIES 20

static void
trace_open(const struct semaphore *semaphore, int flags)
{
	const char *path = semaphore->name->path;
	struct text call = {0};

	if (!trace_on)
		return;
	text_format(&call, "sem_open(");
	text_quote(&call, path, strlen(path), strlen(path));
	if (flags)
		text_format(&call, ", O_CREAT|O_EXCL, 0%03o, %d)", (unsigned int)semaphore->asked.mode,
		    semaphore->asked.values[0]);
	else
		text_format(&call, ", 0)");
	trace_pointer(&call, semaphore->semaphore, "SEM_FAILED");
}

static int
open_once(struct semaphore *semaphore, int flags)
{
	sem_t *opened;
	mode_t mask;

	if (flags) {
		mask = umask(0);
		opened = sem_open(
		    semaphore->name->path, flags, semaphore->asked.mode, (unsigned int)semaphore->asked.values[0]);
		umask(mask);
	} else {
		opened = sem_open(semaphore->name->path, 0);
	}
	semaphore->semaphore = opened == SEM_FAILED ? NULL : opened;
	trace_open(semaphore, flags);
	return semaphore->semaphore ? 0 : -1;
}

static int
open_posix(struct semaphore *semaphore)
{
	int tries = TRIES;

	do {
		if (!semaphore->asked.exclusive) {
			if (semaphore_sound(semaphore->name->path) == -1) {
				semaphore->foreign = true;
				return -1;
			}
			if (open_once(semaphore, 0) == 0)
				return 0;
			if (errno != ENOENT || !semaphore->asked.create)
				return -1;
		}
		if (open_once(semaphore, O_CREAT | O_EXCL) == 0) {
			semaphore->created = true;
			return 0;
		}
	} while (errno == EEXIST && !semaphore->asked.exclusive && --tries > 0);
	return -1;
}

static void
close_posix(struct semaphore *semaphore)
{
	if (semaphore->semaphore)
		sem_close(semaphore->semaphore);
	semaphore->semaphore = NULL;
}

static int
traced(const struct semaphore *semaphore, const char *call, int result)
{
	if (trace_wanted(result))
		trace_call(result, "%s(%p)", call, (void *)semaphore->semaphore);
	return result;
}

static int
read_value(const struct semaphore *semaphore)
{
	int value = 0;
	int result = sem_getvalue(semaphore->semaphore, &value);

	if (trace_on)
		trace_call(result, "sem_getvalue(%p, [%d])", (void *)semaphore->semaphore, value);
	return value;
}

/* True if it has lost its name, or another one has it now: opening the same one again gives the same address. */
static bool
removed(const struct semaphore *semaphore)
{
	sem_t *now = sem_open(semaphore->name->path, 0);
	bool same = now == semaphore->semaphore;

	if (now == SEM_FAILED)
		/* Who created it with a mode that keeps him out cannot tell. */
		return errno == ENOENT || (errno == EACCES && !semaphore->created);
	sem_close(now);
	return !same;
}

/* Between two looks of a wait: 0 goes on, -1 stops. */
static int
look(const struct semaphore *semaphore, const struct deadline *deadline)
{
	if (interrupt_caught())
		errno = EINTR;
	else if (removed(semaphore))
		errno = EIDRM;
	else if (deadline_passed(deadline))
		errno = ETIMEDOUT;
	else
		return 0;
	return -1;
}

static int
take(const struct semaphore *semaphore, const struct deadline *deadline, bool lock)
{
	int result = traced(semaphore, "sem_trywait", sem_trywait(semaphore->semaphore));

	if (result == 0 && !lock)
		return 0;
	while (result == -1 && (errno == EAGAIN || errno == EINTR)) {
		if (look(semaphore, deadline) == -1 || deadline_tick(deadline) == -1)
			return -1;
		result = traced(semaphore, "sem_wait", sem_wait(semaphore->semaphore));
	}
	/* What was won after its removal locks nobody else out. */
	if (result == 0 && removed(semaphore)) {
		errno = EIDRM;
		return -1;
	}
	return result;
}

static int
wait_for_zero(const struct semaphore *semaphore, const struct deadline *deadline)
{
	struct timespec pause = {.tv_nsec = 1000000};
	int value = read_value(semaphore);

	while (value > 0 && sem_getvalue(semaphore->semaphore, &value) == 0 && value > 0) {
		if (look(semaphore, deadline) == -1)
			return -1;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 10000000)
			pause.tv_nsec += 1000000;
	}
	return 0;
}

/*
 * Up or down, a step at a time, as many as it takes from what it is now: others that use it meanwhile see every step,
 * and what they do counts too.
 */
static int
set(const struct semaphore *semaphore, int wanted, const struct deadline *deadline)
{
	int value = read_value(semaphore), steps = 0, result;

	for (; value != wanted; value += value < wanted ? 1 : -1) {
		if (++steps % 4096 == 0 && look(semaphore, deadline) == -1)
			return -1;
		if (value < wanted)
			result = traced(semaphore, "sem_post", sem_post(semaphore->semaphore));
		else
			result = traced(semaphore, "sem_trywait", sem_trywait(semaphore->semaphore));
		if (result == -1 && value > wanted && errno == EAGAIN)
			break; /* others took the rest */
		if (result == -1)
			return -1;
	}
	return 0;
}

static int
operate_posix(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    const struct deadline *deadline, bool undo)
{
	int result;

	(void)count;
	if (operations->set)
		result = set(semaphore, operations->value, deadline);
	else if (operations->value == 0)
		result = wait_for_zero(semaphore, deadline);
	else if (operations->value < 0)
		result = take(semaphore, deadline, undo);
	else
		result = traced(semaphore, "sem_post", sem_post(semaphore->semaphore));
	if (result == -1 && errno == EOVERFLOW)
		errno = ERANGE;
	return result;
}

static int
values_posix(struct semaphore *semaphore, int **values, size_t *count)
{
	*values = malloc(sizeof(**values));
	if (!*values)
		return -1;
	**values = read_value(semaphore);
	*count = 1;
	return 0;
}

static int
unlink_posix(struct semaphore *semaphore)
{
	const char *path = semaphore->name->path;
	int result = sem_unlink(path);

	if (trace_on) {
		struct text call = {0};

		text_format(&call, "sem_unlink(");
		text_quote(&call, path, strlen(path), strlen(path));
		text_format(&call, ")");
		trace_end(&call, result);
	}
	return result;
}

static bool
explain_posix(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	(void)step;
	if (semaphore->foreign || error == EISDIR || error == ELOOP || error == ENODEV ||
	    (error == EEXIST && !semaphore->asked.exclusive))
		text_format(text, "something that is no semaphore has this name (remove it first)");
	else if (error == ENOSPC)
		text_format(text, "the file system of shared memory has no room (remove segments, or make it larger)");
	else if (error == ENAMETOOLONG)
		text_format(text, "the name is too long for a semaphore");
	else
		return false;
	return true;
}

const struct semaphore_backend semaphore_posix = {
    .open = open_posix,
    .operate = operate_posix,
    .values = values_posix,
    .unlink = unlink_posix,
    .close = close_posix,
    .explain = explain_posix,
    .most = SEM_VALUE_MAX,
};
