/*
 * posix_open.c: opens and creates POSIX semaphores. Anything can have the name of one, so it is looked at first.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "semaphore/internal.h"

/* The bytes of a semaphore of programs with the other word size: 16 for 32 bits, 32 for 64. */
#define OTHER_SIZE (POSIX_OTHER_BITS / 2)

/* Look at the object with the name, and keep its file open. */
static int
open_file(struct semaphore *semaphore)
{
	struct semaphore_posix *posix = &semaphore->of.posix;
	struct stat st = {0};

	posix->file = semaphore_file(semaphore->name->path, semaphore->options.create, &semaphore->deadline, &st);
	posix->kind = st.st_mode;
	/* If there is no such file, or the C library keeps it elsewhere, sem_open decides. */
	if (posix->file == -1)
		return errno == ENOENT ? 0 : -1;
	if (st.st_size == OTHER_SIZE)
		return error_set(ENOEXEC);
	return st.st_size < (off_t)sizeof(sem_t) ? error_set(EBADMSG) : 0;
}

int
posix_semaphore_read(void *to)
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
	result = guard_call(posix_semaphore_read, &posix);
	saved = errno;
	sem_close(posix.opened);
	errno = saved;
	return result;
}

void
posix_semaphore_close(struct semaphore *semaphore)
{
	struct semaphore_posix *posix = &semaphore->of.posix;
	int saved = errno;

	if (posix->opened)
		sem_close(posix->opened);
	if (posix->file != -1)
		close(posix->file);
	if (posix->watch != -1)
		close(posix->watch);
	*posix = (struct semaphore_posix){.file = -1, .watch = -1, .kind = posix->kind};
	errno = saved;
}

int
posix_semaphore_open(struct semaphore *semaphore, bool create)
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
	else if (posix->opened && (create || posix->file != -1 || guard_call(posix_semaphore_read, posix) == 0))
		return 0;
	posix_semaphore_close(semaphore);
	return -1;
}
