/*
 * name.c: the names of objects, one grammar for queues, segments and semaphores (DESIGN section 2).
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>

#include "ipc7.h"

static int
invalid(const char **fault, const char *what)
{
	*fault = what;
	errno = EINVAL;
	return -1;
}

/* Takes over the canonical text; -1 with ENOMEM where it could not be put together. */
static int
finish(struct name *name, struct text *text)
{
	name->text = text->data;
	return name->text ? 0 : -1;
}

/* "jobs" or "/jobs" */
static int
parse_posix(struct name *name, const char *text, const char **fault)
{
	struct text canonical = {0};

	if (*text == '/')
		text++;
	if (!*text)
		return invalid(fault, "the name is empty");
	if (strchr(text, '/'))
		return invalid(fault, "a POSIX name has one slash only, at its front");
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return invalid(fault, "a POSIX name cannot be . or ..");
	if (strlen(text) > NAME_MAX)
		return invalid(fault, "a POSIX name has at most 255 bytes after its slash");
	text_format(&canonical, "/%s", text);
	name->kind = NAME_POSIX;
	name->path = canonical.data ? strdup(canonical.data) : NULL;
	if (!name->path) {
		text_free(&canonical);
		return -1;
	}
	return finish(name, &canonical);
}

/* "0x4d2" or "1234", of which 0 is IPC_PRIVATE and no name */
static int
parse_key(struct name *name, const char *text, const char **fault)
{
	struct text canonical = {0};
	unsigned long long key = 0;
	size_t i;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		static const char hex[] = "0123456789abcdef0123456789ABCDEF";

		for (i = 2; text[i]; i++) {
			const char *digit = strchr(hex, text[i]);

			if (!digit || key > UINT_MAX)
				return invalid(fault, "a System V key has at most 8 hexadecimal digits");
			key = key * 16 + (unsigned int)(digit - hex) % 16;
		}
		if (i == 2 || key > UINT_MAX)
			return invalid(fault, "a System V key has 1 to 8 hexadecimal digits after 0x");
	} else if (num_parse(text, 0, UINT_MAX, &key) == -1) {
		return invalid(fault,
		    errno == ERANGE ? "a System V key is at most 4294967295"
		                    : "after sysv: comes a key (0x4d2 or 1234), @ID, a path with a slash, or new");
	}
	if (key == 0)
		return invalid(fault, "key 0 always makes a new private object; sysv:new says that");
	name->kind = NAME_KEY;
	name->number = (int)(unsigned int)key;
	text_format(&canonical, "sysv:0x%llx", key);
	return finish(name, &canonical);
}

/* The project of ftok(3), behind the comma: a number from 1 to 255, or one other character. 0 if it is neither. */
static int
parse_project(const char *text)
{
	unsigned long long number;

	if (num_parse(text, 1, 255, &number) == 0)
		return (int)number;
	if (text[0] && !text[1] && text[0] != '0')
		return (unsigned char)text[0];
	return 0;
}

/* "./file" or "/path,J" */
static int
parse_ftok(struct name *name, const char *text, const char **fault)
{
	struct text canonical = {0};
	const char *comma = strrchr(text, ',');

	name->kind = NAME_FTOK;
	name->number = 1;
	if (comma && !strchr(comma, '/')) {
		name->number = parse_project(comma + 1);
		if (name->number == 0)
			return invalid(fault, "after the comma comes one character or a number from 1 to 255");
	} else {
		comma = text + strlen(text);
	}
	name->path = strndup(text, (size_t)(comma - text));
	if (!name->path)
		return -1;
	text_format(&canonical, "sysv:%s", text);
	return finish(name, &canonical);
}

static int
parse_sysv(struct name *name, const char *text, const char **fault)
{
	struct text canonical = {0};
	unsigned long long id;

	if (strchr(text, '/'))
		return parse_ftok(name, text, fault);
	if (*text == '@') {
		if (num_parse(text + 1, 0, INT_MAX, &id) == -1)
			return invalid(fault, "after sysv:@ comes the number of an identifier");
		name->kind = NAME_ID;
		name->number = (int)id;
		text_format(&canonical, "sysv:@%d", name->number);
	} else if (strcmp(text, "new") == 0) {
		name->kind = NAME_NEW;
		text_format(&canonical, "sysv:new");
	} else {
		return parse_key(name, text, fault);
	}
	return finish(name, &canonical);
}

static int
parse_file(struct name *name, const char *text, const char **fault)
{
	struct text canonical = {0};

	if (!*text)
		return invalid(fault, "after file: comes a path");
	name->kind = NAME_FILE;
	name->path = strdup(text);
	if (!name->path)
		return -1;
	text_format(&canonical, "file:%s", text);
	return finish(name, &canonical);
}

int
name_parse(struct name *name, const char *text, const char **fault)
{
	static const struct {
		const char *prefix;
		int (*parse)(struct name *, const char *, const char **);
	} kinds[] = {{"posix:", parse_posix}, {"sysv:", parse_sysv}, {"file:", parse_file}};
	int result = -1;
	size_t i;

	*name = (struct name){0};
	*fault = "out of memory";
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			break;
	if (i < sizeof(kinds) / sizeof(kinds[0]))
		result = kinds[i].parse(name, text + strlen(kinds[i].prefix), fault);
	else if (*text != '/' && strchr(text, ':'))
		result = invalid(fault,
		    "the kinds of names are posix:, sysv: and file: (a POSIX name with a colon starts with a slash)");
	else
		result = parse_posix(name, text, fault);
	if (result == -1) {
		int saved = errno;

		name_free(name);
		errno = saved;
	}
	return result;
}

void
name_free(struct name *name)
{
	free(name->text);
	free(name->path);
	*name = (struct name){0};
}

/* Shows the key as ipcs prints it, since two files may well have the same one. */
static void
trace_ftok(const struct name *name, key_t key)
{
	struct text call = {0};
	int saved = errno;

	text_format(&call, "ftok(");
	text_quote(&call, name->path, strlen(name->path), strlen(name->path));
	text_format(&call, ", %d) = ", name->number);
	if (key == -1)
		text_format(&call, "-1 %s", err_name(saved));
	else
		text_format(&call, "0x%x", (unsigned int)key);
	err_line(NULL, "%s", call.data);
	text_free(&call);
	errno = saved;
}

int
name_key(const struct name *name, key_t *key)
{
	if (name->kind == NAME_FTOK) {
		*key = ftok(name->path, name->number);
		if (trace_on)
			trace_ftok(name, *key);
		return *key == -1 ? -1 : 0;
	}
	*key = (key_t)name->number;
	return 0;
}
