/*
 * semaphore.c: the front end of the back ends: chooses a back end by the kind of the name, and prints the errors that
 * it reports.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "semaphore/internal.h"

/* Number of attempts to open a semaphore while other processes create and remove it. */
#define OPEN_ATTEMPTS 20

static const struct semaphore_backend *
backend(const struct name *name)
{
	if (name->kind == NAME_FILE || name->kind == NAME_FD)
		return &semaphore_lock;
	return name->kind == NAME_POSIX ? &semaphore_posix : &semaphore_sysv;
}

/* Parse INDEX: in front of an OP. Returns the text after it, or NULL. Errors: EINVAL, ERANGE. */
static const char *
parse_member(const char *text, struct semaphore_operation *operation)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long member;

	if (!strchr(text, ':'))
		return text;
	member = strtoul(text, NULL, 10);
	if (digits == 0 || text[digits] != ':' || member > USHRT_MAX) {
		errno = member > USHRT_MAX ? ERANGE : EINVAL;
		return NULL;
	}
	operation->member = (unsigned int)member;
	operation->indexed = true;
	return text + digits + 1;
}

int
semaphore_parse(const char *text, struct semaphore_operation *operation)
{
	unsigned long long value = 0;
	bool known;

	*operation = (struct semaphore_operation){0};
	text = parse_member(text, operation);
	if (!text)
		return -1;
	if (strcmp(text, "0") == 0)
		return 0;
	known = *text && strchr("=-+", *text);
	if (known && number_parse(text + 1, 0, SEM_VALUE_MAX, &value) == -1)
		return -1;
	operation->set = *text == '=';
	/* +0 and -0 would wait for zero. */
	if (!known || (value == 0 && !operation->set))
		return error_set(EINVAL);
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
	backend(name)->refuse(name, options, operations, count, &text);
	if (text.size > 0)
		status = command_usage("%s: %s", name->text, text.data);
	text_free(&text);
	return status;
}

/* Open the semaphore, or create it if the options say so. */
static int
open_or_create(struct semaphore *semaphore)
{
	enum name_kind kind = semaphore->name->kind;
	bool fresh = semaphore->options.exclusive || kind == NAME_NEW;
	int attempts;

	if ((kind == NAME_KEY || kind == NAME_FTOK) && name_key(semaphore->name, &semaphore->key) == -1)
		return -1;
	for (attempts = 0; attempts < OPEN_ATTEMPTS; attempts++) {
		semaphore->creating = false;
		if (!fresh && semaphore->backend->open(semaphore, false) == 0)
			return 0;
		if (!fresh && (errno != ENOENT || !semaphore->options.create))
			return -1;
		semaphore->creating = true;
		semaphore->created = semaphore->backend->open(semaphore, true) == 0;
		if (semaphore->created)
			return 0;
		if (errno != EEXIST || fresh)
			return -1;
	}
	/* The name of a POSIX semaphore may be taken by an object that cannot be opened. */
	errno = kind == NAME_POSIX ? EBADMSG : EIDRM;
	return -1;
}

int
semaphore_start(struct semaphore *semaphore, const struct name *name, const struct semaphore_options *options)
{
	static const int one = 1;

	*semaphore = (struct semaphore){
	    .backend = backend(name), .name = name, .text = name->text, .key = IPC_PRIVATE, .options = *options};
	deadline_set(&semaphore->deadline, options->timeout);
	if (options->mode == SEMAPHORE_MODE)
		semaphore->options.mode = 0600;
	/* An identifier names a set that exists. */
	semaphore->options.create = (options->create || options->exclusive) && name->kind != NAME_ID;
	if (options->count == 0)
		semaphore->options.values = &one;
	if (open_or_create(semaphore) == 0)
		return GO_ON;
	return semaphore_report(semaphore, SEMAPHORE_OPEN, errno);
}

int
semaphore_operate(struct semaphore *semaphore, const struct semaphore_operation *operations, size_t count)
{
	return semaphore->backend->operate(semaphore, operations, count);
}

int
semaphore_values(struct semaphore *semaphore, struct text *text)
{
	return semaphore->backend->values(semaphore, text);
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

static const struct explanation explanations[] = {
    {ENOENT, STEP_ANY, "no such semaphore (create it with -c)", LIMIT_NONE},
    {EEXIST, STEP_OPEN, "the semaphore exists already (leave out -x to use it)", LIMIT_NONE},
    {EACCES, STEP_UNLINK, "no permission to remove the semaphore (only its owner or root may)", LIMIT_NONE},
    {EACCES, STEP_READ, "no permission to read this semaphore (its owner or root can change its mode)", LIMIT_NONE},
    {EACCES, STEP_ANY, "no permission to use this semaphore (its owner or root can change its mode)", LIMIT_NONE},
    {EIDRM, STEP_ANY, "the semaphore was removed while in use", LIMIT_NONE},
    {ETIMEDOUT, STEP_ANY, "the semaphore was not available in time (-t)", LIMIT_NONE},
    {EAGAIN, STEP_ANY,
        "neither a timer nor a thread can be had (RLIMIT_SIGPENDING, RLIMIT_NPROC; raise one with ulimit -i or -u)",
        LIMIT_NONE},
    {0},
};

int
semaphore_report(const struct semaphore *semaphore, enum semaphore_step step, int error)
{
	struct text text = {0};

	/* Nothing is lost, and command_end dies by the signal. */
	if (error == EINTR && interrupt_caught())
		return semaphore->options.failure;
	if (error == EPERM)
		error = EACCES;
	if (error == EACCES && step == SEMAPHORE_OPEN && semaphore->creating && semaphore->name->path)
		text_format(&text, "no permission to create %s", semaphore->name->path);
	else if (error == ERANGE)
		text_format(&text, "the value would exceed %d, the largest of a semaphore", semaphore->backend->most);
	else
		semaphore->backend->explain(semaphore, step, error, &text);
	if (text.size == 0 && !explanation_add(&text, explanations, (int)step, error, 0))
		text_format(&text, "%s%s", step == SEMAPHORE_UNLINK ? "not removed: " : "", explain_errno(error));
	/* With -E 0, a semaphore that another process has is no failure. */
	if (error == ETIMEDOUT && semaphore->options.late == STATUS_OK)
		text_free(&text);
	else
		error_text(semaphore->text, &text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? semaphore->options.late : semaphore->options.failure;
}
