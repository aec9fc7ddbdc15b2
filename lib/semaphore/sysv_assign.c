/*
 * sysv_assign.c: =N on System V sets. semctl(2) sets one member, or all of them, and also clears the amounts that the
 * kernel would give back there (SEM_UNDO). One semop(2) sets some members of several, and clears nothing.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "semaphore/internal.h"

/* Mark in place of the value of a member that stays as it is. No value is as large. */
#define KEEP USHRT_MAX

/* Store the value that is wanted of each member. Returns the number of members to set, or 0 with EFBIG. */
static size_t
read_wanted(const struct semaphore_operation *operations, size_t count, unsigned short *wanted, size_t members)
{
	size_t named = 0, i;

	for (i = 0; i < members; i++)
		wanted[i] = KEEP;
	for (i = 0; i < count; i++) {
		unsigned int member = operations[i].member;

		if (member >= members) {
			errno = EFBIG;
			return 0;
		}
		named += wanted[member] == KEEP;
		wanted[member] = (unsigned short)operations[i].value;
	}
	return named;
}

/*
 * Set some members if their values are still those found: take the value found, which must leave 0, and give the value
 * wanted. Begin again if another process has changed a value in between. found has space for all values.
 */
static int
set_some(struct semaphore *semaphore, const unsigned short *wanted, unsigned short *found, size_t members, size_t named)
{
	struct semaphore_sysv *set = &semaphore->of.sysv;
	struct sembuf *calls = calloc(named, 3 * sizeof(*calls));
	int result = -1;
	size_t i, step;

	errno = calls ? EAGAIN : ENOMEM;
	while (result == -1 && errno == EAGAIN && !interrupt_caught()) {
		if (trace_all_values(set->id, GETALL, found, members) == -1)
			break;
		set->requested = 0;
		for (i = 0; i < members; i++) {
			const int steps[] = {-found[i], 0, wanted[i]};

			for (step = 0; step < 3 && wanted[i] != KEEP; step++)
				calls[set->requested++] = (struct sembuf){
				    .sem_num = (unsigned short)i, .sem_op = (short)steps[step], .sem_flg = IPC_NOWAIT};
		}
		result = trace_semop(set->id, calls, set->requested, NULL);
	}
	free(calls);
	if (result == -1 && errno == EAGAIN)
		errno = EINTR;
	return result;
}

int
sysv_assign(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	int id = semaphore->of.sysv.id, result = -1;
	unsigned short *wanted;
	struct semid_ds status;
	size_t members, named;

	if (count == 1)
		return trace_setval(id, operations->member, operations->value);
	if (sysv_status(id, &status) == -1)
		return -1;
	members = status.sem_nsems;
	wanted = calloc(members, 2 * sizeof(*wanted));
	if (!wanted)
		return -1;
	named = read_wanted(operations, count, wanted, members);
	if (named == members)
		result = trace_all_values(id, SETALL, wanted, members);
	else if (named > 0)
		result = set_some(semaphore, wanted, wanted + members, members, named);
	free(wanted);
	return result;
}
