/*
 * semaphore.c for POSIX. Whether a semaphore's memory is there at all is found out by touching it; whether it still has
 * its name, by opening that again; and a timer interrupts waits that a deadline bounds (deadline_tick). Source:
 * sem_open(3p), semop(3p).
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>

#include "../backend.h"

static sigjmp_buf fault;

static void
jump(int number)
{
	siglongjmp(fault, number);
}

int
semaphore_sound(const char *name, int *watch)
{
	struct sigaction action = {.sa_handler = jump}, before;
	sem_t *semaphore = sem_open(name, 0);
	int value, result = 0;

	*watch = -1;
	if (semaphore == SEM_FAILED)
		return 0; /* sem_open has to tell, when it is its turn */
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

bool
semaphore_removed(const struct sema *sema)
{
	sem_t *now = sem_open(sema->name->path, 0);
	bool same = now == sema->semaphore; /* opening it twice gives the same address */

	if (now == SEM_FAILED)
		return errno == ENOENT;
	sem_close(now);
	return !same;
}

int
semaphore_set_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	size_t i;

	if (deadline->limited && !deadline_passed(deadline)) {
		if (deadline_tick(deadline) == -1)
			return -1;
	} else if (deadline->limited) {
		for (i = 0; i < count; i++)
			operations[i].sem_flg |= IPC_NOWAIT;
	}
	return semop(id, operations, count);
}
