/*
 * posix.c: POSIX named semaphores, which change by 1. Unlinking a semaphore wakes no waiter, so a timer interrupts the
 * wait to check the name (deadline_tick).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "semaphore/internal.h"

static void
posix_refuse(const struct semaphore_options *options, const struct semaphore_operation *operations, size_t count,
    struct text *text)
{
	if (options->count > 1)
		text_format(text, "-i takes one VALUE for a POSIX semaphore");
	else if (count > 1)
		text_format(text, "a POSIX semaphore takes one OP a call (sysv: takes several as one)");
	else if (count == 1 && operations->indexed)
		text_format(text, "a POSIX semaphore has no INDEX (sysv: has sets)");
	else if (count == 1 && (operations->set || operations->value == 0))
		text_format(text, "a POSIX semaphore takes one OP of -1 or +1 (sysv: also waits for zero and sets)");
	else if (count == 1 && (operations->value > 1 || operations->value < -1))
		text_format(text, "a POSIX semaphore goes up and down by 1 (sysv: by any number)");
}

static int
posix_open(struct semaphore *semaphore, bool create)
{
	const struct semaphore_options *options = &semaphore->options;
	const char *path = semaphore->name->path;
	sem_t *opened;
	mode_t mask = create ? umask(0) : 0;

	if (!create && semaphore_sound(path) == -1)
		return -1;
	opened = trace_sem_open(path, create ? O_CREAT | O_EXCL : 0, options->mode, options->values[0]);
	if (create)
		umask(mask);
	if (opened == SEM_FAILED)
		return -1;
	semaphore->of.posix.opened = opened;
	return 0;
}

static void
posix_close(struct semaphore *semaphore)
{
	if (semaphore->of.posix.opened)
		sem_close(semaphore->of.posix.opened);
}

/* Return true if the semaphore was unlinked. sem_open(3) returns the same address for the same semaphore. */
static bool
removed(const struct semaphore *semaphore)
{
	sem_t *now = sem_open(semaphore->name->path, 0);
	bool same = now == semaphore->of.posix.opened;

	if (now == SEM_FAILED)
		/*
		 * Another object has the name, unless there is no descriptor or memory to look with, or this process
		 * created the semaphore: its own mode may forbid opening it.
		 */
		return errno != EMFILE && errno != ENFILE && errno != ENOMEM &&
		       (errno != EACCES || !semaphore->created);
	sem_close(now);
	return !same;
}

/* Return 0 if a wait may continue, or -1 with errno. */
static int
may_wait(const struct semaphore *semaphore, const struct deadline *deadline)
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
	sem_t *opened = semaphore->of.posix.opened;
	int result = trace_sem_trywait(opened);

	if (result == 0 && !lock)
		return 0;
	while (result == -1 && (errno == EAGAIN || errno == EINTR)) {
		if (may_wait(semaphore, deadline) == -1 || deadline_tick(deadline) == -1)
			return -1;
		result = trace_sem_wait(opened);
	}
	/* A semaphore that is taken after its removal excludes no other process. */
	if (result == 0 && removed(semaphore))
		return error_set(EIDRM);
	return result;
}

static int
posix_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    const struct deadline *deadline, bool lock)
{
	(void)count; /* always 1, see posix_refuse */
	if (operations->value < 0)
		return take(semaphore, deadline, lock);
	if (trace_sem_post(semaphore->of.posix.opened) == 0)
		return 0;
	if (errno == EOVERFLOW)
		errno = ERANGE;
	return -1;
}

static int
posix_values(struct semaphore *semaphore, struct text *text)
{
	int value = 0;

	if (trace_sem_getvalue(semaphore->of.posix.opened, &value) == -1)
		return -1;
	text_format(text, "%d\n", value);
	return 0;
}

static int
posix_unlink(struct semaphore *semaphore)
{
	if (removed(semaphore))
		return error_set(ENOENT);
	return trace_sem_unlink(semaphore->name->path);
}

#define NOT_ONE "something that is no semaphore has this name (remove it first)"

static const struct explanation explanations[] = {
    {EBADMSG, STEP_ANY, NOT_ONE, LIMIT_NONE},
    {EISDIR, STEP_ANY, NOT_ONE, LIMIT_NONE},
    {ELOOP, STEP_ANY, NOT_ONE, LIMIT_NONE},
    {ENODEV, STEP_ANY, NOT_ONE, LIMIT_NONE},
    {ENOSPC, STEP_ANY, "the file system of shared memory has no room (remove segments, or make it larger)", LIMIT_NONE},
    {ENAMETOOLONG, STEP_ANY, "the name is too long for a semaphore", LIMIT_NONE},
    {ENOSYS, STEP_ANY, "this system has no POSIX semaphores (use a sysv: name)", LIMIT_NONE},
    {0},
};

static void
posix_explain(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	/* A name can be created unless its file system is missing. */
	if (error == ENOENT && step == SEMAPHORE_OPEN && semaphore->options.create)
		text_format(text, "the system has no file system for shared memory (/dev/shm)");
	else
		(void)explanation_add(text, explanations, (int)step, error, 0);
}

const struct semaphore_backend semaphore_posix = {
    .refuse = posix_refuse,
    .open = posix_open,
    .operate = posix_operate,
    .values = posix_values,
    .unlink = posix_unlink,
    .close = posix_close,
    .explain = posix_explain,
    .most = SEM_VALUE_MAX,
};
