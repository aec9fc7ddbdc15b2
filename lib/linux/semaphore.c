/*
 * semaphore.c for Linux: POSIX semaphores are files of the shared memory file system, which tell their size and whether
 * they still have a name; System V operations take a timeout. Source: sem_overview(7), semtimedop(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../backend.h"

int
semaphore_sound(const char *name, int *watch)
{
	struct text file = {0};
	struct stat st;

	text_format(&file, "/sem.%s", name + 1);
	*watch = file.data ? shm_open(file.data, O_RDONLY, 0) : -1;
	text_free(&file);
	/* Not there, not to be read, or not kept there by this C library: then sem_open has to tell. */
	if (*watch == -1 || fstat(*watch, &st) == -1 || st.st_size >= (off_t)sizeof(sem_t))
		return 0;
	close(*watch);
	*watch = -1;
	errno = EBADMSG;
	return -1;
}

bool
semaphore_removed(const struct sema *sema)
{
	struct stat st;

	return sema->watch != -1 && fstat(sema->watch, &st) == 0 && st.st_nlink == 0;
}

int
semaphore_set_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	struct timespec left = {0};
	long long rest;

	if (!deadline->limited)
		return semop(id, operations, count);
	rest = deadline_left(deadline);
	if (rest > 0) {
		left.tv_sec = (time_t)(rest / 1000000000);
		left.tv_nsec = (long)(rest % 1000000000);
	}
	return semtimedop(id, operations, count, &left);
}
