/*
 * name.h: the names of queues, segments and semaphores: one grammar, described in ipc7(7).
 */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <limits.h>
#include <sys/types.h>

#include "base/checked.h"

enum name_kind { NAME_POSIX, NAME_KEY, NAME_FTOK, NAME_ID, NAME_NEW, NAME_FILE, NAME_FD };

struct name {
	enum name_kind kind;
	char *
	    text; /* canonical form: "/jobs", "sysv:0x4d2", "sysv:@7", "sysv:new", "file:PATH", "fd:9"; NAME_FTOK: as typed */
	char *path; /* NAME_POSIX: the same as text; NAME_FTOK, NAME_FILE: the path; else NULL */
	int number; /* NAME_KEY: the key; NAME_FTOK: the project, 1 to 255; NAME_ID: the identifier; NAME_FD: the descriptor */
	char room[NAME_MAX + 2]; /* space for names without a path, so that most runs allocate nothing */
};

/*
 * Parse a name. Returns 0, or -1 with EINVAL or ENOMEM and *fault set to a phrase that names the fault. The owner calls
 * name_free; the struct must not be copied or moved meanwhile.
 */
CHECKED int name_parse(struct name *name, const char *text, const char **fault);

/* Release the strings of a name. */
void name_free(struct name *name);

/* Store the System V key of a NAME_KEY or NAME_FTOK in *key. Returns 0, or -1 with errno of ftok(3). */
CHECKED int name_key(const struct name *name, key_t *key);

/* Turn the errno values for an identifier that no longer names a System V object into ENOENT. Returns result. */
int name_missing(int result);

#endif
