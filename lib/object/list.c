/*
 * list.c: objects as lines. In columns with tabs between them nothing that a name holds can break a line; in JSON what
 * is not known is null.
 */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "object/object.h"

static void
put_kind(const struct object *object, struct text *text)
{
	text_format(text, "%s", object_kind_word(object->kind));
}

static void
put_name(const struct object *object, struct text *text)
{
	text_format(text, "%s", object->name);
}

static void
put_number(long long number, struct text *text)
{
	if (number != OBJECT_UNKNOWN)
		text_format(text, "%lld", number);
}

static void
put_id(const struct object *object, struct text *text)
{
	put_number(object->id, text);
}

static void
put_key(const struct object *object, struct text *text)
{
	if (object->key != OBJECT_UNKNOWN)
		text_format(text, "0x%llx", (unsigned long long)object->key);
}

/* The name of a user or group is asked for once for all lines in a row that need it. */
static void
put_owner(const struct object *object, struct text *text)
{
	static const struct passwd *user;
	static uid_t last = (uid_t)-1;

	if (!object->owned)
		return;
	if (object->uid != last)
		user = getpwuid(object->uid);
	last = object->uid;
	if (user)
		text_format(text, "%s", user->pw_name);
	else
		text_format(text, "%lu", (unsigned long)object->uid);
}

static void
put_group(const struct object *object, struct text *text)
{
	static const struct group *group;
	static gid_t last = (gid_t)-1;

	if (!object->owned)
		return;
	if (object->gid != last)
		group = getgrgid(object->gid);
	last = object->gid;
	if (group)
		text_format(text, "%s", group->gr_name);
	else
		text_format(text, "%lu", (unsigned long)object->gid);
}

static void
put_mode(const struct object *object, struct text *text)
{
	if (object->owned)
		text_format(text, "%04o", (unsigned int)object->mode);
}

static void
put_size(const struct object *object, struct text *text)
{
	put_number(object->size, text);
}

static void
put_used(const struct object *object, struct text *text)
{
	put_number(object->used, text);
}

static void
put_count(const struct object *object, struct text *text)
{
	put_number(object->count, text);
}

static void
put_depth(const struct object *object, struct text *text)
{
	put_number(object->depth, text);
}

static void
put_message_size(const struct object *object, struct text *text)
{
	put_number(object->message_size, text);
}

static void
put_value(const struct object *object, struct text *text)
{
	if (object->values)
		text_format(text, "%s", object->values);
}

static void
put_waiting(const struct object *object, struct text *text)
{
	put_number(object->waiting, text);
}

static void
put_creator(const struct object *object, struct text *text)
{
	put_number(object->creator, text);
}

static void
put_last(const struct object *object, struct text *text)
{
	put_number(object->last, text);
}

static void
put_changed(const struct object *object, struct text *text)
{
	time_t changed = (time_t)object->changed;
	char room[32];
	struct tm time;

	if (object->changed != OBJECT_UNKNOWN && gmtime_r(&changed, &time) &&
	    strftime(room, sizeof(room), "%Y-%m-%dT%H:%M:%SZ", &time) > 0)
		text_format(text, "%s", room);
}

static const struct column {
	const char *name;
	bool number;         /* JSON has it without quotes */
	unsigned int wanted; /* to be looked at for it */
	void (*put)(const struct object *object, struct text *text);
} columns[] = {
    {"KIND", false, 0, put_kind},
    {"NAME", false, 0, put_name},
    {"ID", true, 0, put_id},
    {"KEY", false, 0, put_key},
    {"OWNER", false, 0, put_owner},
    {"MODE", false, 0, put_mode},
    {"SIZE", true, OBJECT_CONTENTS, put_size},
    {"USED", true, OBJECT_CONTENTS, put_used},
    {"COUNT", true, OBJECT_CONTENTS, put_count},
    {"GROUP", false, 0, put_group},
    {"DEPTH", true, OBJECT_CONTENTS, put_depth},
    {"MSGSIZE", true, OBJECT_CONTENTS, put_message_size},
    {"VALUE", false, OBJECT_VALUES, put_value},
    {"WAITING", true, OBJECT_WAITING, put_waiting},
    {"CREATOR", true, 0, put_creator},
    {"LASTPID", true, OBJECT_VALUES, put_last},
    {"CHANGED", false, 0, put_changed},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define USUAL   9

void
listing_usual(struct listing *listing)
{
	for (listing->count = 0; listing->count < USUAL; listing->count++)
		listing->columns[listing->count] = listing->count;
}

int
listing_parse(struct listing *listing, const char *text)
{
	size_t length, i;

	for (listing->count = 0;; text += length + 1) {
		length = strcspn(text, ",");
		for (i = 0; i < COLUMNS; i++)
			if (strlen(columns[i].name) == length && strncasecmp(columns[i].name, text, length) == 0)
				break;
		if (i == COLUMNS || listing->count == LISTING_MOST) {
			errno = EINVAL;
			return -1;
		}
		listing->columns[listing->count++] = i;
		if (!text[length])
			return 0;
	}
}

unsigned int
listing_wanted(const struct listing *listing)
{
	unsigned int wanted = 0;
	size_t i;

	for (i = 0; i < listing->count; i++)
		wanted |= columns[listing->columns[i]].wanted;
	return wanted;
}

void
listing_header(const struct listing *listing, struct text *text)
{
	size_t i;

	for (i = 0; i < listing->count; i++)
		text_format(text, "%s%s", i ? "\t" : "", columns[listing->columns[i]].name);
	text_format(text, "\n");
}

void
listing_line(const struct listing *listing, const struct object *object, struct text *text)
{
	size_t i;

	for (i = 0; i < listing->count; i++) {
		const struct column *column = &columns[listing->columns[i]];
		struct text field = {0};

		column->put(object, &field);
		if (listing->json) {
			const char *letter;

			text_format(text, i ? ",\"" : "{\"");
			for (letter = column->name; *letter; letter++)
				text_format(text, "%c", tolower((unsigned char)*letter));
			text_format(text, "\":");
			if (!field.data)
				text_format(text, "null");
			else if (column->number)
				text_format(text, "%s", field.data);
			else {
				text_format(text, "\"");
				show_string(text, field.data, true);
				text_format(text, "\"");
			}
		} else {
			text_format(text, "%s", i ? "\t" : "");
			if (field.data)
				show_string(text, field.data, false);
			else
				text_format(text, "-");
		}
		text->cut |= field.cut;
		text_free(&field);
	}
	text_format(text, listing->json ? "}\n" : "\n");
}
