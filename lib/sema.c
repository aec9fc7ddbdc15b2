/*
 * sema.c: semaphores, the front of the two back ends.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"

static const struct sema_backend *
backend(const struct name *name)
{
	return name->kind == NAME_POSIX ? &sema_posix : &sema_sysv;
}

/* The digits of an OP, up to SEM_VALUE_MAX. */
static int
parse_value(const char *digits, struct sema_operation *operation, int sign)
{
	unsigned long long value;

	if (num_parse(digits, 0, SEM_VALUE_MAX, &value) == -1)
		return -1;
	operation->value = sign * (int)value;
	return 0;
}

/* INDEX: in front of an OP. Returns what follows it; NULL with EINVAL or ERANGE. */
static const char *
parse_member(const char *text, struct sema_operation *operation)
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
sema_parse(const char *text, struct sema_operation *operation)
{
	*operation = (struct sema_operation){0};
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
check_posix(
    const struct name *name, const struct sema_options *options, const struct sema_operation *operations, size_t count)
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
sema_check(
    const struct name *name, const struct sema_options *options, const struct sema_operation *operations, size_t count)
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
sema_start(struct sema **result, const struct name *name, const struct sema_options *options)
{
	static struct sema sema;

	sema = (struct sema){
	    .backend = backend(name), .name = name, .text = name->text, .asked = *options, .value = 1, .id = -1};
	sema.asked.create |= options->exclusive;
	if (sema.asked.count == 0)
		sema.asked.values = &sema.value;
	*result = &sema;
	return sema.backend->open(&sema) == 0 ? -1 : sema_report(&sema, SEMA_OPEN, errno);
}

const char *
sema_name(const struct sema *sema)
{
	return sema->text;
}

bool
sema_undoes(const struct sema *sema)
{
	return sema->backend->undoes;
}

int
sema_operate(struct sema *sema, const struct sema_operation *operations, size_t count, const struct deadline *deadline,
    bool undo)
{
	return sema->backend->operate(sema, operations, count, deadline, undo);
}

int
sema_apply(struct sema *sema, const struct sema_operation *operations, size_t count, long long timeout, bool lock)
{
	struct deadline deadline;

	deadline_set(&deadline, timeout);
	if (sema_operate(sema, operations, count, &deadline, lock) == 0)
		return -1;
	return sema_report(sema, SEMA_OPERATE, errno);
}

int
sema_values(struct sema *sema, int **values, size_t *count)
{
	return sema->backend->values(sema, values, count);
}

int
sema_unlink(struct sema *sema)
{
	return sema->backend->unlink(sema);
}

int
sema_remove(struct sema *sema)
{
	if (sema_unlink(sema) == 0 || errno == ENOENT)
		return STATUS_OK;
	return sema_report(sema, SEMA_UNLINK, errno);
}

void
sema_close(struct sema *sema)
{
	if (sema)
		sema->backend->close(sema);
}

/* The words for what every back end means alike. */
static void
explain(const struct sema *sema, enum sema_step step, int error, struct text *text)
{
	if (error == ENOENT)
		text_format(text, "no such semaphore (create it with -c)");
	else if (error == EEXIST && sema->asked.exclusive)
		text_format(text, "the semaphore exists already (leave out -x to use it)");
	else if ((error == EACCES || error == EPERM) && step == SEMA_UNLINK)
		text_format(text, "no permission to remove the semaphore (only its owner or root may)");
	else if (error == EACCES || error == EPERM)
		text_format(text, "no permission to %s this semaphore (its owner or root can change its mode)",
		    step == SEMA_READ ? "read" : "use");
	else if (error == EIDRM)
		text_format(text, "the semaphore was removed while in use");
	else if (error == ETIMEDOUT)
		text_format(text, "the semaphore was not available in time (-t)");
	else if (error == EINTR)
		text_format(text, "stopped by signal %d", sigs_caught());
	else if (error == EAGAIN)
		text_format(text, "no timer can be had (RLIMIT_SIGPENDING; raise it with ulimit -i)");
	else if (error == ERANGE)
		text_format(text, "a semaphore goes up to %d, and this would take it beyond", sema->backend->most);
	else
		text_format(text, "%s", strerror(error));
}

int
sema_report(const struct sema *sema, enum sema_step step, int error)
{
	struct text text = {0};

	if (!sema->backend->explain(sema, step, error, &text))
		explain(sema, step, error, &text);
	err_line(sema->text, "%s", text.data ? text.data : strerror(error));
	text_free(&text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
