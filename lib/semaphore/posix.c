/*
 * posix.c: POSIX named semaphores, which change by 1. Unlinking a semaphore wakes no waiter, so a thread that is told of
 * it interrupts the wait (deadline_watch), or else a timer, to check the name (deadline_tick). All calls on the memory
 * of a semaphore are guarded.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "semaphore/internal.h"

/* Bytes in a name behind its slash: the file of a semaphore has a prefix of four. */
#define LONGEST_NAME (NAME_MAX - 4)

/* The bytes of a semaphore for programs with 32 and with 64 bits. The other size than ours. */
#define SIZE_32    16
#define SIZE_64    32
#define SIZE_OTHER (SIZE_32 + SIZE_64 - (off_t)sizeof(sem_t))

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
		return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != EACCES;
	sem_close(now);
	return now != posix->opened;
}

/* Look at what has the name, and keep its file open. */
static int
open_file(struct semaphore *semaphore)
{
	struct semaphore_posix *posix = &semaphore->of.posix;
	struct stat st = {0};

	posix->file = semaphore_file(semaphore->name->path, semaphore->options.create, &semaphore->deadline, &st);
	posix->kind = st.st_mode;
	posix->size = st.st_size;
	/* If there is no such file, or the C library keeps it elsewhere, sem_open decides. */
	if (posix->file == -1)
		return errno == ENOENT ? 0 : -1;
	if (st.st_size == SIZE_OTHER)
		return error_set(ENOEXEC);
	return st.st_size < (off_t)sizeof(sem_t) ? error_set(EBADMSG) : 0;
}

/* Read the value. Returns 0 or -1. Errors: EBADMSG. */
static int
read_value(void *to)
{
	struct semaphore_posix *posix = to;

	if (sem_getvalue(posix->opened, &posix->value) == -1)
		return -1;
	/* No program that uses the semaphore gives it such a value, on which the C library aborts. */
	return posix->value < 0 ? error_set(EBADMSG) : 0;
}

int
semaphore_sound(const char *name)
{
	struct semaphore_posix posix = {.opened = sem_open(name, 0)};
	int result, saved;

	if (posix.opened == SEM_FAILED)
		return 0; /* the caller's own sem_open decides */
	result = guard_call(read_value, &posix);
	saved = errno;
	sem_close(posix.opened);
	errno = saved;
	return result;
}

static void
posix_close(struct semaphore *semaphore)
{
	struct semaphore_posix *posix = &semaphore->of.posix;
	int saved = errno;

	if (posix->opened)
		sem_close(posix->opened);
	if (posix->file != -1)
		close(posix->file);
	if (posix->watch != -1)
		close(posix->watch);
	*posix = (struct semaphore_posix){.file = -1, .watch = -1, .kind = posix->kind, .size = posix->size};
	errno = saved;
}

static int
posix_open(struct semaphore *semaphore, bool create)
{
	const struct semaphore_options *options = &semaphore->options;
	struct semaphore_posix *posix = &semaphore->of.posix;
	const char *path = semaphore->name->path;
	sem_t *opened = SEM_FAILED;
	mode_t mask;

	*posix = (struct semaphore_posix){.file = -1, .watch = -1};
	if (create || open_file(semaphore) == 0) {
		mask = create ? umask(0) : 0;
		opened = trace_sem_open(path, create ? O_CREAT | O_EXCL : 0, options->mode, options->values[0]);
		if (create)
			umask(mask);
	}
	posix->opened = opened == SEM_FAILED ? NULL : opened;
	if (posix->opened && !create && posix->file != -1 && semaphore_renamed(path, posix->file))
		errno = ENOENT; /* it was exchanged between the two looks */
	else if (posix->opened && (create || posix->file != -1 || guard_call(read_value, posix) == 0))
		return 0;
	posix_close(semaphore);
	return -1;
}

/* Return 0 if a wait may continue, or -1 with errno. */
static int
may_wait(const struct semaphore *semaphore)
{
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

	if (read_value(posix) == -1)
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

	int result = guard_call(read_value, posix);

	if (trace_call(result, "sem_getvalue(%p, [%d])", (void *)posix->opened, posix->value) == -1)
		return -1;
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

static const struct explanation explanations[] = {
    {EBADMSG, STEP_OPERATE | STEP_READ, "another program has damaged the semaphore (remove it)", LIMIT_NONE},
    {EEXIST, STEP_OPEN, PLACE_PLANTED, LIMIT_NONE},
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
	else if (open && error == EBADMSG)
		text_format(text, "something that is no semaphore has this name (remove it first)");
	else if (open && error == ENOEXEC)
		text_format(text, "a semaphore of %d-bit programs, which this %d-bit program cannot use",
		    posix->size == SIZE_32 ? 32 : 64, posix->size == SIZE_32 ? 64 : 32);
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
    .open = posix_open,
    .operate = posix_operate,
    .values = posix_values,
    .unlink = posix_unlink,
    .close = posix_close,
    .explain = posix_explain,
    .most = SEM_VALUE_MAX,
};
