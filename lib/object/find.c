/*
 * find.c: lists all objects of a kind, and finds the objects that operands name, in an order that does not change from
 * run to run. An object that cannot be listed or found gets a line, and does not keep the others from the list.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "object/internal.h"

static int
compare(const void *left, const void *right)
{
	const struct object *one = left, *other = right;

	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	if (one->posix != other->posix)
		return one->posix ? -1 : 1;
	if (one->posix)
		return strcmp(one->name, other->name);
	return one->id < other->id ? -1 : one->id > other->id;
}

static const char no_system_v[] = "this kernel has no System V IPC (CONFIG_SYSVIPC)";

/*
 * Print a line about objects that cannot be listed. Returns STATUS_FAILED; or GO_ON if this system or this user cannot
 * list them, and nobody has named their kind (all).
 */
static int
report_unlisted(const char *family, enum object_kind kind, int error, bool all)
{
	struct text words = {0};

	if (error == ENOSYS)
		text_format(&words, no_system_v);
	else if (!explanation_add(&words, objects_unlisted, (int)kind, error, 0)) {
		text_format(&words, "%s", explain_errno(error));
		all = false;
	}
	error_line(NULL, "%s %ss cannot be listed: %s", family, object_kind_noun(kind), words.data ? words.data : "");
	text_free(&words);
	return all ? GO_ON : STATUS_FAILED;
}

/* Add all objects of the kinds that operands name or, without any, of all kinds. Returns as objects_find. */
static int
list(const struct operands *operands, struct objects *objects)
{
	bool all = operands->count == 0;
	int status = GO_ON;
	unsigned int kind;

	for (kind = OBJECT_QUEUE; kind <= OBJECT_SEMAPHORE; kind <<= 1) {
		if (!(operands->kinds & kind))
			continue;
		if (objects_list_posix(kind, objects) == -1) {
			if (errno == ENOSYS) {
				error_line(NULL,
				    "this system has no way to list objects; name them (mq:/jobs, sem:sysv:0x4d2)");
				return STATUS_FAILED;
			}
			if (report_unlisted("POSIX", kind, errno, all) != GO_ON)
				status = STATUS_FAILED;
		}
		if (objects_list_sysv(kind, objects) == -1 && report_unlisted("System V", kind, errno, all) != GO_ON)
			status = STATUS_FAILED;
	}
	return status;
}

/* Remove the last object if the list already has it. */
static void
drop_double(struct objects *objects)
{
	struct object *last = &objects->items[objects->count - 1];
	size_t i;

	for (i = 0; i + 1 < objects->count; i++)
		if (compare(&objects->items[i], last) == 0) {
			objects_drop(objects);
			return;
		}
}

/*
 * Add the objects of all kinds that an operand names. Returns 0, or -1 if there is none. Errors: the last that is not
 * ENOENT, or else ENOENT.
 */
static int
find(const struct operand *operand, key_t key, struct objects *objects)
{
	const struct name *name = &operand->name;
	int result = -1, error = ENOENT;
	unsigned int kind;

	for (kind = OBJECT_QUEUE; kind <= OBJECT_SEMAPHORE; kind <<= 1) {
		if (!(operand->kinds & kind))
			continue;
		if ((name->kind == NAME_POSIX ? objects_find_posix(kind, name->text, objects)
		                              : objects_find_sysv(kind, key, name->number, objects)) == 0) {
			drop_double(objects);
			result = 0;
		} else if (errno != ENOENT) {
			error = errno;
		}
	}
	/* What the system does not have is missing, if the name can be that of another kind. */
	if (error == ENOSYS && operand->kinds == OBJECT_ALL)
		error = ENOENT;
	errno = error;
	return result;
}

/* Add the objects that an operand names, or print a line. Returns GO_ON or STATUS_FAILED. */
static int
find_operand(const struct operand *operand, struct objects *objects)
{
	key_t key = IPC_PRIVATE;

	if ((operand->name.kind == NAME_KEY || operand->name.kind == NAME_FTOK) && name_key(&operand->name, &key) == -1)
		error_line(operand->text, "no key from this path: %s", explain_errno(errno));
	else if (find(operand, key, objects) == 0)
		return GO_ON;
	else if (errno == ENOENT)
		error_line(operand->text, "no such %s%s", object_kind_noun(operand->kinds),
		    *operand->text == '-' ? " (options come before names)" : "");
	else if (errno == ENOSYS)
		error_line(operand->text, "%s", operand->name.kind == NAME_POSIX ? NO_QUEUES : no_system_v);
	else if (errno == EBADMSG)
		error_line(operand->text, "not a semaphore; its file is too small");
	else
		error_line(operand->text, "%s", explain_errno(errno));
	return STATUS_FAILED;
}

int
objects_find(const struct operands *operands, struct objects *objects)
{
	int status = list(operands, objects);
	size_t i;

	for (i = 0; i < operands->count; i++)
		if (operands->items[i].named && find_operand(&operands->items[i], objects) != GO_ON)
			status = STATUS_FAILED;
	if (objects->count > 1)
		qsort(objects->items, objects->count, sizeof(*objects->items), compare);
	return status;
}
