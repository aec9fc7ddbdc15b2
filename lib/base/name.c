/*
 * name.c: the names of objects, one grammar for queues, segments and semaphores (ipc7(7)).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>

#include "base/error.h"
#include "base/name.h"
#include "base/number.h"
#include "base/trace.h"

/* Fault of a name that cannot be stored. */
static const char no_memory[] = "out of memory";

/* Each function below returns the fault of the name, or NULL. */

/* Parse "jobs" or "/jobs". */
static const char *
parse_posix(struct name *name, const char *text)
{
	if (*text == '/')
		text++;
	if (!*text)
		return "the name is empty";
	if (strchr(text, '/'))
		return "a POSIX name has one slash only, at its front";
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return "a POSIX name cannot be . or ..";
	if (strlen(text) > NAME_MAX)
		return "a POSIX name has at most 255 bytes after its slash";
	name->kind = NAME_POSIX;
	name->room[0] = '/';
	strcpy(name->room + 1, text);
	name->text = name->path = name->room;
	return NULL;
}

/* Parse "0x4d2", "1234", or "-5", the signed form of a key. 0 is IPC_PRIVATE, which names no object. */
static const char *
parse_key(struct name *name, const char *text)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X'), minus = *text == '-';
	unsigned long long key;
	int number = 0;

	if (hex)
		text += 2;
	if ((minus ? number_int(text, strlen(text), &number)
	           : number_read(text, strlen(text), hex ? 16 : 10, 0, UINT_MAX, &key)) == -1)
		return hex ? "a System V key has 1 to 8 hexadecimal digits after 0x"
		       : errno == ERANGE
		           ? minus ? "a System V key is at least -2147483648" : "a System V key is at most 4294967295"
		           : "expected a key (0x4d2 or 1234), @ID, a path with a slash, or new after sysv:";
	if (minus)
		key = (unsigned int)number;
	if (key == 0)
		return "key 0 is not a name (use sysv:new for a private object)";
	name->kind = NAME_KEY;
	name->number = (int)(unsigned int)key;
	snprintf(name->room, sizeof(name->room), "sysv:0x%llx", key);
	name->text = name->room;
	return NULL;
}

/* Set the strings of a name with a path: the size bytes of text from start. */
static const char *
set_path(struct name *name, const char *text, size_t start, size_t size)
{
	name->text = strdup(text);
	name->path = strndup(text + start, size);
	return name->text && name->path ? NULL : no_memory;
}

/*
 * Parse "sysv:./file" or "sysv:/path,J". After the comma comes the project of ftok(3): a number, or another character.
 */
static const char *
parse_ftok(struct name *name, const char *text)
{
	const char *comma = strrchr(text, ',');
	size_t start = strlen("sysv:");
	unsigned long long project = 1;

	if (comma && !strchr(comma, '/')) {
		if (number_parse(comma + 1, 1, 255, &project) == -1) {
			if (!comma[1] || comma[2] || comma[1] == '0')
				return "expected one character or a number from 1 to 255 after the comma";
			project = (unsigned char)comma[1];
		}
	} else {
		comma = text + strlen(text);
	}
	name->kind = NAME_FTOK;
	name->number = (int)project;
	return set_path(name, text, start, (size_t)(comma - text) - start);
}

static const char *
parse_sysv(struct name *name, const char *text)
{
	const char *rest = text + strlen("sysv:");
	unsigned long long id;

	if (strchr(rest, '/'))
		return parse_ftok(name, text);
	if (*rest == '@') {
		if (number_parse(rest + 1, 0, INT_MAX, &id) == -1)
			return "expected the number of an identifier after sysv:@";
		name->kind = NAME_ID;
		name->number = (int)id;
		snprintf(name->room, sizeof(name->room), "sysv:@%d", name->number);
	} else if (strcmp(rest, "new") == 0) {
		name->kind = NAME_NEW;
		strcpy(name->room, "sysv:new");
	} else {
		return parse_key(name, rest);
	}
	name->text = name->room;
	return NULL;
}

static const char *
parse_file(struct name *name, const char *text)
{
	size_t start = strlen("file:");

	if (!text[start])
		return "expected a path after file:";
	name->kind = NAME_FILE;
	return set_path(name, text, start, strlen(text + start));
}

static const char *
parse_fd(struct name *name, const char *text)
{
	unsigned long long number;

	if (number_parse(text + strlen("fd:"), 0, INT_MAX, &number) == -1)
		return "expected the number of a descriptor after fd:";
	name->kind = NAME_FD;
	name->number = (int)number;
	snprintf(name->room, sizeof(name->room), "fd:%d", name->number);
	name->text = name->room;
	return NULL;
}

static const char *
parse(struct name *name, const char *text)
{
	if (strncmp(text, "posix:", strlen("posix:")) == 0)
		return parse_posix(name, text + strlen("posix:"));
	if (strncmp(text, "sysv:", strlen("sysv:")) == 0)
		return parse_sysv(name, text);
	if (strncmp(text, "file:", strlen("file:")) == 0)
		return parse_file(name, text);
	if (strncmp(text, "fd:", strlen("fd:")) == 0)
		return parse_fd(name, text);
	if (*text != '/' && strchr(text, ':'))
		return "the kinds of names are posix:, sysv: and file: (a POSIX name with a colon starts with a slash)";
	return parse_posix(name, text);
}

int
name_parse(struct name *name, const char *text, const char **fault)
{
	*name = (struct name){0};
	*fault = parse(name, text);
	if (!*fault)
		return 0;
	name_free(name);
	errno = *fault == no_memory ? ENOMEM : EINVAL;
	return -1;
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

/* Trace ftok(3). Show the key in hexadecimal, as ipcs does, so that a collision of two files can be seen. */
static void
trace_ftok(const struct name *name, key_t key)
{
	struct text call = {0};

	text_format(&call, "ftok(");
	text_quote(&call, name->path, strlen(name->path), strlen(name->path));
	text_format(&call, ", %d)", name->number);
	if (key == -1) {
		trace_end(&call, -1);
		return;
	}
	text_format(&call, " = 0x%x", (unsigned int)key);
	trace_line(&call);
}

int
name_key(const struct name *name, key_t *key)
{
	if (name->kind == NAME_FTOK) {
		*key = TRACED(ftok(name->path, name->number));
		if (trace_on)
			trace_ftok(name, *key);
		return *key == -1 ? -1 : 0;
	}
	*key = (key_t)name->number;
	return 0;
}

int
name_missing(int result)
{
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}
