/*
 * sysv.c: System V semaphore sets. Creating one and giving it its values are two calls; that the second was made
 * shows in sem_otime. Who finds a set that is new, and that nobody has operated on, waits a moment for its creator; but
 * not for ever, since other programs need not operate at all. The values are added, not set: so nothing is lost where
 * another program operates in between.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/name.h"
#include "base/text.h"
#include "base/trace.h"
#include "semaphore/internal.h"
#include "semaphore/semaphore.h"

/* How often, 1 ms apart, to look whether a set has been initialised; and the age in seconds from which it must be. */
#define SETTLE 200
#define OLD    2

/* How often to begin again when the set appears, or goes away, between two calls. */
#define TRIES 20

/* The operations of most calls, without an allocation. */
#define FEW 8

static int
get(key_t key, size_t count, int flags, mode_t mode)
{
	int id = semget(key, (int)count, flags | (int)mode);

	if (!trace_on)
		return id;
	if (key == IPC_PRIVATE)
		trace_call(id, "semget(IPC_PRIVATE, %zu, 0%03o)", count, (unsigned int)mode);
	else if (flags)
		trace_call(
		    id, "semget(0x%x, %zu, IPC_CREAT|IPC_EXCL|0%03o)", (unsigned int)key, count, (unsigned int)mode);
	else
		trace_call(id, "semget(0x%x, %zu, 0)", (unsigned int)key, count);
	return id;
}

static int
look(const struct semaphore *semaphore, struct semid_ds *status)
{
	return semctl(semaphore->id, 0, IPC_STAT, (union semctl_argument){.status = status});
}

/* Prints a call of semop, or of semtimedop where there is that and a deadline. */
static void
trace_operations(int id, const struct sembuf *operations, size_t count, const struct deadline *deadline, int result)
{
	bool times = semaphore_times && deadline && deadline->limited;
	struct text call = {0};
	size_t i;

	if (!trace_wanted(result))
		return;
	text_format(&call, "%s(%d, {", times ? "semtimedop" : "semop", id);
	for (i = 0; i < count; i++) {
		int flags = operations[i].sem_flg;

		text_format(&call, "%s{sem_num=%u, sem_op=%d, sem_flg=%s%s%s%s}", i ? ", " : "", operations[i].sem_num,
		    operations[i].sem_op, flags & SEM_UNDO ? "SEM_UNDO" : "",
		    flags & SEM_UNDO && flags & IPC_NOWAIT ? "|" : "", flags & IPC_NOWAIT ? "IPC_NOWAIT" : "",
		    flags ? "" : "0");
	}
	text_format(&call, "}, %zu%s)", count, times ? ", {...}" : "");
	trace_end(&call, result);
}

static int
remove_set(struct semaphore *semaphore)
{
	int result = semctl(semaphore->id, 0, IPC_RMID);

	if (trace_on)
		trace_call(result, "semctl(%d, 0, IPC_RMID)", semaphore->id);
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

/* Adds the initial values to a new set, whose members are 0. An operation even where all of them are: it tells. */
static int
initialise(struct semaphore *semaphore)
{
	size_t count = semaphore->asked.count ? semaphore->asked.count : 1, used = 0, i;
	struct sembuf *operations = calloc(count, sizeof(*operations));
	int result;

	if (!operations)
		return -1;
	for (i = 0; i < count; i++)
		if (semaphore->asked.values[i])
			operations[used++] =
			    (struct sembuf){.sem_num = (unsigned short)i, .sem_op = (short)semaphore->asked.values[i]};
	if (used == 0)
		operations[used++].sem_flg = IPC_NOWAIT;
	semaphore->calls = used;
	result = semop(semaphore->id, operations, used);
	trace_operations(semaphore->id, operations, used, NULL, result);
	free(operations);
	/* All of them are 0, and another program has been faster. */
	return result == -1 && errno == EAGAIN ? 0 : result;
}

/* semctl(IPC_SET) of the mode. */
static int
set_mode(const struct semaphore *semaphore)
{
	struct semid_ds now;
	int result;

	if (look(semaphore, &now) == -1)
		return -1;
	now.sem_perm.mode = semaphore->asked.mode;
	result = semctl(semaphore->id, 0, IPC_SET, (union semctl_argument){.status = &now});
	if (trace_on)
		trace_call(
		    result, "semctl(%d, 0, IPC_SET, {mode=0%03o})", semaphore->id, (unsigned int)semaphore->asked.mode);
	return result;
}

/* Creates the set. Between the two calls nothing but SIGKILL stops it. */
static int
create(struct semaphore *semaphore, key_t key)
{
	size_t count = semaphore->asked.count ? semaphore->asked.count : 1;
	mode_t mode = semaphore->asked.mode;
	struct semid_ds now;
	int result = 0, saved;

	semaphore->members = count;
	if (interrupt_hold() == -1)
		return -1;
	/* Its creator must be able to initialise it; the mode that was asked for may not let him. */
	semaphore->id = get(key, count, key == IPC_PRIVATE ? 0 : IPC_CREAT | IPC_EXCL, mode | 0600);
	if (semaphore->id == -1) {
		result = -1;
	} else if (initialise(semaphore) == -1 || (mode != (mode | 0600) && set_mode(semaphore) == -1)) {
		saved = errno;
		/* What somebody uses already stays. */
		if (look(semaphore, &now) == -1 || now.sem_otime == 0)
			(void)remove_set(semaphore);
		errno = saved;
		result = -1;
	}
	saved = errno;
	interrupt_release();
	errno = saved;
	return result;
}

/*
 * Learns the number of members of a set that exists; of one that is new, and that nobody has operated on, waits a little
 * for its creator. Who may not look may still be allowed to operate.
 */
static int
settle(struct semaphore *semaphore)
{
	static const struct timespec moment = {.tv_nsec = 1000000};
	struct semid_ds now;
	int tries;

	for (tries = 0; tries < SETTLE && !interrupt_caught(); tries++) {
		if (look(semaphore, &now) == -1)
			return errno == EACCES ? 0 : -1;
		semaphore->members = now.sem_nsems;
		if (now.sem_otime || time(NULL) - now.sem_ctime > OLD)
			break;
		nanosleep(&moment, NULL);
	}
	if (semaphore->asked.count && semaphore->asked.count != semaphore->members) {
		semaphore->differs = true;
		errno = EEXIST;
		return -1;
	}
	return 0;
}

static int
open_key(struct semaphore *semaphore, key_t key)
{
	int tries = TRIES;

	do {
		if (!semaphore->asked.exclusive) {
			semaphore->id = get(key, 0, 0, 0);
			if (semaphore->id != -1 && settle(semaphore) == 0)
				return 0;
			if (semaphore->id != -1 && (errno == EINVAL || errno == EIDRM))
				continue; /* removed between the calls */
			if (semaphore->id != -1 || errno != ENOENT || !semaphore->asked.create)
				return -1;
		}
		if (create(semaphore, key) == 0)
			return 0;
		if (errno != EEXIST || semaphore->asked.exclusive)
			return -1;
	} while (--tries > 0);
	return -1;
}

static int
open_sysv(struct semaphore *semaphore)
{
	key_t key;

	if (semaphore->name->kind == NAME_ID) {
		semaphore->id = semaphore->name->number;
		if (settle(semaphore) == 0)
			return 0;
		if (errno == EINVAL || errno == EIDRM)
			errno = ENOENT;
		return -1;
	}
	if (semaphore->name->kind == NAME_NEW) {
		if (create(semaphore, IPC_PRIVATE) == -1)
			return -1;
		snprintf(semaphore->handle, sizeof(semaphore->handle), "sysv:@%d", semaphore->id);
		semaphore->text = semaphore->handle;
		return 0;
	}
	if (name_key(semaphore->name, &key) == -1) {
		semaphore->unkeyed = true;
		return -1;
	}
	return open_key(semaphore, key);
}

static void
close_sysv(struct semaphore *semaphore)
{
	(void)semaphore; /* an identifier is no descriptor */
}

int
set_failed(const struct semaphore *semaphore)
{
	struct semid_ds now;
	int saved = errno;

	if (saved == EINVAL && look(semaphore, &now) == -1 && (errno == EINVAL || errno == EIDRM))
		saved = EIDRM;
	errno = saved;
	return -1;
}

void
set_trace(
    const struct semaphore *semaphore, const char *command, const unsigned short *values, size_t count, int result)
{
	struct text call = {0};
	size_t i;

	if (!trace_on)
		return;
	text_format(&call, "semctl(%d, 0, %s, {", semaphore->id, command);
	for (i = 0; i < count && result == 0; i++)
		text_format(&call, "%s%d", i ? ", " : "", values[i]);
	text_format(&call, "})");
	trace_end(&call, result);
}

unsigned short *
set_values(const struct semaphore *semaphore, size_t *count)
{
	unsigned short *values;
	struct semid_ds now;
	int result;

	if (look(semaphore, &now) == -1) {
		(void)set_failed(semaphore);
		return NULL;
	}
	*count = now.sem_nsems;
	values = calloc(*count, sizeof(*values));
	if (!values)
		return NULL;
	result = semctl(semaphore->id, 0, GETALL, (union semctl_argument){.values = values});
	set_trace(semaphore, "GETALL", values, *count, result);
	if (result == 0)
		return values;
	(void)set_failed(semaphore);
	free(values);
	return NULL;
}

static int
values_sysv(struct semaphore *semaphore, int **values, size_t *count)
{
	unsigned short *found;
	size_t i;

	found = set_values(semaphore, count);
	if (!found)
		return -1;
	*values = calloc(*count, sizeof(**values));
	for (i = 0; *values && i < *count; i++)
		(*values)[i] = found[i];
	free(found);
	return *values ? 0 : -1;
}

int
set_operate(struct semaphore *semaphore, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	int result;

	semaphore->calls = count;
	for (;;) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		result = semaphore_set_operate(semaphore->id, operations, count, deadline);
		trace_operations(semaphore->id, operations, count, deadline, result);
		if (result == 0)
			return 0;
		if (errno != EINTR)
			return set_failed(semaphore);
	}
}

static int
operate_sysv(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    const struct deadline *deadline, bool undo)
{
	struct sembuf few[FEW], *calls = few;
	size_t i, sets = 0;
	int result;

	for (i = 0; i < count; i++)
		sets += operations[i].set;
	if (sets)
		return set_assign(semaphore, operations, count, sets == count, deadline);
	if (count > FEW && !(calls = calloc(count, sizeof(*calls))))
		return -1;
	for (i = 0; i < count; i++)
		calls[i] = (struct sembuf){.sem_num = (unsigned short)operations[i].member,
		    .sem_op = (short)operations[i].value,
		    .sem_flg = undo ? SEM_UNDO : 0};
	result = set_operate(semaphore, calls, count, deadline);
	if (result == -1 && errno == EAGAIN)
		errno = ETIMEDOUT;
	if (calls != few)
		free(calls);
	return result;
}

/* Too many sets, or too many semaphores in all of them. */
static void
explain_full(const struct semaphore *semaphore, struct text *text)
{
	size_t count = semaphore->asked.count ? semaphore->asked.count : 1;

	if (limit_used(LIMIT_SEMMNI) >= limit_value(LIMIT_SEMMNI))
		limit_explain(text, LIMIT_SEMMNI, 0);
	else
		limit_explain(text, LIMIT_SEMMNS, limit_used(LIMIT_SEMMNS) + count);
}

static bool
explain_open(const struct semaphore *semaphore, int error, struct text *text)
{
	if (semaphore->unkeyed)
		text_format(text, "no key from this path: %s", strerror(error));
	else if (semaphore->differs)
		text_format(text, "it exists with %zu member%s, not the %zu of -i (leave out -i, or remove it first)",
		    semaphore->members, semaphore->members == 1 ? "" : "s", semaphore->asked.count);
	else if (error == ENOENT && semaphore->name->kind == NAME_ID)
		text_format(text, "no such semaphore (an identifier names one that exists; ipcs -s lists them)");
	else if (error == ENOSPC)
		explain_full(semaphore, text);
	else if (error == EINVAL)
		limit_explain(text, LIMIT_SEMMSL, semaphore->asked.count);
	else if (error == E2BIG)
		limit_explain(text, LIMIT_SEMOPM, semaphore->calls);
	else
		return false;
	return true;
}

static bool
explain_sysv(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	if (step == SEMAPHORE_OPEN)
		return explain_open(semaphore, error, text);
	if (error == EFBIG && semaphore->members == 1)
		text_format(text, "it has one member, with INDEX 0");
	else if (error == EFBIG && semaphore->members)
		text_format(text, "the set has %zu members, so INDEX goes from 0 to %zu", semaphore->members,
		    semaphore->members - 1);
	else if (error == EFBIG)
		text_format(text, "the set has no member with this INDEX");
	else if (error == E2BIG)
		limit_explain(text, LIMIT_SEMOPM, semaphore->calls);
	else if (error == ENOSPC)
		text_format(text, "the system has no room for another process that gives back what it took (SEM_UNDO)");
	else
		return false;
	return true;
}

const struct semaphore_backend semaphore_sysv = {
    .open = open_sysv,
    .operate = operate_sysv,
    .values = values_sysv,
    .unlink = remove_set,
    .close = close_sysv,
    .explain = explain_sysv,
    .most = SEMAPHORE_SYSV_MAX,
    .undoes = true,
};
