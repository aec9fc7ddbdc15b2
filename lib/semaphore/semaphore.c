/*
 * semaphore.c: semaphores, the front of the two back ends.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/name.h"
#include "base/number.h"
#include "base/text.h"
#include "semaphore/internal.h"
#include "semaphore/semaphore.h"

static const struct semaphore_backend *
backend(const struct name *name)
{
	return name->kind == NAME_POSIX ? &semaphore_posix : &semaphore_sysv;
}

/* The digits of an OP, up to SEM_VALUE_MAX. */
static int
parse_value(const char *digits, struct semaphore_operation *operation, int sign)
{
	unsigned long long value;

	if (number_parse(digits, 0, SEM_VALUE_MAX, &value) == -1)
		return -1;
	operation->value = sign * (int)value;
	return 0;
}

/* INDEX: in front of an OP. Returns what follows it; NULL with EINVAL or ERANGE. */
static const char *
parse_member(const char *text, struct semaphore_operation *operation)
{
	const char *colon = strchr(text, ':');

	if (!colon)
		return text;
	errno = EINVAL;
	if (colon == text)
		return NULL;
	for (; text < colon; text++) {
		if (*text < '0' || *text > '9')
			return NULL;
		operation->member = operation->member * 10 + (unsigned int)(*text - '0');
		if (operation->member > USHRT_MAX) {
			errno = ERANGE;
			return NULL;
		}
	}
	operation->indexed = true;
	return colon + 1;
}

int
semaphore_parse(const char *text, struct semaphore_operation *operation)
{
	*operation = (struct semaphore_operation){0};
	text = parse_member(text, operation);
	if (!text)
		return -1;
	if (strcmp(text, "0") == 0)
		return 0;
	operation->set = *text == '=';
	if (*text != '=' && *text != '-' && *text != '+') {
		errno = EINVAL;
		return -1;
	}
	if (parse_value(text + 1, operation, *text == '-' ? -1 : 1) == -1)
		return -1;
	/* +0 and -0 would wait for zero. */
	if (operation->value == 0 && !operation->set) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

/* What only sets can do. */
static int
check_posix(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count)
{
	if (options->count > 1)
		return command_usage("%s: a POSIX semaphore is one, so -i takes one VALUE", name->text);
	if (count > 1)
		return command_usage(
		    "%s: a POSIX semaphore takes one OP a call (sysv: takes several as one)", name->text);
	if (count == 1 && operations->indexed)
		return command_usage("%s: a POSIX semaphore has no INDEX (sysv: has sets)", name->text);
	if (count == 1 && !operations->set && (operations->value > 1 || operations->value < -1))
		return command_usage("%s: a POSIX semaphore goes up and down by 1 (sysv: by any number)", name->text);
	return -1;
}

int
semaphore_check(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count)
{
	int most = backend(name)->most;
	int status = command_object(name, "semaphore", options->create || options->exclusive, options->exclusive);
	size_t i;

	if (status == -1 && name->kind == NAME_POSIX)
		status = check_posix(name, options, operations, count);
	for (i = 0; status == -1 && i < options->count; i++)
		if (options->values[i] > most)
			status = command_usage(
			    "%s: -i %d: a System V semaphore goes up to %d", name->text, options->values[i], most);
	for (i = 0; status == -1 && i < count; i++)
		if (operations[i].value > most || operations[i].value < -most)
			status = command_usage("%s: %s%d: a System V semaphore goes up to %d", name->text,
			    operations[i].set         ? "="
			    : operations[i].value > 0 ? "+"
			                              : "",
			    operations[i].value, most);
	return status;
}

int
semaphore_start(struct semaphore **result, const struct name *name, const struct semaphore_options *options)
{
	static struct semaphore semaphore;

	semaphore = (struct semaphore){
	    .backend = backend(name), .name = name, .text = name->text, .asked = *options, .value = 1, .id = -1};
	semaphore.asked.create |= options->exclusive;
	if (semaphore.asked.count == 0)
		semaphore.asked.values = &semaphore.value;
	*result = &semaphore;
	return semaphore.backend->open(&semaphore) == 0 ? -1 : semaphore_report(&semaphore, SEMAPHORE_OPEN, errno);
}

const char *
semaphore_name(const struct semaphore *semaphore)
{
	return semaphore->text;
}

bool
semaphore_undoes(const struct semaphore *semaphore)
{
	return semaphore->backend->undoes;
}

int
semaphore_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    const struct deadline *deadline, bool undo)
{
	return semaphore->backend->operate(semaphore, operations, count, deadline, undo);
}

int
semaphore_apply(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count,
    long long timeout, bool lock)
{
	struct deadline deadline;

	deadline_set(&deadline, timeout);
	if (semaphore_operate(semaphore, operations, count, &deadline, lock) == 0)
		return -1;
	return semaphore_report(semaphore, SEMAPHORE_OPERATE, errno);
}

int
semaphore_values(struct semaphore *semaphore, int **values, size_t *count)
{
	return semaphore->backend->values(semaphore, values, count);
}

int
semaphore_unlink(struct semaphore *semaphore)
{
	return semaphore->backend->unlink(semaphore);
}

int
semaphore_remove(struct semaphore *semaphore)
{
	if (semaphore_unlink(semaphore) == 0 || errno == ENOENT)
		return STATUS_OK;
	return semaphore_report(semaphore, SEMAPHORE_UNLINK, errno);
}

void
semaphore_close(struct semaphore *semaphore)
{
	if (semaphore)
		semaphore->backend->close(semaphore);
}

/* The words for what every back end means alike. */
static void
explain(const struct semaphore *semaphore, enum semaphore_step step, int error, struct text *text)
{
	if (error == ENOENT)
		text_format(text, "no such semaphore (create it with -c)");
	else if (error == EEXIST && semaphore->asked.exclusive)
		text_format(text, "the semaphore exists already (leave out -x to use it)");
	else if ((error == EACCES || error == EPERM) && step == SEMAPHORE_UNLINK)
		text_format(text, "no permission to remove the semaphore (only its owner or root may)");
	else if (error == EACCES || error == EPERM)
		text_format(text, "no permission to %s this semaphore (its owner or root can change its mode)",
		    step == SEMAPHORE_READ ? "read" : "use");
	else if (error == EIDRM)
		text_format(text, "the semaphore was removed while in use");
	else if (error == ETIMEDOUT)
		text_format(text, "the semaphore was not available in time (-t)");
	else if (error == EINTR)
		text_format(text, "stopped by signal %d", interrupt_caught());
	else if (error == EAGAIN)
		text_format(text, "no timer can be had (RLIMIT_SIGPENDING; raise it with ulimit -i)");
	else if (error == ERANGE)
		text_format(text, "a semaphore goes up to %d, and this would take it beyond", semaphore->backend->most);
	else
		text_format(text, "%s", strerror(error));
}

int
semaphore_report(const struct semaphore *semaphore, enum semaphore_step step, int error)
{
	struct text text = {0};

	if (!semaphore->backend->explain(semaphore, step, error, &text))
		explain(semaphore, step, error, &text);
	error_line(semaphore->text, "%s", text.data ? text.data : strerror(error));
	text_free(&text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
