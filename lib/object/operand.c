/*
 * operand.c: reads the operands of ipcls, ipcset and ipcdel, KIND, KIND:NAME and NAME. find.c checks whether the
 * objects exist.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "object/object.h"

/* The start of the file name of a POSIX semaphore. No segment can have such a name. */
#define RESERVED "/sem."

/* Read KIND or KIND: at the start of an operand. Returns the text behind it, or NULL after KIND alone. */
static const char *
read_kind(struct operand *operand, const char *text)
{
	unsigned int kind;

	operand->kinds = OBJECT_ALL;
	for (kind = OBJECT_QUEUE; kind <= OBJECT_SEMAPHORE; kind <<= 1) {
		const char *word = object_kind_word(kind);
		size_t length = strlen(word);

		if (strncmp(text, word, length) == 0 && (text[length] == ':' || !text[length])) {
			operand->kinds = kind;
			return text[length] ? text + length + 1 : NULL;
		}
	}
	return text;
}

int
operand_parse(struct operand *operand, const char *text, const char **fault)
{
	*operand = (struct operand){.text = text};
	text = read_kind(operand, text);
	if (!text)
		return 0;
	if (name_parse(&operand->name, text, fault) == -1)
		return -1;
	operand->named = true;
	if (operand->name.kind == NAME_POSIX && strncmp(operand->name.text, RESERVED, strlen(RESERVED)) == 0) {
		*fault = "names that start with sem. are those of semaphores";
		operand->kinds &= ~(unsigned int)OBJECT_SEGMENT;
		if (operand->kinds)
			return 0;
	} else if (operand->name.kind == NAME_NEW) {
		*fault = "not the name of an existing object";
	} else if (operand->name.kind == NAME_FD) {
		*fault = "a descriptor is none of the kernel's objects";
	} else if (operand->name.kind == NAME_FILE) {
		*fault = "an ordinary file is none of the kernel's objects (see ls, chmod, rm)";
	} else {
		return 0;
	}
	name_free(&operand->name);
	return error_set(EINVAL);
}

/* Read one operand, and print a line if it is wrong. Returns GO_ON or the exit status. */
static int
read_operand(struct operand *operand, const char *text, bool exact)
{
	const char *fault;
	int status = STATUS_USAGE;

	if (operand_parse(operand, text, &fault) == -1)
		status = errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
	else if (exact && !operand->named)
		fault = "NAME is missing (as in mq:/jobs)";
	else if (exact && operand->kinds & (operand->kinds - 1)) /* more than one */
		fault = text[0] == '-' ? "its KIND is missing (options come before KIND:NAME)"
		                       : "its KIND is missing (mq:, shm: or sem: in front)";
	else
		return GO_ON;
	error_line(text, "%s", fault);
	return status;
}

int
operands_read(struct operands *operands, char *argv[], bool exact)
{
	size_t count = 0;
	int status = GO_ON;

	while (argv[count])
		count++;
	operands->items = calloc(count + 1, sizeof(*operands->items));
	if (!operands->items) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	if (count == 0 && !exact)
		operands->kinds = OBJECT_ALL;
	for (; status == GO_ON && *argv; argv++) {
		struct operand *operand = &operands->items[operands->count++];

		status = read_operand(operand, *argv, exact);
		if (!operand->named)
			operands->kinds |= operand->kinds;
	}
	return status;
}

void
operands_free(struct operands *operands)
{
	while (operands->count > 0)
		name_free(&operands->items[--operands->count].name);
	free(operands->items);
	operands->items = NULL;
}
