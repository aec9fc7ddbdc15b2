/*
 * object.h: queues, segments and semaphores of both families, as ipcls, ipcset and ipcdel name, find, list and
 * change them.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/name.h"
#include "base/text.h"

enum object_kind { OBJECT_QUEUE = 1, OBJECT_SEGMENT = 2, OBJECT_SEMAPHORE = 4, OBJECT_ALL = 7 };

/* Properties that cost system calls of their own for each object, and are read only if they are asked for. */
enum object_detail {
	OBJECT_ATTRIBUTES = 1, /* of a POSIX queue: size, used, count, depth, message_size */
	OBJECT_VALUES = 2,     /* of a semaphore: values, last */
	OBJECT_WAITING = 4     /* of a System V semaphore: waiting */
};

/* The value of a number that is not known, or that an object of this kind does not have. */
#define OBJECT_UNKNOWN LLONG_MIN

struct object {
	enum object_kind kind;
	bool posix;              /* the family is POSIX, not System V */
	char *name;              /* name that the other commands accept */
	long long id, key;       /* of a System V object; key 0: it is private */
	bool owned;              /* uid, creator_uid, gid and mode are known */
	uid_t uid, creator_uid;  /* owner; creator of a System V object, else the owner */
	gid_t gid;               /* group */
	mode_t mode;             /* permission bits */
	long long size;          /* capacity of a queue, or size of a segment, in bytes */
	long long used;          /* bytes of the messages in a queue */
	long long count;         /* messages, attachments or members */
	long long depth;         /* most messages of a POSIX queue */
	long long message_size;  /* most bytes of each message */
	char *values;            /* values of all members of a semaphore, with commas between them; or NULL */
	long long waiting;       /* processes that wait for a semaphore */
	long long creator, last; /* process ids: of the creator, and of the last process that used the object */
	long long changed;       /* seconds since 1970 */
};

/* A list of objects. It starts as {0} with details set, and its owner calls objects_free. */
struct objects {
	struct object *items;
	size_t count, capacity;
	unsigned int details; /* set of the enum object_detail to read */
};

/* An operand: KIND, KIND:NAME or NAME. */
struct operand {
	const char *text;   /* operand as it was written */
	unsigned int kinds; /* set of enum object_kind that the operand may mean */
	bool named;         /* the operand has a NAME, which is in name; else it means all objects of its kind */
	struct name name;
};

/* A list of operands. It starts as {0}, and its owner calls operands_free. */
struct operands {
	struct operand *items;
	size_t count;
	unsigned int kinds; /* set of enum object_kind of which all objects are meant */
};

/* Return "mq", "shm" or "sem". */
const char *object_kind_word(enum object_kind kind);

/* Return "queue", "segment" or "semaphore", or words for a set of kinds. */
const char *object_kind_noun(unsigned int kinds);

/*
 * Read KIND, KIND:NAME or NAME. Returns 0, and the caller calls name_free on operand->name; or -1 with a phrase in
 * *fault that names the fault. Errors: EINVAL, ENOMEM.
 */
CHECKED int operand_parse(struct operand *operand, const char *text, const char **fault);

/*
 * Read operands up to a NULL. No operand means all objects, unless exact: then each operand must name one object,
 * KIND:NAME. operands_free releases them even after a failure. Returns GO_ON, or an exit status after a line.
 */
CHECKED int operands_read(struct operands *operands, char *argv[], bool exact);

/* Release the operands and their names. */
void operands_free(struct operands *operands);

/*
 * Add every object of each kind that was given without a NAME, and the named objects, none twice, and sort the list: by
 * kind, POSIX before System V, by name or identifier. Print a line for each kind that cannot be listed and for each
 * name that is not found, and add the rest. Returns GO_ON, or STATUS_FAILED after a line. See msgctl(2), shmctl(2),
 * semctl(2), mq_overview(7), shm_overview(7), sem_overview(7).
 */
CHECKED int objects_find(const struct operands *operands, struct objects *objects);

/* Release the list, which is then empty. */
void objects_free(struct objects *objects);

/* Append KIND:NAME, escaped as escape_name does. */
void object_show(const struct object *object, struct text *text);

#define CHANGE_NO_OWNER ((uid_t)-1)
#define CHANGE_NO_GROUP ((gid_t)-1)

/* A change of objects. It starts as {.uid = CHANGE_NO_OWNER, .gid = CHANGE_NO_GROUP}. */
struct change {
	bool mode_given;
	mode_t mode; /* new mode, if mode_given */
	uid_t uid;   /* new owner and group, or CHANGE_NO_OWNER and CHANGE_NO_GROUP if they stay */
	gid_t gid;
	size_t capacity; /* new msg_qbytes of a System V queue, in bytes; 0: it stays */
};

/*
 * Read operands up to a NULL, KIND:NAME each, find their objects, and check whether this process may change them, or
 * remove them (change NULL), as far as the kernel tells: as their owner or as root, and within kernel.msgmnb. Touch
 * nothing. Returns GO_ON, or the exit status after a line.
 */
CHECKED int change_prepare(char *operands[], const struct change *change, struct objects *objects);

/*
 * Change all objects, or remove them (change NULL). Print a line for each object that the kernel refuses, and continue
 * with the others. Change a System V object in one step; of a POSIX object change first the owner and group, then the
 * mode. An object that is already gone counts as removed. Returns the exit status. See msgctl(2), chmod(2), chown(2),
 * mq_unlink(3).
 */
CHECKED int change_all(const struct objects *objects, const struct change *change);

/*
 * Read OWNER, OWNER:GROUP or :GROUP, names or numbers, into a change. Returns 0 or -1. Errors: EINVAL (malformed, or no
 * such user or group), ENOMEM. See getpwnam(3), getgrnam(3).
 */
CHECKED int owner_parse(struct change *change, const char *text);

/*
 * Append a name so that it can neither end a line or a column nor reach a terminal. Keep its UTF-8 characters, and
 * write a control character or a byte that is not UTF-8 as \xNN. json: write it as the inside of a JSON string, with
 * control characters as \u00NN and other bytes as \\xNN. See RFC 3629, RFC 8259.
 */
void escape_name(struct text *text, const char *name, bool json);

/* The most columns of one line. */
#define LISTING_MOST 32

/* The form in which objects are printed. The caller sets json. */
struct listing {
	unsigned char columns[LISTING_MOST]; /* numbers of the columns */
	size_t count;
	bool json;
};

/* The columns that are shown without -o. */
#define LISTING_DEFAULT "KIND,NAME,ID,KEY,OWNER,MODE,SIZE,USED,COUNT"

/* Read names of columns with commas between them. Returns 0 or -1. Errors: EINVAL (no such column, or too many). */
int listing_parse(struct listing *listing, const char *text);

/* Return the details that the columns show, as a set of enum object_detail. */
unsigned int listing_details(const struct listing *listing);

/* Append the line of column names, or the line of an object. */
void listing_header(const struct listing *listing, struct text *text);
void listing_line(const struct listing *listing, const struct object *object, struct text *text);

/* Append lines, whose fields have tabs between them, with the fields under each other and spaces between them. */
void listing_align(const struct text *lines, struct text *aligned);

#endif
