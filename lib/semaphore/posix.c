/*
 * posix.c: POSIX named semaphores, which change by 1. Unlinking a semaphore wakes no waiter, so a thread that is told
 * of it interrupts the wait (deadline_watch), or else a timer, to check the name (deadline_tick). All calls on the
 * memory of a semaphore are guarded.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "semaphore/internal.h"

/* Bytes in a name behind its slash: the file of a semaphore has a prefix of four. */
#define LONGEST_NAME (NAME_MAX - 4)

static void
posix_refuse(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count, struct text *text)
{
	if (strlen(name->path + 1) > LONGEST_NAME)
		text_format(text, "the name of a semaphore has at most %d bytes after its slash", LONGEST_NAME);
	else if (options->count > 1)
		text_format(text, "-i takes one VALUE for a POSIX semaphore");
	else if (count > 1)
		text_format(text, "a POSIX semaphore takes one OP a call (sysv: takes several as one)");
	else if (count == 1 && operations->indexed)
		text_format(text, "a POSIX semaphore has no INDEX (sysv: has sets)");
	else if (count == 1 && (operations->set || operations->value == 0))
		text_format(text, "a POSIX semaphore takes one OP of -1 or +1 (sysv: also waits for zero and sets)");
	else if (count == 1 && (operations->value > 1 || operations->value < -1))
		text_format(text, "a POSIX semaphore goes up and down by 1 (sysv: by any number)");
	else if (count == 1 && options->command && operations->value == 1)
		text_format(text, "with a COMMAND, a POSIX semaphore takes the OP -1 only (sysv: takes others)");
}

/* Return true if the semaphore was unlinked. */
static bool
removed(const struct semaphore *semaphore)
{
	const struct semaphore_posix *posix = &semaphore->of.posix;
	sem_t *now;

	if (posix->file != -1)
		return semaphore_renamed(semaphore->name->path, posix->file);
	/* sem_open(3) returns the same address for the same semaphore. */
	now = sem_open(semaphore->name->path, 0);
	if (now == SEM_FAILED)
		/*
		 * Another object has the name, unless there is no descriptor or memory to look with, or the mode of the
		 * semaphore forbids opening it.
		 */
		return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != EACCES && errno != EINTR;
	sem_close(now);
	return now != posix->opened;
}

/* Return 0 if a wait may continue, or -1 with errno. */
static int
may_wait(const struct semaphore *semaphore)
{
	/* The checks below cover all events up to here. */
	semaphore_drain(semaphore->of.posix.watch);
	if (interrupt_caught())
		errno = EINTR;
	else if (removed(semaphore))
		errno = EIDRM;
	else if (deadline_passed(&semaphore->deadline))
		errno = ETIMEDOUT;
	else
		return 0;
	return -1;
}

/* Arrange that a wait is interrupted when the semaphore is removed, and when the longest wait ends. */
static int
arrange(struct semaphore *semaphore)
{
	struct semaphore_posix *posix = &semaphore->of.posix;

	if (posix->file != -1 && posix->watch == -1)
		posix->watch = semaphore_watch(posix->file);
	if (posix->watch != -1 && deadline_watch(posix->watch, POLLIN) == 0)
		return deadline_alarm(&semaphore->deadline);
	return deadline_tick(&semaphore->deadline);
}

static int
take(struct semaphore *semaphore)
{
	sem_t *opened = semaphore->of.posix.opened;
	int result = trace_sem_trywait(opened);

	if (result == 0 && !semaphore->options.command)
		return 0;
	while (result == -1 && (errno == EAGAIN || errno == EINTR)) {
		/* It is looked at again after the watch has begun. */
		if (may_wait(semaphore) == -1 || arrange(semaphore) == -1 || may_wait(semaphore) == -1)
			return -1;
		result = trace_sem_wait(opened);
	}
	semaphore_unwatch(semaphore->of.posix.watch);
	/* A semaphore that is taken after its removal excludes no other process. */
	if (result == 0 && removed(semaphore)) {
		(void)trace_sem_post(opened);
		return error_set(EIDRM);
	}
	return result;
}

/* An operation on a semaphore, for guard_call. */
struct job {
	struct semaphore *semaphore;
	int amount;
};

static int
operate(void *argument)
{
	const struct job *job = argument;
	struct semaphore_posix *posix = &job->semaphore->of.posix;

	if (posix_semaphore_read(posix) == -1)
		return -1;
	if (job->amount < 0)
		return take(job->semaphore);
	if (trace_sem_post(posix->opened) == 0)
		return 0;
	return error_set(errno == EOVERFLOW ? ERANGE : errno);
}

static int
posix_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	struct job job = {.semaphore = semaphore, .amount = operations->value};

	(void)count; /* always 1, see posix_refuse */
	return guard_call(operate, &job);
}

static int
posix_values(struct semaphore *semaphore, struct text *text)
{
	struct semaphore_posix *posix = &semaphore->of.posix;

	if (guard_call(posix_semaphore_read, posix) == -1)
		return -1;
	trace_call(0, "sem_getvalue(%p, [%d])", (void *)posix->opened, posix->value);
	text_format(text, "%d\n", posix->value);
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
    {ETIMEDOUT, STEP_OPEN, LEASED, LIMIT_NONE},
    {EBADMSG, STEP_OPEN, NOT_ONE, LIMIT_NONE},
    {EISDIR, STEP_OPEN, NOT_ONE, LIMIT_NONE},
    {ELOOP, STEP_OPEN, NOT_ONE, LIMIT_NONE},
    {ENODEV, STEP_OPEN, NOT_ONE, LIMIT_NONE},
    {EBADMSG, STEP_OPERATE | STEP_READ, "another program has damaged the semaphore (remove it)", LIMIT_NONE},
    {EEXIST, STEP_OPEN,
        "another user owns the semaphore and may have planted it, so -c does not use it (leave out -c to use it)",
        LIMIT_NONE},
    {ENOSPC, STEP_ANY, "the file system of shared memory has no room (remove segments, or make it larger)", LIMIT_NONE},
    {ENOSYS, STEP_ANY, "this system has no POSIX semaphores (use a sysv: name)", LIMIT_NONE},
    {0},
};

static void
posix_explain(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	const struct semaphore_posix *posix = &semaphore->of.posix;
	bool open = step == SEMAPHORE_OPEN;

	if (open && error == EBADMSG && posix->kind && !S_ISREG(posix->kind))
		text_format(text, "%s has this name, not a semaphore (remove it first)", place_kind(posix->kind));
	else if (open && error == ENOEXEC)
		text_format(text, "a semaphore of %d-bit programs, which this %d-bit program cannot use",
		    POSIX_OTHER_BITS, 96 - POSIX_OTHER_BITS);
	/* A name can be created unless its file system is missing. */
	else if (open && error == ENOENT && semaphore->creating)
		text_format(text, "the system has no file system for shared memory (/dev/shm)");
	else if (open && error == EEXIST && semaphore->options.exclusive)
		return;
	else
		(void)explanation_add(text, explanations, (int)step, error, 0);
}

const struct semaphore_backend semaphore_posix = {
    .refuse = posix_refuse,
    .open = posix_semaphore_open,
    .operate = posix_operate,
    .values = posix_values,
    .unlink = posix_unlink,
    .close = posix_semaphore_close,
    .explain = posix_explain,
    .most = SEM_VALUE_MAX,
};
