/*
 * sysv_create.c: creates a System V set with its values. Creating and the first semop(2) are two calls; sem_otime shows
 * that the second call was made, and other processes wait for that (sysv.c). The values are added, not assigned, so the
 * operations of another program in between are not lost.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "semaphore/internal.h"

/*
 * Add the values to a new set, whose members are 0. Call semop(2) even if all values are 0, because it sets sem_otime.
 */
static int
initialise(struct semaphore *semaphore)
{
	const int *values = semaphore->options.values;
	size_t count = semaphore->of.sysv.members, used = 0, i;
	struct sembuf *operations = calloc(count, sizeof(*operations));
	int result;

	if (!operations)
		return -1;
	for (i = 0; i < count; i++)
		if (values[i])
			operations[used++] = (struct sembuf){.sem_num = (unsigned short)i, .sem_op = (short)values[i]};
	if (used == 0)
		operations[used++].sem_flg = IPC_NOWAIT;
	semaphore->of.sysv.requested = used;
	while ((result = trace_semop(semaphore->of.sysv.id, operations, used, NULL)) == -1 && errno == EINTR)
		;
	free(operations);
	/* With IPC_NOWAIT EAGAIN means that another program has already given something. */
	return result == -1 && errno == EAGAIN ? 0 : result;
}

int
sysv_create(struct semaphore *semaphore)
{
	struct semaphore_sysv *set = &semaphore->of.sysv;
	/* The creator must be able to initialise the set, even if the mode that was asked for forbids that. */
	mode_t asked = semaphore->options.mode, mode = asked | 0600;
	key_t key = semaphore->key;
	struct semid_ds now;
	int result, saved;

	set->members = set->requested = semaphore->options.count ? semaphore->options.count : 1;
	/* Only SIGKILL can end the process between the two calls. */
	if (interrupt_hold() == -1)
		return -1;
	set->id = trace_semget(key, set->members, key == IPC_PRIVATE ? 0 : IPC_CREAT | IPC_EXCL, mode);
	result = set->id;
	if (result != -1)
		result = initialise(semaphore);
	if (result != -1 && mode != asked)
		result = trace_set_mode(set->id, asked);
	saved = errno;
	/* Another program may use the set already. */
	if (result == -1 && set->id != -1 && (sysv_status(set->id, &now) == -1 || now.sem_otime == 0))
		(void)trace_remove(set->id);
	interrupt_release();
	if (result == 0 && key == IPC_PRIVATE) {
		snprintf(set->handle, sizeof(set->handle), "sysv:@%d", set->id);
		semaphore->text = set->handle;
	}
	errno = saved;
	return result;
}
