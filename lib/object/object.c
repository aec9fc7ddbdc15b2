/*
 * object.c: an object of any kind and family, and lists of objects. Of a new object only the name is known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/internal.h"

const char *
object_kind_word(enum object_kind kind)
{
	return kind == OBJECT_QUEUE ? "mq" : kind == OBJECT_SEGMENT ? "shm" : "sem";
}

const char *
object_kind_noun(unsigned int kinds)
{
	static const char *const nouns[] = {
	    [OBJECT_QUEUE] = "queue",
	    [OBJECT_SEGMENT] = "segment",
	    [OBJECT_SEMAPHORE] = "semaphore",
	    [OBJECT_QUEUE | OBJECT_SEMAPHORE] = "queue or semaphore",
	    [OBJECT_ALL] = "queue, segment or semaphore",
	};

	return nouns[kinds];
}

/* Make space for one more object. */
static int
grow(struct objects *objects)
{
	size_t capacity = objects->capacity ? objects->capacity * 2 : 64;
	struct object *items;

	if (objects->count < objects->capacity)
		return 0;
	items = realloc(objects->items, capacity * sizeof(*items));
	if (!items)
		return -1;
	objects->items = items;
	objects->capacity = capacity;
	return 0;
}

struct object *
objects_add(struct objects *objects, enum object_kind kind, bool posix, const char *format, ...)
{
	char name[NAME_MAX + 2], *copy;
	struct object *object;
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	copy = strdup(name);
	if (!copy || grow(objects) == -1) {
		free(copy);
		return NULL;
	}
	object = &objects->items[objects->count++];
	*object = (struct object){.kind = kind,
	    .posix = posix,
	    .name = copy,
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
	return object;
}

void
objects_drop(struct objects *objects)
{
	struct object *object = &objects->items[--objects->count];

	free(object->name);
	free(object->values);
}

void
objects_free(struct objects *objects)
{
	while (objects->count > 0)
		objects_drop(objects);
	free(objects->items);
	*objects = (struct objects){0};
}

void
object_show(const struct object *object, struct text *text)
{
	text_format(text, "%s:", object_kind_word(object->kind));
	escape_name(text, object->name, false);
}
