/*
 * list.c: objects as lines. No name can break a line, because columns have tabs between them. In JSON a field that is
 * not known is null.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/error.h"
#include "object/internal.h"

/* The kinds of a field. In JSON only a number has no quotes. */
enum field { FIELD_NUMBER, FIELD_KEY, FIELD_TEXT, FIELD_KIND, FIELD_OWNER, FIELD_GROUP, FIELD_MODE, FIELD_TIME };

static const struct column {
	char name[8];
	unsigned char field;   /* enum field */
	unsigned char member;  /* offset in struct object of a number, a key, a time (long long) or a text (char *) */
	unsigned char details; /* set of the details that the column shows */
} columns[] = {
    {"KIND", FIELD_KIND, 0, 0},
    {"NAME", FIELD_TEXT, offsetof(struct object, name), 0},
    {"ID", FIELD_NUMBER, offsetof(struct object, id), 0},
    {"KEY", FIELD_KEY, offsetof(struct object, key), 0},
    {"OWNER", FIELD_OWNER, 0, 0},
    {"MODE", FIELD_MODE, 0, 0},
    {"SIZE", FIELD_NUMBER, offsetof(struct object, size), OBJECT_ATTRIBUTES},
    {"USED", FIELD_NUMBER, offsetof(struct object, used), OBJECT_ATTRIBUTES},
    {"COUNT", FIELD_NUMBER, offsetof(struct object, count), OBJECT_ATTRIBUTES},
    {"GROUP", FIELD_GROUP, 0, 0},
    {"DEPTH", FIELD_NUMBER, offsetof(struct object, depth), OBJECT_ATTRIBUTES},
    {"MSGSIZE", FIELD_NUMBER, offsetof(struct object, message_size), OBJECT_ATTRIBUTES},
    {"VALUE", FIELD_TEXT, offsetof(struct object, values), OBJECT_VALUES},
    {"WAITING", FIELD_NUMBER, offsetof(struct object, waiting), OBJECT_WAITING},
    {"CREATOR", FIELD_NUMBER, offsetof(struct object, creator), 0},
    {"LASTPID", FIELD_NUMBER, offsetof(struct object, last), OBJECT_VALUES},
    {"CHANGED", FIELD_TIME, offsetof(struct object, changed), 0},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

int
listing_parse(struct listing *listing, const char *text)
{
	size_t length, i;

	for (listing->count = 0;; text += length + 1) {
		length = strcspn(text, ",");
		for (i = 0; i < COLUMNS; i++)
			if (strlen(columns[i].name) == length && strncasecmp(columns[i].name, text, length) == 0)
				break;
		if (i == COLUMNS || listing->count == LISTING_MOST)
			return error_set(EINVAL);
		listing->columns[listing->count++] = (unsigned char)i;
		if (!text[length])
			return 0;
	}
}

unsigned int
listing_details(const struct listing *listing)
{
	unsigned int details = 0;
	size_t i;

	for (i = 0; i < listing->count; i++)
		details |= columns[listing->columns[i]].details;
	return details;
}

void
listing_header(const struct listing *listing, struct text *text)
{
	size_t i;

	for (i = 0; i < listing->count; i++)
		text_format(text, "%s%s", i ? "\t" : "", columns[listing->columns[i]].name);
	text_format(text, "\n");
}

static void
put_time(time_t seconds, struct text *text)
{
	char words[32];
	struct tm time;

	if (gmtime_r(&seconds, &time) && strftime(words, sizeof(words), "%Y-%m-%dT%H:%M:%SZ", &time) > 0)
		text_format(text, "%s", words);
}

/* Append the field of a column to an empty text, which stays empty if the field is not known. */
static void
put_field(const struct column *column, const struct object *object, struct text *text)
{
	const void *member = (const char *)object + column->member;
	const char *const *words = member;
	const long long *number = member;

	if (column->field == FIELD_KIND)
		text_format(text, "%s", object_kind_word(object->kind));
	else if (column->field == FIELD_TEXT && *words)
		text_format(text, "%s", *words);
	else if (column->field == FIELD_NUMBER && *number != OBJECT_UNKNOWN)
		text_format(text, "%lld", *number);
	else if (column->field == FIELD_KEY && *number != OBJECT_UNKNOWN)
		text_format(text, "0x%llx", (unsigned long long)*number);
	else if (column->field == FIELD_TIME && *number != OBJECT_UNKNOWN)
		put_time((time_t)*number, text);
	else if (column->field == FIELD_OWNER && object->owned)
		account_add(false, object->uid, text);
	else if (column->field == FIELD_GROUP && object->owned)
		account_add(true, object->gid, text);
	else if (column->field == FIELD_MODE && object->owned)
		text_format(text, "%04o", (unsigned int)object->mode);
}

/* Append a key of JSON, which is the column's name in small letters, and its value. */
static void
put_json(const struct column *column, const char *field, struct text *text)
{
	const char *letter;

	text_format(text, "\"");
	for (letter = column->name; *letter; letter++)
		text_format(text, "%c", tolower((unsigned char)*letter));
	text_format(text, "\":");
	if (!field) {
		text_format(text, "null");
	} else if (column->field == FIELD_NUMBER) {
		text_format(text, "%s", field);
	} else {
		text_format(text, "\"");
		escape_name(text, field, true);
		text_format(text, "\"");
	}
}

void
listing_line(const struct listing *listing, const struct object *object, struct text *text)
{
	size_t i;

	for (i = 0; i < listing->count; i++) {
		const struct column *column = &columns[listing->columns[i]];
		struct text field = {0};

		put_field(column, object, &field);
		text_format(text, "%s", !listing->json ? i ? "\t" : "" : i ? "," : "{");
		if (listing->json)
			put_json(column, field.data, text);
		else
			escape_name(text, field.data ? field.data : "-", false);
		text->cut |= field.cut;
		text_free(&field);
	}
	text_format(text, listing->json ? "}\n" : "\n");
}
