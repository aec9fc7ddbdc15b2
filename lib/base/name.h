/*
 * name.h: the names of objects.
 */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <limits.h>
#include <sys/types.h>

enum name_kind { NAME_POSIX, NAME_KEY, NAME_FTOK, NAME_ID, NAME_NEW, NAME_FILE };

struct name {
	enum name_kind kind;
	char *
	    text; /* canonical, as printed: "/jobs", "sysv:0x4d2", "sysv:@7", "sysv:./file,J", "sysv:new", "file:PATH" */
	char *path;              /* NAME_POSIX: the same as text; NAME_FTOK, NAME_FILE: the path; else NULL */
	int number;              /* NAME_KEY: the key; NAME_FTOK: the project, 1 to 255; NAME_ID: the identifier */
	char room[NAME_MAX + 2]; /* holds what has no path: most runs of a command allocate nothing */
};

/*
 * Reads a name (ipc7(7)). On -1 errno is EINVAL, or ENOMEM, and *fault says in a phrase what is wrong.
 */
int name_parse(struct name *name, const char *text, const char **fault);

/* Releases its strings. */
void name_free(struct name *name);

/* The System V key of a NAME_KEY or NAME_FTOK, in *key. errno of ftok(3) when the file cannot be examined. */
int name_key(const struct name *name, key_t *key);

#endif
