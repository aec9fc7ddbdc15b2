/*
 * sema_posix.c: POSIX named semaphores. They know waiting and posting by one; waiting for zero looks again and again,
 * and setting goes step by step. Nothing wakes who waits when one is removed, so a timer makes it look (deadline_tick).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

/* How often to begin again when the semaphore appears, or goes away, between two calls. */
#define TRIES 20

static void
trace_open(const struct sema *sema, int flags)
{
	const char *path = sema->name->path;
	struct text call = {0};

	if (!trace_on)
		return;
	text_format(&call, "sem_open(");
	text_quote(&call, path, strlen(path), strlen(path));
	if (flags)
		text_format(
		    &call, ", O_CREAT|O_EXCL, 0%03o, %d)", (unsigned int)sema->asked.mode, sema->asked.values[0]);
	else
		text_format(&call, ", 0)");
	trace_pointer(&call, sema->semaphore, "SEM_FAILED");
}

static int
open_once(struct sema *sema, int flags)
{
	sem_t *opened;
	mode_t mask;

	if (flags) {
		mask = umask(0);
		opened = sem_open(sema->name->path, flags, sema->asked.mode, (unsigned int)sema->asked.values[0]);
		umask(mask);
	} else {
		opened = sem_open(sema->name->path, 0);
	}
	sema->semaphore = opened == SEM_FAILED ? NULL : opened;
	trace_open(sema, flags);
	return sema->semaphore ? 0 : -1;
}

static int
open_posix(struct sema *sema)
{
	int tries = TRIES;

	do {
		if (!sema->asked.exclusive) {
			if (semaphore_sound(sema->name->path, &sema->watch) == -1) {
				sema->broken = true;
				return -1;
			}
			if (open_once(sema, 0) == 0)
				return 0;
			if (errno != ENOENT || !sema->asked.create)
				return -1;
		}
		if (open_once(sema, O_CREAT | O_EXCL) == 0)
			return 0;
	} while (errno == EEXIST && !sema->asked.exclusive && --tries > 0);
	return -1;
}

static void
close_posix(struct sema *sema)
{
	if (sema->semaphore)
		sem_close(sema->semaphore);
	if (sema->watch != -1)
		close(sema->watch);
	sema->semaphore = NULL;
	sema->watch = -1;
}

static int
traced(const struct sema *sema, const char *call, int result)
{
	if (trace_wanted(result))
		trace_call(result, "%s(%p)", call, (void *)sema->semaphore);
	return result;
}

static int
read_value(const struct sema *sema)
{
	int value = 0;
	int result = sem_getvalue(sema->semaphore, &value);

	if (trace_on)
		trace_call(result, "sem_getvalue(%p, [%d])", (void *)sema->semaphore, value);
	return value;
}

/* Between two looks of a wait: 0 goes on, -1 stops. */
static int
look(const struct sema *sema, const struct deadline *deadline)
{
	if (sigs_caught())
		errno = EINTR;
	else if (semaphore_removed(sema))
		errno = EIDRM;
	else if (deadline_passed(deadline))
		errno = ETIMEDOUT;
	else
		return 0;
	return -1;
}

static int
take(const struct sema *sema, const struct deadline *deadline)
{
	int result;

	if (traced(sema, "sem_trywait", sem_trywait(sema->semaphore)) == 0)
		return 0;
	if (errno != EAGAIN && errno != EINTR)
		return -1;
	do {
		if (look(sema, deadline) == -1 || deadline_tick(deadline) == -1)
			return -1;
		result = traced(sema, "sem_wait", sem_wait(sema->semaphore));
	} while (result == -1 && errno == EINTR);
	/* What was won after its removal locks nobody else out. */
	if (result == 0 && semaphore_removed(sema)) {
		errno = EIDRM;
		return -1;
	}
	return result;
}

static int
wait_for_zero(const struct sema *sema, const struct deadline *deadline)
{
	struct timespec pause = {.tv_nsec = 1000000};

	while (read_value(sema) > 0) {
		if (look(sema, deadline) == -1)
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
set(const struct sema *sema, int wanted)
{
	int value;

	for (value = read_value(sema); value != wanted; value += value < wanted ? 1 : -1) {
		if (sigs_caught()) {
			errno = EINTR;
			return -1;
		}
		if (value < wanted) {
			if (sem_post(sema->semaphore) == -1)
				return -1;
		} else if (sem_trywait(sema->semaphore) == -1 && errno == EAGAIN) {
			break; /* others took the rest */
		}
	}
	return 0;
}

static int
operate_posix(struct sema *sema, const struct sema_operation *operations, size_t count, const struct deadline *deadline,
    bool undo)
{
	int result;

	(void)count;
	(void)undo;
	if (operations->set)
		return set(sema, operations->value);
	if (operations->value == 0)
		return wait_for_zero(sema, deadline);
	if (operations->value < 0)
		return take(sema, deadline);
	result = traced(sema, "sem_post", sem_post(sema->semaphore));
	if (result == -1 && errno == EOVERFLOW)
		errno = ERANGE;
	return result;
}

static int
values_posix(struct sema *sema, int **values, size_t *count)
{
	*values = malloc(sizeof(**values));
	if (!*values)
		return -1;
	**values = read_value(sema);
	*count = 1;
	return 0;
}

static int
unlink_posix(struct sema *sema)
{
	const char *path = sema->name->path;
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
explain_posix(const struct sema *sema, enum sema_step step, int error, struct text *text)
{
	(void)step;
	if (sema->broken)
		text_format(text, "its file is too short for a semaphore, so something else made it (remove it first)");
	else if (error == ENAMETOOLONG)
		text_format(text, "the name is too long for a semaphore");
	else if (error == EEXIST && !sema->asked.exclusive)
		text_format(text, "something that is no semaphore has this name");
	else
		return false;
	return true;
}

const struct sema_backend sema_posix = {
    .open = open_posix,
    .operate = operate_posix,
    .values = values_posix,
    .unlink = unlink_posix,
    .close = close_posix,
    .explain = explain_posix,
    .most = SEM_VALUE_MAX,
};
