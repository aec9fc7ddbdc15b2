/*
 * sysv_assign.c: =N on System V sets. One member, or all of them, are set by semctl(2), which also clears what the kernel
 * would give back there (SEM_UNDO). Some members of several are set by one semop(2), which clears nothing.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "semaphore/internal.h"

/* The value wanted of a member that stays as it is. */
#define KEEP (-1)

/* Stores what is wanted of each member. Returns the number of members to set, or 0 with EFBIG. */
static size_t
read_wanted(const struct semaphore_operation *operations, size_t count, int *wanted, size_t members)
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
		wanted[member] = operations[i].value;
	}
	return named;
}

/*
 * Sets some members, if their values are still those found: takes the value found, which must leave 0, and gives the value
 * wanted. Returns 0 or -1. Errors: EAGAIN (a value has changed).
 */
static int
exchange(struct semaphore *semaphore, const int *wanted, const unsigned short *found, size_t members)
{
	struct sembuf *calls = calloc(members, 3 * sizeof(*calls));
	size_t used = 0, i, step;
	int result;

	if (!calls)
		return -1;
	for (i = 0; i < members; i++) {
		const int steps[] = {-found[i], 0, wanted[i]};

		for (step = 0; step < 3 && wanted[i] != KEEP; step++)
			calls[used++] = (struct sembuf){
			    .sem_num = (unsigned short)i, .sem_op = (short)steps[step], .sem_flg = IPC_NOWAIT};
	}
	semaphore->of.sysv.requested = used;
	result = trace_semop(semaphore->of.sysv.id, calls, used, NULL);
	free(calls);
	return result;
}

/* Sets some members; begins again while other processes change them in between. */
static int
set_some(struct semaphore *semaphore, const int *wanted, unsigned short *values, size_t members)
{
	while (!interrupt_caught()) {
		if (trace_all_values(semaphore->of.sysv.id, GETALL, values, members) == -1)
			return -1;
		if (exchange(semaphore, wanted, values, members) == 0)
			return 0;
		if (errno != EAGAIN)
			return -1;
	}
	errno = EINTR;
	return -1;
}

static int
set_all(struct semaphore *semaphore, const int *wanted, unsigned short *values, size_t members)
{
	size_t i;

	for (i = 0; i < members; i++)
		values[i] = (unsigned short)wanted[i];
	return trace_all_values(semaphore->of.sysv.id, SETALL, values, members);
}

int
sysv_assign(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	struct semid_ds status;
	unsigned short *values;
	size_t members, named;
	int result = -1, *wanted;

	if (count == 1)
		return trace_setval(semaphore->of.sysv.id, operations->member, operations->value);
	if (sysv_status(semaphore->of.sysv.id, &status) == -1)
		return -1;
	members = status.sem_nsems;
	values = calloc(members, sizeof(*values));
	wanted = calloc(members, sizeof(*wanted));
	if (values && wanted && (named = read_wanted(operations, count, wanted, members)) > 0)
		result = (named == members ? set_all : set_some)(semaphore, wanted, values, members);
	free(values);
	free(wanted);
	return result;
}
