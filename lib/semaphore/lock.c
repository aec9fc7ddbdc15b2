/*
 * lock.c: locks on files, file:PATH and fd:N. Each of the places of -i is a byte of the file, and its holder has an
 * open-file-description lock on it: COMMAND inherits the lock, and the kernel releases it once the last descriptor is
 * closed. Every program can take the same locks, with fcntl(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/place.h"
#include "base/trace.h"
#include "semaphore/internal.h"

/* The descriptor of the lock in COMMAND, or the next free one: every shell can close 9 (9>&-). */
#define LOCK_FD 9

static void
lock_refuse(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count, struct text *text)
{
	bool fd = name->kind == NAME_FD;

	if (options->count > 1)
		text_format(text, "-i takes one VALUE for a lock (sysv: has sets)");
	else if (options->count == 1 && (options->values[0] < 1 || options->values[0] > LOCK_PLACES))
		text_format(text, "-i %d: a lock has 1 to %ld places", options->values[0], LOCK_PLACES);
	else if (options->unlink || options->exclusive)
		text_format(text, "-%c cannot be used with a lock on a file", options->unlink ? 'u' : 'x');
	else if (fd && (options->create || options->mode != SEMAPHORE_MODE))
		text_format(text, "-%c cannot be used with a descriptor", options->create ? 'c' : 'm');
	else if (count > 1 || (count == 1 && (operations->indexed || operations->set || operations->value != -1)))
		text_format(text, "a lock takes one OP, -1 (sysv: takes others, and several as one)");
	else if (!fd && !options->command)
		text_format(text, "a lock on a file needs a COMMAND, which holds it (-- COMMAND)");
	else if (count == 0)
		text_format(text, "a lock has no value to print (take it with -1, or with -- COMMAND)");
}

/* Open the file, or create it. Returns a descriptor or -1. */
static int
open_file(struct semaphore *semaphore, bool create)
{
	const struct semaphore_options *options = &semaphore->options;
	struct place place = {0};
	struct stat st = {0};
	mode_t mask;
	int fd = -1;

	if (place_open(&place, semaphore->name->path) == -1)
		return -1;
	if (create) {
		mask = umask(0);
		do
			fd = TRACED(
			    openat(place.directory, place.name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, options->mode));
		while (fd == -1 && interrupt_again());
		umask(mask);
	} else {
		fd = TRACED(place_file(&place, O_RDWR, options->create, &semaphore->deadline, &st));
		semaphore->of.lock.kind = st.st_mode;
	}
	trace_lock_open(&place, fd, create, options->mode);
	place_close(&place);
	return fd;
}

/* Give the lock the descriptor that COMMAND inherits, and name it to COMMAND. Returns the descriptor or -1. */
static int
pass_on(int fd, bool ours)
{
	char number[16];
	int given = fd;

	if (ours && fd != LOCK_FD)
		given = trace_call(TRACED(fcntl(fd, F_DUPFD, LOCK_FD)), "fcntl(%d, F_DUPFD, %d)", fd, LOCK_FD);
	/* Of two descriptors above LOCK_FD, COMMAND gets the lower one. */
	if (fd > LOCK_FD && (given == -1 || given > fd)) {
		if (given != -1)
			close(given);
		given = fd;
	}
	/* EINVAL means that RLIMIT_NOFILE allows no such descriptor. */
	if (given == -1)
		return error_set(errno == EINVAL ? EMFILE : errno);
	if (given != fd)
		close(fd);
	else if (ours)
		fcntl(fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", given);
	return setenv("IPC7_LOCK_FD", number, 1) == -1 ? -1 : given;
}

/* Check that a descriptor of the caller is one. Those that this process opened are closed on exec. */
static int
check_fd(struct semaphore *semaphore)
{
	int fd = semaphore->name->number, flags = fcntl(fd, F_GETFD);
	struct stat st;

	if (flags == -1 || flags & FD_CLOEXEC || fstat(fd, &st) == -1)
		return error_set(ENOENT);
	semaphore->of.lock.kind = st.st_mode;
	if (!S_ISREG(st.st_mode))
		return error_set(EBADMSG);
	/* If the file has lost its name, a lock that the caller may have on it stays. */
	return st.st_nlink > 0 ? fd : error_set(EIDRM);
}

static int
lock_open(struct semaphore *semaphore, bool create)
{
	struct semaphore_lock *lock = &semaphore->of.lock;
	bool ours = semaphore->name->kind == NAME_FILE;

	*lock = (struct semaphore_lock){.fd = -1, .byte = -1};
	lock->fd = ours ? open_file(semaphore, create) : check_fd(semaphore);
	if (lock->fd != -1 && semaphore->options.command)
		lock->fd = pass_on(lock->fd, ours);
	return lock->fd == -1 ? -1 : 0;
}

static void
lock_release(struct semaphore *semaphore)
{
	struct semaphore_lock *lock = &semaphore->of.lock;
	int saved = errno;

	if (lock->byte != -1)
		(void)trace_lock(lock->fd, lock->byte, LOCK_RELEASE);
	lock->byte = -1;
	errno = saved;
}

static int
lock_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	struct semaphore_lock *lock = &semaphore->of.lock;
	struct stat st;

	(void)operations;
	(void)count; /* it is one -1, see lock_refuse */
	lock->byte = lock_take(semaphore);
	if (lock->byte == -1)
		return -1;
	/* A lock on a file without a name excludes no process that opens the path from now on. */
	if (fstat(lock->fd, &st) == -1 || st.st_nlink > 0)
		return 0;
	lock_release(semaphore);
	return error_set(EIDRM);
}

/* Return words for the reason why a file was not found. */
static const char *
missing(const struct semaphore *semaphore)
{
	const char *path = semaphore->name->path;
	struct place place = {0};
	struct stat st;

	if (semaphore->creating || (place_open(&place, path) == -1 && errno == ENOENT))
		return "its directory does not exist";
	place_close(&place);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return "a symbolic link to a file that does not exist (create that file)";
	return "no such file (create it with -c)";
}

static const struct explanation explanations[] = {
    {ETIMEDOUT, STEP_OPEN, LEASED, LIMIT_NONE},
    {EEXIST, STEP_OPEN,
        "another user owns the file and may have planted it, so -c does not use it (leave out -c to use it)",
        LIMIT_NONE},
    {ENOSYS, STEP_OPERATE, "this system has no open-file-description locks (use a sysv: name)", LIMIT_NONE},
    {EINVAL, STEP_OPERATE, "this kernel has no open-file-description locks (use a sysv: name)", LIMIT_NONE},
    {0},
};

static void
lock_explain(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	bool file = semaphore->name->kind == NAME_FILE;
	const char *path = semaphore->name->path;

	if (file && path[strlen(path) - 1] == '/' && (error == ENOENT || error == EISDIR || error == ENOTDIR))
		text_format(text, "a lock needs a file (leave out the last slash)");
	else if (error == EBADMSG && S_ISLNK(semaphore->of.lock.kind))
		text_format(text, "a symbolic link, which is not followed %s (name the file that it leads to)",
		    semaphore->options.create ? "with -c" : "in a sticky directory");
	else if (error == EBADMSG)
		text_format(text, "not an ordinary file but %s", place_kind(semaphore->of.lock.kind));
	else if (error == ENOENT && !file)
		text_format(text, "the descriptor is not open (exec %d<>FILE opens it)", semaphore->name->number);
	else if (error == EBADF)
		text_format(text, "the descriptor is not open for writing (exec %d<>FILE opens it so)",
		    semaphore->name->number);
	else if (error == ENOENT)
		text_format(text, "%s", missing(semaphore));
	else
		(void)explanation_add(text, explanations, (int)step, error, 0);
}

const struct semaphore_backend semaphore_lock = {
    .refuse = lock_refuse,
    .open = lock_open,
    .operate = lock_operate,
    .release = lock_release,
    .explain = lock_explain,
    .most = 1,
    .undoes = true,
};
