/*
 * portable.c: POSIX does not show the size of a semaphore's memory, so the memory is touched once with SIGBUS caught. A
 * timer interrupts the waits that a deadline bounds (deadline_tick). See sem_open(3p), semop(3p).
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>

#include "semaphore/internal.h"

const bool semaphore_has_semtimedop = false;

static sigjmp_buf fault;

static void
jump(int number)
{
	siglongjmp(fault, number);
}

int
semaphore_sound(const char *name)
{
	struct sigaction action = {.sa_handler = jump}, before;
	sem_t *semaphore = sem_open(name, 0);
	int value, result = 0;

	if (semaphore == SEM_FAILED)
		return 0; /* the caller's own sem_open decides */
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &before);
	if (sigsetjmp(fault, 1) == 0)
		(void)sem_getvalue(semaphore, &value);
	else
		result = -1;
	sigaction(SIGBUS, &before, NULL);
	sem_close(semaphore);
	errno = EBADMSG;
	return result;
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
