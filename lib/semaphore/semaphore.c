/*
 * semaphore.c: the front of the back ends: chooses one by the kind of the name, and prints what they report.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
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

/* Parses INDEX: in front of an OP. Returns what follows it, or NULL. Errors: EINVAL, ERANGE. */
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
	unsigned long long value;

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
	if (number_parse(text + 1, 0, SEM_VALUE_MAX, &value) == -1)
		return -1;
	/* +0 and -0 would wait for zero. */
	if (value == 0 && !operation->set) {
		errno = EINVAL;
		return -1;
	}
	operation->value = *text == '-' ? -(int)value : (int)value;
	return 0;
}

int
semaphore_check(const struct name *name, const struct semaphore_options *options,
    const struct semaphore_operation *operations, size_t count)
{
	int status = command_object(name, "semaphore", options->create || options->exclusive, options->exclusive);
	struct text text = {0};

	if (status != GO_ON)
		return status;
	if (!backend(name)->accepts(options, operations, count, &text))
		status = command_usage("%s: %s", name->text, text.data ? text.data : strerror(ENOMEM));
	text_free(&text);
	return status;
}

int
semaphore_start(struct semaphore *semaphore, const struct name *name, const struct semaphore_options *options)
{
	*semaphore =
	    (struct semaphore){.backend = backend(name), .name = name, .text = name->text, .options = *options};
	semaphore->options.create |= options->exclusive;
	if (semaphore->backend->open(semaphore) == 0)
		return GO_ON;
	return semaphore_report(semaphore, SEMAPHORE_OPEN, errno);
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
    long long timeout, bool lock)
{
	struct deadline deadline;

	deadline_set(&deadline, timeout);
	return semaphore->backend->operate(semaphore, operations, count, &deadline, lock);
}

int
semaphore_values(struct semaphore *semaphore, int **values, size_t *count)
{
	return semaphore->backend->values(semaphore, values, count);
}

int
semaphore_unlink(struct semaphore *semaphore)
{
	return semaphore->backend->unlink(semaphore) == 0 || errno == ENOENT ? 0 : -1;
}

void
semaphore_close(struct semaphore *semaphore)
{
	if (semaphore->backend && semaphore->backend->close)
		semaphore->backend->close(semaphore);
}

#define NO_REMOVAL "no permission to remove the semaphore (only its owner or root may)"
#define NO_READING "no permission to read this semaphore (its owner or root can change its mode)"
#define NO_USE     "no permission to use this semaphore (its owner or root can change its mode)"

static const struct explanation explanations[] = {
    {ENOENT, STEP_ANY, "no such semaphore (create it with -c)", LIMIT_NONE},
    {EEXIST, STEP_OPEN, "the semaphore exists already (leave out -x to use it)", LIMIT_NONE},
    {EACCES, STEP_UNLINK, NO_REMOVAL, LIMIT_NONE},
    {EPERM, STEP_UNLINK, NO_REMOVAL, LIMIT_NONE},
    {EACCES, STEP_READ, NO_READING, LIMIT_NONE},
    {EPERM, STEP_READ, NO_READING, LIMIT_NONE},
    {EACCES, STEP_ANY, NO_USE, LIMIT_NONE},
    {EPERM, STEP_ANY, NO_USE, LIMIT_NONE},
    {EIDRM, STEP_ANY, "the semaphore was removed while in use", LIMIT_NONE},
    {ETIMEDOUT, STEP_ANY, "the semaphore was not available in time (-t)", LIMIT_NONE},
    {EAGAIN, STEP_ANY, "no timer can be had (RLIMIT_SIGPENDING; raise it with ulimit -i)", LIMIT_NONE},
    {0},
};

int
semaphore_report(const struct semaphore *semaphore, enum semaphore_step step, int error)
{
	struct text text = {0};

	if (error == EINTR)
		text_format(&text, "stopped by signal %d", interrupt_caught());
	else if (error == ERANGE)
		text_format(
		    &text, "a semaphore goes up to %d, and this would take it beyond", semaphore->backend->most);
	else if (!semaphore->backend->explain(semaphore, step, error, &text) &&
	         !explanation_add(&text, explanations, (int)step, error, 0))
		text_format(&text, "%s", strerror(error));
	error_line(semaphore->text, "%s", text.data ? text.data : strerror(error));
	text_free(&text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : semaphore->options.failure;
}
