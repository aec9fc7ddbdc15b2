/*
 * linux.c: a POSIX semaphore is a regular file in the shared memory file system, whose size can be checked;
 * semtimedop(2) takes a timeout. See sem_overview(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>

#include "semaphore/internal.h"

const bool semaphore_has_semtimedop = true;

int
semaphore_sound(const char *name)
{
	struct text file = {0};
	struct stat st;
	int result = 0;

	text_format(&file, "/dev/shm/sem.%s", name + 1);
	/* If there is no such file, or the C library keeps it elsewhere, sem_open decides. */
	if (file.data && lstat(file.data, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(sem_t))) {
		errno = EBADMSG;
		result = -1;
	}
	text_free(&file);
	return result;
}

int
semaphore_timed_semop(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	const long long left = deadline_left(deadline), second = 1000000000, wait = left > 0 ? left : 0;
	const struct timespec timeout = {.tv_sec = (time_t)(wait / second), .tv_nsec = (long)(wait % second)};

	return semtimedop(id, operations, count, &timeout);
}
