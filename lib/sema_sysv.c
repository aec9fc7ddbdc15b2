/*
 * sema_sysv.c: System V semaphore sets. Creating one and giving it its values are two calls, so the values are added by
 * the first semop: those who take and give meanwhile need not wait for it, as their operations commute with it; those
 * who look or set wait until sem_otime tells of it, but not for ever, since other programs need not ever operate.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

/* How often, 10 ms apart, to look whether a set has been initialised. */
#define SETTLE 20

/* How often to begin again when the set appears, or goes away, between two calls. */
#define TRIES 20

/* The operations of most calls, without an allocation. */
#define FEW 8

/* The fourth argument of semctl, which the caller has to define. */
union argument {
	int value;
	struct semid_ds *status;
	unsigned short *values;
};

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
status(const struct sema *sema, struct semid_ds *result)
{
	return semctl(sema->id, 0, IPC_STAT, (union argument){.status = result});
}

/* Adds operations as an array of structures, for the trace. */
static void
trace_operations(int id, const struct sembuf *operations, size_t count, int result)
{
	struct text call = {0};
	size_t i;

	if (!trace_wanted(result))
		return;
	text_format(&call, "semop(%d, {", id);
	for (i = 0; i < count; i++) {
		int flags = operations[i].sem_flg;

		text_format(&call, "%s{%u, %d, %s%s%s%s}", i ? ", " : "", operations[i].sem_num, operations[i].sem_op,
		    flags & SEM_UNDO ? "SEM_UNDO" : "", flags & SEM_UNDO && flags & IPC_NOWAIT ? "|" : "",
		    flags & IPC_NOWAIT ? "IPC_NOWAIT" : "", flags ? "" : "0");
	}
	text_format(&call, "}, %zu)", count);
	trace_end(&call, result);
}

static int
remove_set(struct sema *sema)
{
	int result = semctl(sema->id, 0, IPC_RMID);

	if (trace_on)
		trace_call(result, "semctl(%d, 0, IPC_RMID)", sema->id);
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

/* Adds the initial values to a new set, whose members are 0. Also where all of them are 0: it tells that it is done. */
static int
initialise(struct sema *sema)
{
	size_t count = sema->asked.count ? sema->asked.count : 1, used = 0, i;
	struct sembuf *operations = calloc(count, sizeof(*operations));
	int result;

	if (!operations)
		return -1;
	for (i = 0; i < count; i++)
		if (sema->asked.values[i])
			operations[used++] =
			    (struct sembuf){.sem_num = (unsigned short)i, .sem_op = (short)sema->asked.values[i]};
	if (used == 0)
		operations[used++].sem_flg = IPC_NOWAIT;
	result = semop(sema->id, operations, used);
	trace_operations(sema->id, operations, used, result);
	free(operations);
	return result;
}

/* semctl(IPC_SET) of the mode. */
static int
set_mode(const struct sema *sema)
{
	struct semid_ds now;
	int result;

	if (status(sema, &now) == -1)
		return -1;
	now.sem_perm.mode = sema->asked.mode;
	result = semctl(sema->id, 0, IPC_SET, (union argument){.status = &now});
	if (trace_on)
		trace_call(result, "semctl(%d, 0, IPC_SET, {mode=0%03o})", sema->id, (unsigned int)sema->asked.mode);
	return result;
}

/* Creates the set. Between the two calls nothing but SIGKILL stops it. */
static int
create(struct sema *sema, key_t key)
{
	size_t count = sema->asked.count ? sema->asked.count : 1;
	mode_t mode = sema->asked.mode;
	int result = 0, saved;

	if (sigs_hold() == -1)
		return -1;
	/* Its creator must be able to initialise it; the mode that was asked for may not let him. */
	sema->id = get(key, count, key == IPC_PRIVATE ? 0 : IPC_CREAT | IPC_EXCL, mode | 0600);
	if (sema->id == -1) {
		result = -1;
	} else if (initialise(sema) == -1 || (mode != (mode | 0600) && set_mode(sema) == -1)) {
		saved = errno;
		(void)remove_set(sema);
		errno = saved;
		result = -1;
	}
	saved = errno;
	sigs_release();
	errno = saved;
	return result;
}

static int
open_key(struct sema *sema, key_t key)
{
	int tries = TRIES;

	do {
		if (!sema->asked.exclusive) {
			sema->id = get(key, sema->asked.count, 0, 0);
			if (sema->id == -1 && errno == EINVAL) {
				sema->fewer = get(key, 0, 0, 0) != -1;
				errno = EINVAL;
				return -1;
			}
			if (sema->id != -1 || errno != ENOENT || !sema->asked.create)
				return sema->id == -1 ? -1 : 0;
		}
		if (create(sema, key) == 0)
			return 0;
	} while (errno == EEXIST && !sema->asked.exclusive && --tries > 0);
	return -1;
}

static int
open_sysv(struct sema *sema)
{
	struct semid_ds now;
	key_t key;

	if (sema->name->kind == NAME_ID) {
		sema->id = sema->name->number;
		/* Who may not look may still be allowed to operate. */
		if (status(sema, &now) == 0 || errno == EACCES)
			return 0;
		if (errno == EINVAL || errno == EIDRM)
			errno = ENOENT;
		return -1;
	}
	if (sema->name->kind == NAME_NEW) {
		if (create(sema, IPC_PRIVATE) == -1)
			return -1;
		snprintf(sema->handle, sizeof(sema->handle), "sysv:@%d", sema->id);
		sema->text = sema->handle;
		return 0;
	}
	if (name_key(sema->name, &key) == -1) {
		sema->unkeyed = true;
		return -1;
	}
	return open_key(sema, key);
}

static void
close_sysv(struct sema *sema)
{
	(void)sema; /* an identifier is no descriptor */
}

/* After a call that failed on a set that was open: EINVAL too means that it was removed. */
static int
removed(const struct sema *sema)
{
	struct semid_ds now;
	int saved = errno;

	if (saved == EINVAL && status(sema, &now) == -1 && (errno == EINVAL || errno == EIDRM))
		saved = EIDRM;
	errno = saved;
	return -1;
}

/* Waits a little for a set that nobody has operated on: its creator may be about to initialise it. */
static int
settle(const struct sema *sema)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	struct semid_ds now;
	int tries;

	for (tries = 0; tries < SETTLE; tries++) {
		if (status(sema, &now) == -1)
			return errno == EACCES ? 0 : removed(sema);
		if (now.sem_otime || sigs_caught())
			return 0;
		nanosleep(&moment, NULL);
	}
	return 0;
}

static void
trace_values(const struct sema *sema, const char *command, const unsigned short *values, size_t count, int result)
{
	struct text call = {0};
	size_t i;

	if (!trace_on)
		return;
	text_format(&call, "semctl(%d, 0, %s, {", sema->id, command);
	for (i = 0; i < count && result == 0; i++)
		text_format(&call, "%s%d", i ? ", " : "", values[i]);
	text_format(&call, "})");
	trace_end(&call, result);
}

/* All members' values, for the caller to free. */
static unsigned short *
read_values(const struct sema *sema, size_t *count)
{
	unsigned short *values;
	struct semid_ds now;
	int result;

	if (status(sema, &now) == -1) {
		(void)removed(sema);
		return NULL;
	}
	*count = now.sem_nsems;
	values = calloc(*count, sizeof(*values));
	if (!values)
		return NULL;
	result = semctl(sema->id, 0, GETALL, (union argument){.values = values});
	trace_values(sema, "GETALL", values, *count, result);
	if (result == 0)
		return values;
	(void)removed(sema);
	free(values);
	return NULL;
}

static int
values_sysv(struct sema *sema, int **values, size_t *count)
{
	unsigned short *found;
	size_t i;

	if (settle(sema) == -1)
		return -1;
	found = read_values(sema, count);
	if (!found)
		return -1;
	*values = calloc(*count, sizeof(**values));
	for (i = 0; *values && i < *count; i++)
		(*values)[i] = found[i];
	free(found);
	return *values ? 0 : -1;
}

/* semop until it is done, the deadline comes, or a signal was caught. */
static int
run(const struct sema *sema, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	int result;

	for (;;) {
		if (sigs_caught()) {
			errno = EINTR;
			return -1;
		}
		result = semaphore_set_operate(sema->id, operations, count, deadline);
		trace_operations(sema->id, operations, count, result);
		if (result == 0)
			return 0;
		if (errno != EINTR)
			return removed(sema);
	}
}

/* Operations without =N. */
static int
change(const struct sema *sema, const struct sema_operation *operations, size_t count, const struct deadline *deadline,
    bool undo)
{
	struct sembuf few[FEW], *calls = count <= FEW ? few : calloc(count, sizeof(*calls));
	bool looks = false;
	size_t i;
	int result;

	if (!calls)
		return -1;
	for (i = 0; i < count; i++) {
		calls[i] = (struct sembuf){.sem_num = (unsigned short)operations[i].member,
		    .sem_op = (short)operations[i].value,
		    .sem_flg = undo ? SEM_UNDO : 0};
		looks |= operations[i].value == 0;
	}
	result = looks ? settle(sema) : 0;
	if (result == 0)
		result = run(sema, calls, count, deadline);
	/* The set may not have had its values yet. */
	if (result == -1 && errno == EAGAIN && !looks && settle(sema) == 0)
		result = run(sema, calls, count, deadline);
	if (result == -1 && errno == EAGAIN)
		errno = ETIMEDOUT;
	if (calls != few)
		free(calls);
	return result;
}

/* One member: SETVAL. */
static int
set_one(const struct sema *sema, const struct sema_operation *operation)
{
	int result = semctl(sema->id, (int)operation->member, SETVAL, (union argument){.value = operation->value});

	if (trace_on)
		trace_call(result, "semctl(%d, %u, SETVAL, %d)", sema->id, operation->member, operation->value);
	if (result == 0)
		return 0;
	if (errno == EINVAL && removed(sema) == -1 && errno == EINVAL)
		errno = EFBIG;
	return -1;
}

/* All members: SETALL. Returns 1 if they are not all there. */
static int
set_all(const struct sema *sema, const struct sema_operation *operations, size_t count, size_t members)
{
	unsigned short *values = calloc(members, sizeof(*values));
	bool *named = calloc(members, sizeof(*named));
	size_t i, seen = 0;
	int result = 1;

	for (i = 0; values && named && i < count; i++) {
		unsigned int member = operations[i].member;

		if (!operations[i].set || member >= members)
			break;
		values[member] = (unsigned short)operations[i].value;
		seen += !named[member];
		named[member] = true;
	}
	if (!values || !named) {
		result = -1;
	} else if (i == count && seen == members) {
		result = semctl(sema->id, 0, SETALL, (union argument){.values = values});
		trace_values(sema, "SETALL", values, members, result);
		if (result == -1)
			(void)removed(sema);
	}
	free(values);
	free(named);
	return result;
}

/*
 * Makes of operations with =N those of one semop call: what a member has now is taken off, it must then be 0, and N is
 * given; if its value has changed meanwhile the call fails at once. now has the values. Returns how many.
 */
static size_t
compose(const struct sema_operation *operations, size_t count, const unsigned short *now, struct sembuf *calls)
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

/* =N among other operations. */
static int
set_some(
    const struct sema *sema, const struct sema_operation *operations, size_t count, const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 1000000};
	struct sembuf *calls = calloc(count, 3 * sizeof(*calls));
	unsigned short *now = NULL;
	size_t members, i, used;
	int result = -1;

	while (calls) {
		now = read_values(sema, &members);
		if (!now)
			break;
		for (i = 0; i < count && operations[i].member < members; i++)
			;
		if (i < count) {
			errno = EFBIG;
			break;
		}
		used = compose(operations, count, now, calls);
		result = run(sema, calls, used, deadline);
		if (result == 0 || errno != EAGAIN)
			break;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			break;
		}
		nanosleep(&moment, NULL);
		free(now);
		now = NULL;
	}
	free(now);
	free(calls);
	return result;
}

static int
operate_sysv(struct sema *sema, const struct sema_operation *operations, size_t count, const struct deadline *deadline,
    bool undo)
{
	struct semid_ds now;
	size_t i, sets = 0;
	int result = 1;

	for (i = 0; i < count; i++)
		sets += operations[i].set;
	if (sets == 0)
		return change(sema, operations, count, deadline, undo);
	if (settle(sema) == -1)
		return -1;
	if (count == 1)
		return set_one(sema, operations);
	if (sets == count && status(sema, &now) == 0)
		result = set_all(sema, operations, count, now.sem_nsems);
	return result == 1 ? set_some(sema, operations, count, deadline) : result;
}

/* Too many sets, or too many semaphores in all of them. */
static void
explain_full(const struct sema *sema, struct text *text)
{
	size_t count = sema->asked.count ? sema->asked.count : 1;

	if (limit_used(LIMIT_SEMMNI) >= limit_value(LIMIT_SEMMNI))
		limit_explain(text, LIMIT_SEMMNI, 0);
	else
		limit_explain(text, LIMIT_SEMMNS, limit_used(LIMIT_SEMMNS) + count);
}

static bool
explain_open(const struct sema *sema, int error, struct text *text)
{
	if (sema->unkeyed)
		text_format(text, "no key from this path: %s", strerror(error));
	else if (sema->fewer)
		text_format(text,
		    "the set exists with fewer members than the %zu of -i (leave out -i, or remove it first)",
		    sema->asked.count);
	else if (error == ENOENT && sema->name->kind == NAME_ID)
		text_format(text, "no such semaphore (an identifier names one that exists; ipcs -s lists them)");
	else if (error == ENOSPC)
		explain_full(sema, text);
	else if (error == EINVAL)
		limit_explain(text, LIMIT_SEMMSL, sema->asked.count);
	else if (error == E2BIG)
		limit_explain(text, LIMIT_SEMOPM, sema->asked.count);
	else
		return false;
	return true;
}

static bool
explain_sysv(const struct sema *sema, enum sema_step step, int error, struct text *text)
{
	struct semid_ds now;

	if (step == SEMA_OPEN)
		return explain_open(sema, error, text);
	if (error == EFBIG && status(sema, &now) == 0)
		text_format(text, "the set has %lu members, so INDEX goes from 0 to %lu", (unsigned long)now.sem_nsems,
		    (unsigned long)now.sem_nsems - 1);
	else if (error == EFBIG)
		text_format(text, "the set has no member with this INDEX");
	else if (error == E2BIG)
		limit_explain(text, LIMIT_SEMOPM, 0);
	else if (error == ENOSPC)
		text_format(text, "the system has no room for another process that gives back what it took (SEM_UNDO)");
	else
		return false;
	return true;
}

const struct sema_backend sema_sysv = {
    .open = open_sysv,
    .operate = operate_sysv,
    .values = values_sysv,
    .unlink = remove_set,
    .close = close_sysv,
    .explain = explain_sysv,
    .most = SEMA_SYSV_MAX,
    .undoes = true,
};
