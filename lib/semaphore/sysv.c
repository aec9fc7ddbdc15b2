/*
 * sysv.c: System V semaphore sets: opens them, operates on them, with SEM_UNDO for a lock, and explains their errors.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "semaphore/internal.h"

#define LARGEST 32767

/* Number of checks, 1 ms apart, of a set without values, and age in seconds from which no values are expected. */
#define LOOKS 200
#define OLD   2

static void
sysv_refuse(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count, struct text *text)
{
	size_t i;

	(void)name;
	for (i = 0; i < options->count && text->size == 0; i++)
		if (options->values[i] > LARGEST)
			text_format(text, "-i %d: a System V semaphore goes up to %d", options->values[i], LARGEST);
	for (i = 0; i < count && text->size == 0; i++) {
		int value = operations[i].value;

		if (operations[i].set && options->command)
			text_format(text, "=N cannot be used with a COMMAND, as nothing undoes it");
		else if (operations[i].set != operations[0].set)
			text_format(text, "=N cannot be combined with other OPs");
		else if (value > LARGEST || value < -LARGEST)
			text_format(text, "%s%d: a System V semaphore goes up to %d",
			    operations[i].set ? "="
			    : value > 0       ? "+"
			                      : "",
			    value, LARGEST);
	}
}

/*
 * Learn the number of members of an existing set. Wait for the first operation on a new set, because its creator may
 * still be about to set its values. Keep the wait short, because other programs may never operate on their sets.
 */
static int
settle(struct semaphore *semaphore)
{
	static const struct timespec moment = {.tv_nsec = 1000000};
	struct semaphore_sysv *set = &semaphore->of.sysv;
	struct semid_ds now;
	int looks;

	for (looks = 0; looks < LOOKS && !interrupt_caught(); looks++) {
		if (sysv_status(set->id, &now) == -1)
			return errno == EACCES ? 0 : -1; /* a set that may not be read may still be used */
		set->members = now.sem_nsems;
		if (now.sem_otime || time(NULL) - now.sem_ctime > OLD)
			break;
		nanosleep(&moment, NULL);
	}
	if (semaphore->options.count && semaphore->options.count != set->members)
		return error_set(EEXIST);
	return 0;
}

static int
sysv_open(struct semaphore *semaphore, bool create)
{
	struct semaphore_sysv *set = &semaphore->of.sysv;

	if (create)
		return sysv_create(semaphore);
	if (semaphore->name->kind == NAME_ID)
		set->id = semaphore->name->number;
	else
		set->id = trace_semget(semaphore->key, 0, 0, 0);
	return set->id == -1 ? -1 : name_missing(settle(semaphore));
}

/*
 * Turn EINVAL into EIDRM for a set that was removed, and into EFBIG otherwise: semctl(2) then means the index. Returns
 * result.
 */
static int
finish(const struct semaphore *semaphore, int result)
{
	struct semid_ds now;

	if (result == -1 && errno == EINVAL)
		errno = sysv_status(semaphore->of.sysv.id, &now) == -1 && errno != EACCES ? EIDRM : EFBIG;
	return result;
}

static int
sysv_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	struct sembuf *calls;
	int result = -1;
	size_t i;

	if (operations->set)
		return finish(semaphore, sysv_assign(semaphore, operations, count));
	calls = calloc(count, sizeof(*calls));
	if (!calls)
		return -1;
	for (i = 0; i < count; i++)
		calls[i] = (struct sembuf){.sem_num = (unsigned short)operations[i].member,
		    .sem_op = (short)operations[i].value,
		    .sem_flg = semaphore->options.command ? SEM_UNDO : 0};
	semaphore->of.sysv.requested = count;
	errno = EINTR;
	while (result == -1 && errno == EINTR && !interrupt_caught())
		result = trace_semop(semaphore->of.sysv.id, calls, count, &semaphore->deadline);
	free(calls);
	if (result == -1 && errno == EAGAIN)
		errno = ETIMEDOUT;
	return finish(semaphore, result);
}

static int
sysv_values(struct semaphore *semaphore, struct text *text)
{
	int id = semaphore->of.sysv.id, result;
	unsigned short *values;
	struct semid_ds now;
	size_t i;

	if (finish(semaphore, sysv_status(id, &now)) == -1)
		return -1;
	values = calloc(now.sem_nsems, sizeof(*values));
	if (!values)
		return -1;
	result = finish(semaphore, trace_all_values(id, GETALL, values, now.sem_nsems));
	for (i = 0; result == 0 && i < now.sem_nsems; i++)
		text_format(text, "%d\n", values[i]);
	free(values);
	return result;
}

static int
sysv_unlink(struct semaphore *semaphore)
{
	return name_missing(trace_remove(semaphore->of.sysv.id));
}

static const struct explanation explanations[] = {
    {EINVAL, STEP_OPEN, NULL, LIMIT_SEMMSL},
    {E2BIG, STEP_ANY, NULL, LIMIT_SEMOPM},
    {ENOSYS, STEP_OPEN, "this kernel has no System V semaphores (CONFIG_SYSVIPC; use a POSIX name)", LIMIT_NONE},
    {ENOSYS, STEP_OPERATE, "this kernel has no semtimedop(2), which -t needs", LIMIT_NONE},
    {ENOSPC, STEP_OPERATE, "the system has no room for another process that gives back what it took (SEM_UNDO)",
        LIMIT_NONE},
    {0},
};

static void
explain_open(const struct semaphore *semaphore, int error, struct text *text)
{
	const struct semaphore_sysv *set = &semaphore->of.sysv;
	const struct semaphore_options *options = &semaphore->options;

	if (semaphore->name->kind == NAME_FTOK && semaphore->key == -1) /* ftok(3) failed */
		text_format(text, "no key from this path: %s", explain_errno(error));
	else if (error == EEXIST && !options->exclusive)
		text_format(text, "it exists with %zu member%s, not the %zu of -i (leave out -i, or remove it first)",
		    set->members, set->members == 1 ? "" : "s", options->count);
	else if (error == ENOENT && semaphore->name->kind == NAME_ID)
		text_format(text, "no such semaphore (an identifier names one that exists; ipcs -s lists them)");
	else if (error == ENOSPC && limit_used(LIMIT_SEMMNI) >= limit_value(LIMIT_SEMMNI))
		limit_explain(text, LIMIT_SEMMNI, 0);
	else if (error == ENOSPC)
		limit_explain(text, LIMIT_SEMMNS, limit_used(LIMIT_SEMMNS) + set->requested);
}

static void
sysv_explain(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	const struct semaphore_sysv *set = &semaphore->of.sysv;

	if (step == SEMAPHORE_OPEN)
		explain_open(semaphore, error, text);
	if (text->size == 0)
		(void)explanation_add(text, explanations, (int)step, error, set->requested);
	if (error != EFBIG)
		return;
	if (set->members == 1)
		text_format(text, "it has one member, with INDEX 0");
	else if (set->members)
		text_format(
		    text, "the set has %zu members, so INDEX goes from 0 to %zu", set->members, set->members - 1);
	else
		text_format(text, "the set has no member with this INDEX");
}

const struct semaphore_backend semaphore_sysv = {
    .refuse = sysv_refuse,
    .open = sysv_open,
    .operate = sysv_operate,
    .values = sysv_values,
    .unlink = sysv_unlink,
    .explain = sysv_explain,
    .most = LARGEST,
    .undoes = true,
};
