/*
 * set.c: =N on System V sets. One member, or all of them, are set by semctl, which also clears what the kernel was to
 * give back there (SEM_UNDO); among other operations, or for some members only, =N becomes a part of one semop call.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <time.h>

#include "base/deadline.h"
#include "base/trace.h"
#include "semaphore/internal.h"
#include "semaphore/semaphore.h"

/* One member: SETVAL. */
static int
set_one(const struct semaphore *semaphore, const struct semaphore_operation *operation)
{
	int result =
	    semctl(semaphore->id, (int)operation->member, SETVAL, (union semctl_argument){.value = operation->value});

	if (trace_on)
		trace_call(result, "semctl(%d, %u, SETVAL, %d)", semaphore->id, operation->member, operation->value);
	if (result == 0)
		return 0;
	(void)set_failed(semaphore);
	/* semctl calls EINVAL what semop calls EFBIG. */
	if (errno == EINVAL)
		errno = EFBIG;
	return -1;
}

/* All members: SETALL. Returns 1 if they are not all named. */
static int
set_all(const struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	unsigned short *values = calloc(semaphore->members, sizeof(*values));
	bool *named = calloc(semaphore->members, sizeof(*named));
	size_t i, seen = 0;
	int result = 1;

	for (i = 0; values && named && i < count; i++) {
		unsigned int member = operations[i].member;

		if (member >= semaphore->members)
			break;
		values[member] = (unsigned short)operations[i].value;
		seen += !named[member];
		named[member] = true;
	}
	if (!values || !named) {
		result = -1;
	} else if (i == count && seen == semaphore->members) {
		result = semctl(semaphore->id, 0, SETALL, (union semctl_argument){.values = values});
		set_trace(semaphore, "SETALL", values, semaphore->members, result);
		if (result == -1)
			(void)set_failed(semaphore);
	}
	free(values);
	free(named);
	return result;
}

/*
 * Makes of the operations those of one semop call: for =N what a member has now is taken off, it must then be 0, and N is
 * given; if its value has changed meanwhile the call fails at once. now has the values. Returns how many.
 */
static size_t
compose(const struct semaphore_operation *operations, size_t count, const unsigned short *now, struct sembuf *calls)
{
	size_t used = 0, i, j;

	for (i = 0; i < count; i++) {
		unsigned short member = (unsigned short)operations[i].member;
		int value = now[member];

		for (j = 0; j < i; j++)
			if (operations[j].member == member)
				value = operations[j].set ? operations[j].value : value + operations[j].value;
		if (!operations[i].set) {
			calls[used++] = (struct sembuf){.sem_num = member, .sem_op = (short)operations[i].value};
			continue;
		}
		if (value > 0)
			calls[used++] =
			    (struct sembuf){.sem_num = member, .sem_op = (short)-value, .sem_flg = IPC_NOWAIT};
		calls[used++] = (struct sembuf){.sem_num = member, .sem_flg = IPC_NOWAIT};
		if (operations[i].value)
			calls[used++] = (struct sembuf){.sem_num = member, .sem_op = (short)operations[i].value};
	}
	return used;
}

/* Tries it once with the values of now. -1 with EAGAIN where they have changed, or it would have to wait longer. */
static int
try_once(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count, struct sembuf *calls,
    const struct deadline *deadline)
{
	unsigned short *now;
	size_t members, i;
	int result = -1;

	now = set_values(semaphore, &members);
	if (!now)
		return -1;
	for (i = 0; i < count && operations[i].member < members; i++)
		;
	if (i < count)
		errno = EFBIG;
	else
		result = set_operate(semaphore, calls, compose(operations, count, now, calls), deadline);
	free(now);
	return result;
}

int
set_assign(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count, bool alone,
    const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 1000000};
	struct sembuf *calls;
	int result = 1;

	if (count == 1)
		return set_one(semaphore, operations);
	if (alone && semaphore->members)
		result = set_all(semaphore, operations, count);
	if (result != 1)
		return result;
	calls = calloc(count, 3 * sizeof(*calls));
	if (!calls)
		return -1;
	while ((result = try_once(semaphore, operations, count, calls, deadline)) == -1 && errno == EAGAIN) {
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			break;
		}
		nanosleep(&moment, NULL);
	}
	free(calls);
	return result;
}
