/*
 * name.c: the names of objects, one grammar for queues, segments and semaphores (ipc7(7)).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>

#include "base/error.h"
#include "base/name.h"
#include "base/number.h"
#include "base/trace.h"

static int
invalid(const char **fault, const char *what)
{
	*fault = what;
	errno = EINVAL;
	return -1;
}

/* "jobs" or "/jobs" */
static int
parse_posix(struct name *name, const char *text, const char **fault)
{
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
	name->kind = NAME_POSIX;
	name->room[0] = '/';
	strcpy(name->room + 1, text);
	name->text = name->path = name->room;
	return 0;
}

/* "0x4d2" or "1234"; 0 is IPC_PRIVATE, which names nothing */
static int
parse_key(struct name *name, const char *text, const char **fault)
{
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
	} else if (number_parse(text, 0, UINT_MAX, &key) == -1) {
		return invalid(fault,
		    errno == ERANGE ? "a System V key is at most 4294967295"
		                    : "after sysv: comes a key (0x4d2 or 1234), @ID, a path with a slash, or new");
	}
	if (key == 0)
		return invalid(fault, "key 0 always makes a new private object; sysv:new says that");
	name->kind = NAME_KEY;
	name->number = (int)(unsigned int)key;
	snprintf(name->room, sizeof(name->room), "sysv:0x%llx", key);
	name->text = name->room;
	return 0;
}

/* Returns the project of ftok(3): a number from 1 to 255, or one other character; 0 if text is neither. */
static int
parse_project(const char *text)
{
	unsigned long long number;

	if (number_parse(text, 1, 255, &number) == 0)
		return (int)number;
	if (text[0] && !text[1] && text[0] != '0')
		return (unsigned char)text[0];
	return 0;
}

/* Sets the strings of a name with a path, which is the size bytes of text from start. */
static int
set_path(struct name *name, const char *text, size_t start, size_t size)
{
	name->text = strdup(text);
	name->path = strndup(text + start, size);
	return name->text && name->path ? 0 : -1;
}

/* "sysv:./file" or "sysv:/path,J" */
static int
parse_ftok(struct name *name, const char *text, const char **fault)
{
	const char *comma = strrchr(text, ',');
	size_t start = strlen("sysv:");

	name->kind = NAME_FTOK;
	name->number = 1;
	if (comma && !strchr(comma, '/')) {
		name->number = parse_project(comma + 1);
		if (name->number == 0)
			return invalid(fault, "after the comma comes one character or a number from 1 to 255");
	} else {
		comma = text + strlen(text);
	}
	return set_path(name, text, start, (size_t)(comma - text) - start);
}

static int
parse_sysv(struct name *name, const char *text, const char **fault)
{
	const char *rest = text + strlen("sysv:");
	unsigned long long id;

	if (strchr(rest, '/'))
		return parse_ftok(name, text, fault);
	if (*rest == '@') {
		if (number_parse(rest + 1, 0, INT_MAX, &id) == -1)
			return invalid(fault, "after sysv:@ comes the number of an identifier");
		name->kind = NAME_ID;
		name->number = (int)id;
		snprintf(name->room, sizeof(name->room), "sysv:@%d", name->number);
	} else if (strcmp(rest, "new") == 0) {
		name->kind = NAME_NEW;
		strcpy(name->room, "sysv:new");
	} else {
		return parse_key(name, rest, fault);
	}
	name->text = name->room;
	return 0;
}

static int
parse_file(struct name *name, const char *text, const char **fault)
{
	size_t start = strlen("file:");

	if (!text[start])
		return invalid(fault, "after file: comes a path");
	name->kind = NAME_FILE;
	return set_path(name, text, start, strlen(text + start));
}

int
name_parse(struct name *name, const char *text, const char **fault)
{
	int result = -1;

	*name = (struct name){0};
	*fault = "out of memory";
	if (strncmp(text, "posix:", strlen("posix:")) == 0)
		result = parse_posix(name, text + strlen("posix:"), fault);
	else if (strncmp(text, "sysv:", strlen("sysv:")) == 0)
		result = parse_sysv(name, text, fault);
	else if (strncmp(text, "file:", strlen("file:")) == 0)
		result = parse_file(name, text, fault);
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
	if (name->text != name->room)
		free(name->text);
	if (name->path != name->room)
		free(name->path);
	name->text = name->path = NULL;
}

/* Shows the key as ipcs prints it: two files can have the same key. */
static void
trace_ftok(const struct name *name, key_t key)
{
	struct text call = {0};
	int saved = errno;

	text_format(&call, "ftok(");
	text_quote(&call, name->path, strlen(name->path), strlen(name->path));
	text_format(&call, ", %d) = ", name->number);
	if (key == -1)
		text_format(&call, "-1 %s", error_name(saved));
	else
		text_format(&call, "0x%x", (unsigned int)key);
	error_line(NULL, "%s", call.data);
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
