/*
 * portable.c: POSIX does not show the file of a semaphore, and has no open-file-description locks before its edition of
 * 2024. A timer interrupts the waits that a deadline bounds (deadline_tick). See sem_open(3p), semop(3p).
 */
#include <errno.h>

#include "base/error.h"
#include "semaphore/internal.h"

const bool semaphore_has_semtimedop = false;

int
semaphore_file(const char *name, bool careful, const struct deadline *deadline, struct stat *st)
{
	(void)name;
	(void)careful;
	(void)deadline;
	(void)st;
	return error_set(ENOENT);
}

bool
semaphore_renamed(const char *name, int file)
{
	(void)name;
	(void)file;
	return false;
}

int
semaphore_watch(int file)
{
	(void)file;
	return error_set(ENOSYS);
}

void
semaphore_drain(int watch)
{
	(void)watch;
}

void
semaphore_unwatch(int watch)
{
	(void)watch;
}

int
semaphore_lock_byte(int fd, long byte, enum lock_action action)
{
	(void)fd;
	(void)byte;
	(void)action;
	return error_set(ENOSYS);
}

long
semaphore_lock_end(int fd, long byte)
{
	(void)fd;
	return byte + 1;
}

int
semaphore_reopen(int fd)
{
	(void)fd;
	return error_set(ENOSYS);
}

int
semaphore_timed_semop(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	bool passed = deadline_passed(deadline);
	size_t i;

	if (!passed && deadline_tick(deadline) == -1)
		return -1;
	for (i = 0; passed && i < count; i++)
		operations[i].sem_flg |= IPC_NOWAIT;
	return semop(id, operations, count);
}
