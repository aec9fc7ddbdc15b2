/*
 * object.c: queues, segments and semaphores as they are named, found and listed, whatever their kind.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/name.h"
#include "base/text.h"
#include "object/internal.h"
#include "object/object.h"

static const struct {
	const char *word;
	enum object_kind kind;
	const char *noun;
} kinds[] = {{"mq", OBJECT_QUEUE, "queue"}, {"shm", OBJECT_SEGMENT, "segment"}, {"sem", OBJECT_SEMAPHORE, "semaphore"}};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* How the name of no segment starts. */
#define RESERVED "/sem."

const char *
object_kind_word(enum object_kind kind)
{
	size_t i;

	for (i = 0; i < KINDS - 1 && kinds[i].kind != kind; i++)
		;
	return kinds[i].word;
}

const char *
object_kind_noun(unsigned int set)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].kind == set)
			return kinds[i].noun;
	return set & OBJECT_SEGMENT ? "queue, segment or semaphore" : "queue or semaphore";
}

int
object_parse(struct object_choice *choice, const char *text, const char **fault)
{
	size_t i;

	*choice = (struct object_choice){.text = text, .kinds = OBJECT_ALL};
	for (i = 0; i < KINDS; i++) {
		size_t length = strlen(kinds[i].word);

		if (strncmp(text, kinds[i].word, length) != 0 || (text[length] != ':' && text[length]))
			continue;
		choice->kinds = kinds[i].kind;
		if (!text[length])
			return 0;
		text += length + 1;
		break;
	}
	if (name_parse(&choice->name, text, fault) == -1)
		return -1;
	choice->named = true;
	if (choice->name.kind == NAME_POSIX && strncmp(choice->name.text, RESERVED, strlen(RESERVED)) == 0) {
		/* The file of a semaphore is no segment. */
		*fault = "names that start with sem. are those of semaphores";
		choice->kinds &= ~(unsigned int)OBJECT_SEGMENT;
		if (choice->kinds)
			return 0;
	} else if (choice->name.kind == NAME_NEW) {
		*fault = "sysv:new names nothing that exists";
	} else if (choice->name.kind == NAME_FILE) {
		*fault = "an ordinary file is none of the kernel's objects (see ls, chmod, rm)";
	} else {
		return 0;
	}
	name_free(&choice->name);
	errno = EINVAL;
	return -1;
}

int
object_operands(char *operands[], struct object_choice **choices, size_t *count)
{
	const char *fault;
	size_t most = 0;

	while (operands[most])
		most++;
	*choices = calloc(most + 1, sizeof(**choices));
	if (!*choices) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	for (*count = 0; *count < most; ++*count) {
		struct object_choice *choice = &(*choices)[*count];

		if (object_parse(choice, operands[*count], &fault) == -1) {
			error_line(operands[*count], "%s", fault);
			return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
		}
		fault = "an object is named here, KIND:NAME (mq:/jobs); all of a kind cannot be";
		if (choice->named && choice->kinds == OBJECT_ALL)
			fault = "its KIND is missing (mq:, shm: or sem: in front)";
		if (!choice->named || choice->kinds == OBJECT_ALL) {
			error_line(operands[*count], "%s", fault);
			return STATUS_USAGE;
		}
	}
	return -1;
}

void
object_choices_free(struct object_choice *choices, size_t count)
{
	while (choices && count-- > 0)
		name_free(&choices[count].name);
	free(choices);
}

struct object *
object_add(struct object_list *list, enum object_kind kind, bool posix, const char *name)
{
	struct object *object;

	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		struct object *more = realloc(list->items, capacity * sizeof(*more));

		if (!more)
			return NULL;
		list->items = more;
		list->capacity = capacity;
	}
	object = &list->items[list->count];
	*object = (struct object){.kind = kind,
	    .posix = posix,
	    .id = OBJECT_UNKNOWN,
	    .key = OBJECT_UNKNOWN,
	    .size = OBJECT_UNKNOWN,
	    .used = OBJECT_UNKNOWN,
	    .count = OBJECT_UNKNOWN,
	    .depth = OBJECT_UNKNOWN,
	    .message_size = OBJECT_UNKNOWN,
	    .waiting = OBJECT_UNKNOWN,
	    .creator = OBJECT_UNKNOWN,
	    .last = OBJECT_UNKNOWN,
	    .changed = OBJECT_UNKNOWN};
	if (name) {
		object->name = strdup(name);
		if (!object->name)
			return NULL;
	}
	list->count++;
	return object;
}

struct object *
object_add_sysv(struct object_list *list, enum object_kind kind, int id, key_t key)
{
	struct object *object = object_add(list, kind, false, NULL);
	struct text name = {0};

	if (!object)
		return NULL;
	object->id = id;
	object->key = (unsigned int)key;
	/* A private one has no key of its own. */
	if (key == IPC_PRIVATE)
		text_format(&name, "sysv:@%d", id);
	else
		text_format(&name, "sysv:0x%x", (unsigned int)key);
	object->name = name.data;
	return name.data ? object : NULL;
}

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

static void
object_sort(struct object_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

int
object_list_all(unsigned int set, struct object_list *list)
{
	int status = catalog_posix(set, list);

	if (catalog_sysv(set, list) == -1) {
		error_line(NULL, "System V objects cannot be listed: %s", strerror(errno));
		status = STATUS_FAILED;
	}
	object_sort(list);
	return status;
}

/* Takes away the last if it was there before. */
static void
drop_double(struct object_list *list)
{
	struct object *last = &list->items[list->count - 1];
	size_t i;

	for (i = 0; i + 1 < list->count; i++)
		if (compare(&list->items[i], last) == 0) {
			object_drop(list);
			return;
		}
}

/* Adds what a choice names, of all kinds that it may be of. -1: ENOENT, or what kept it from being known. */
static int
find(const struct object_choice *choice, key_t key, struct object_list *list)
{
	const struct name *name = &choice->name;
	int result = -1, error = ENOENT;
	size_t i;

	for (i = 0; i < KINDS; i++) {
		if (!(choice->kinds & kinds[i].kind))
			continue;
		if ((name->kind == NAME_POSIX ? catalog_find(kinds[i].kind, name->text, list)
		                              : catalog_find_sysv(kinds[i].kind, key, name->number, list)) == 0) {
			drop_double(list);
			result = 0;
		} else if (errno != ENOENT) {
			error = errno;
		}
	}
	errno = error;
	return result;
}

/* The same, with a line if it is not there. */
static int
find_or_say(const struct object_choice *choice, struct object_list *list)
{
	key_t key = IPC_PRIVATE;

	if ((choice->name.kind == NAME_KEY || choice->name.kind == NAME_FTOK) && name_key(&choice->name, &key) == -1) {
		error_line(choice->text, "no key from this path: %s", strerror(errno));
		return -1;
	}
	if (find(choice, key, list) == 0)
		return 0;
	if (errno == ENOENT)
		error_line(choice->text, "no such %s%s", object_kind_noun(choice->kinds),
		    *choice->text == '-' ? " (options come before names)" : "");
	else if (errno == EBADMSG)
		error_line(choice->text, "not a semaphore; its file is too small");
	else
		error_line(choice->text, "%s", strerror(errno));
	return -1;
}

int
object_find(const struct object_choice *choices, size_t count, struct object_list *list)
{
	int status = -1;
	size_t i;

	for (i = 0; i < count; i++)
		if (choices[i].named && find_or_say(&choices[i], list) == -1)
			status = STATUS_FAILED;
	object_sort(list);
	return status;
}

void
object_drop(struct object_list *list)
{
	struct object *object = &list->items[--list->count];

	free(object->name);
	free(object->values);
}

void
object_list_free(struct object_list *list)
{
	while (list->count > 0)
		object_drop(list);
	free(list->items);
	*list = (struct object_list){0};
}

void
object_show(const struct object *object, struct text *text)
{
	text_format(text, "%s:", object_kind_word(object->kind));
	show_string(text, object->name, false);
}

int
object_say(const struct object *object, const char *why)
{
	struct text name = {0};

	text_format(&name, "%s:%s", object_kind_word(object->kind), object->name);
	error_line(name.data, "%s", why);
	text_free(&name);
	return STATUS_FAILED;
}
