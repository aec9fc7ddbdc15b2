/*
 * list.c: objects as lines. In columns with tabs between them no name can break a line; in JSON what is not known
 * is null.
 */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <strings.h>
#include <time.h>

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
put_key(const struct object *object, struct text *text)
{
	if (object->key != OBJECT_UNKNOWN)
		text_format(text, "0x%llx", (unsigned long long)object->key);
}

/* Objects in a row that belong to the same user need one look-up. */
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
put_values(const struct object *object, struct text *text)
{
	if (object->values)
		text_format(text, "%s", object->values);
}

static void
put_changed(const struct object *object, struct text *text)
{
	time_t changed = (time_t)object->changed;
	char words[32];
	struct tm time;

	if (object->changed != OBJECT_UNKNOWN && gmtime_r(&changed, &time) &&
	    strftime(words, sizeof(words), "%Y-%m-%dT%H:%M:%SZ", &time) > 0)
		text_format(text, "%s", words);
}

static const struct column {
	char name[8];
	unsigned char details; /* details that it shows */
	unsigned char number;  /* without put: place of a long long in struct object; JSON has it without quotes */

	/* Appends the field, or nothing if it is not known. */
	void (*put)(const struct object *object, struct text *text);
} columns[] = {
    {"KIND", 0, 0, put_kind},
    {"NAME", 0, 0, put_name},
    {"ID", 0, offsetof(struct object, id), NULL},
    {"KEY", 0, 0, put_key},
    {"OWNER", 0, 0, put_owner},
    {"MODE", 0, 0, put_mode},
    {"SIZE", OBJECT_ATTRIBUTES, offsetof(struct object, size), NULL},
    {"USED", OBJECT_ATTRIBUTES, offsetof(struct object, used), NULL},
    {"COUNT", OBJECT_ATTRIBUTES, offsetof(struct object, count), NULL},
    {"GROUP", 0, 0, put_group},
    {"DEPTH", OBJECT_ATTRIBUTES, offsetof(struct object, depth), NULL},
    {"MSGSIZE", OBJECT_ATTRIBUTES, offsetof(struct object, message_size), NULL},
    {"VALUE", OBJECT_VALUES, 0, put_values},
    {"WAITING", OBJECT_WAITING, offsetof(struct object, waiting), NULL},
    {"CREATOR", 0, offsetof(struct object, creator), NULL},
    {"LASTPID", OBJECT_VALUES, offsetof(struct object, last), NULL},
    {"CHANGED", 0, 0, put_changed},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* How many of them are shown without -o. */
#define DEFAULT 9

void
listing_default(struct listing *listing)
{
	for (listing->count = 0; listing->count < DEFAULT; listing->count++)
		listing->columns[listing->count] = (unsigned char)listing->count;
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

/* Appends the field of a column to an empty text, which stays empty if the field is not known. */
static void
put_field(const struct column *column, const struct object *object, struct text *text)
{
	long long number;

	if (column->put) {
		column->put(object, text);
		return;
	}
	memcpy(&number, (const char *)object + column->number, sizeof(number));
	if (number != OBJECT_UNKNOWN)
		text_format(text, "%lld", number);
}

/* Appends a key of JSON, which is the column's name in small letters, and its value. */
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
	} else if (!column->put) {
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
