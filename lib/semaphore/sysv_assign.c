/*
 * sysv_assign.c: =N on System V sets. One member, or all of them, are set by semctl(2), which also clears what the kernel
 * would give back there (SEM_UNDO). Some members of several are set by one semop(2), which clears nothing.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "base/interrupt.h"
#include "semaphore/internal.h"
#include "semaphore/semaphore.h"

/* The members of a set: the values found and wanted, and which of them are to be set. */
struct assignment {
	unsigned short *found, *wanted;
	bool *named;
	size_t members, count; /* of the set; to be set */
};

/*
 * Sets some members by one call: takes the value found, which must leave 0, and gives the value wanted. Returns 0 or -1.
 * Errors: EAGAIN (a value has changed meanwhile).
 */
static int
exchange(struct semaphore *semaphore, const struct assignment *assignment)
{
	struct sembuf *calls = calloc(assignment->count, 3 * sizeof(*calls));
	size_t used = 0, i;
	int result;

	if (!calls)
		return -1;
	for (i = 0; i < assignment->members; i++) {
		struct sembuf call = {.sem_num = (unsigned short)i, .sem_flg = IPC_NOWAIT};

		if (!assignment->named[i])
			continue;
		call.sem_op = (short)-assignment->found[i];
		if (call.sem_op)
			calls[used++] = call;
		call.sem_op = 0;
		calls[used++] = call;
		call.sem_op = (short)assignment->wanted[i];
		if (call.sem_op)
			calls[used++] = call;
	}
	semaphore->of.sysv.requested = used;
	result = trace_semop(semaphore->of.sysv.id, calls, used, NULL);
	free(calls);
	return result;
}

/* Marks the members to be set. Returns 0, or -1 with EFBIG. */
static int
name_members(struct assignment *assignment, const struct semaphore_operation *operations, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		unsigned int member = operations[i].member;

		if (member >= assignment->members) {
			errno = EFBIG;
			return -1;
		}
		assignment->count += !assignment->named[member];
		assignment->named[member] = true;
		assignment->wanted[member] = (unsigned short)operations[i].value;
	}
	return 0;
}

static int
set_members(struct semaphore *semaphore, struct assignment *assignment)
{
	int id = semaphore->of.sysv.id;

	if (assignment->count == assignment->members)
		return trace_setall(id, assignment->wanted, assignment->members);
	for (;;) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		if (trace_getall(id, assignment->found, assignment->members) == -1)
			return -1;
		if (exchange(semaphore, assignment) == 0)
			return 0;
		/* Another process was faster, so this ends once the others pause. */
		if (errno != EAGAIN)
			return -1;
	}
}

int
sysv_assign(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	struct assignment assignment = {0};
	struct semid_ds status;
	int result = -1;

	if (count == 1)
		return trace_setval(semaphore->of.sysv.id, operations->member, operations->value);
	if (sysv_status(semaphore->of.sysv.id, &status) == -1)
		return -1;
	assignment.members = status.sem_nsems;
	assignment.found = calloc(assignment.members, sizeof(*assignment.found));
	assignment.wanted = calloc(assignment.members, sizeof(*assignment.wanted));
	assignment.named = calloc(assignment.members, sizeof(*assignment.named));
	if (assignment.found && assignment.wanted && assignment.named &&
	    name_members(&assignment, operations, count) == 0)
		result = set_members(semaphore, &assignment);
	free(assignment.found);
	free(assignment.wanted);
	free(assignment.named);
	return result;
}
