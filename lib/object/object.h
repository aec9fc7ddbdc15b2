/*
 * object.h: queues, segments and semaphores, whatever their kind.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/name.h"
#include "base/text.h"

/*
 * Appends a string whose characters are UTF-8. Control characters, and bytes that are none, stand as \xNN; json: as the
 * inside of a string of JSON, where those are \u00NN and \\xNN. Source: RFC 3629, RFC 8259.
 */
void show_string(struct text *text, const char *string, bool json);

enum object_kind { OBJECT_QUEUE = 1, OBJECT_SEGMENT = 2, OBJECT_SEMAPHORE = 4, OBJECT_ALL = 7 };

/* What is looked at only if somebody wants it, since it needs calls of its own for each object. */
enum {
	OBJECT_CONTENTS = 1, /* of a POSIX queue: size, used, count, depth, message_size */
	OBJECT_VALUES = 2,   /* of a semaphore: values, last */
	OBJECT_WAITING = 4   /* of a System V semaphore: waiting */
};

#define OBJECT_UNKNOWN LLONG_MIN

/* What is not known, or has no meaning for it, is OBJECT_UNKNOWN, or NULL. */
struct object {
	enum object_kind kind;
	bool posix;
	char *name;        /* as the other commands take it */
	long long id, key; /* of a System V object; key 0: it is private */
	bool owned;        /* these are known: */
	uid_t uid, creator_uid;
	gid_t gid;
	mode_t mode;
	long long size;                /* bytes; of a queue: that all its messages may have */
	long long used;                /* bytes that are queued */
	long long count;               /* messages, attachments, members */
	long long depth, message_size; /* limits of a POSIX queue: messages, and bytes of each */
	char *values;                  /* of all members of a semaphore, with commas */
	long long waiting;             /* processes that wait for it */
	long long creator, last;       /* process ids: who made it, who used it last */
	long long changed;             /* seconds since 1970 */
};

struct object_list {
	struct object *items;
	size_t count, capacity;
	unsigned int wanted; /* OBJECT_CONTENTS and so on; set before it is filled */
};

/* What a user means. */
struct object_choice {
	const char *text;   /* as it was written */
	unsigned int kinds; /* a set of enum object_kind */
	bool named;
	struct name name;
};

/* "mq", "shm", "sem"; and "queue", "segment", "semaphore", or all three for a set. */
const char *object_kind_word(enum object_kind kind);
const char *object_kind_noun(unsigned int set);

/* Reads KIND, KIND:NAME or NAME. -1: EINVAL, ENOMEM, and *fault says in a phrase what is wrong. */
int object_parse(struct object_choice *choice, const char *text, const char **fault);

/*
 * Reads operands that name one object each, KIND:NAME, up to a NULL. Returns -1 if all are well formed; else it prints a
 * line and returns the exit status. Either way object_choices_free releases them.
 */
int object_operands(char *operands[], struct object_choice **choices, size_t *count);
void object_choices_free(struct object_choice *choices, size_t count);

/*
 * Adds all objects of a set of kinds, sorted: by kind, POSIX before System V, by name or identifier. What cannot be listed
 * gets a line, and the rest is listed. Returns the exit status. Source: msgctl(2), shmctl(2), semctl(2), mq_overview(7),
 * shm_overview(7), sem_overview(7).
 */
int object_list_all(unsigned int set, struct object_list *list);

/*
 * Adds the objects that choices name, each once, and sorts the list. Returns -1 if all are there; else it prints a line for
 * each that is not, and returns the exit status.
 */
int object_find(const struct object_choice *choices, size_t count, struct object_list *list);

/* For those who fill a list: adds one about which nothing is known yet; takes the last away. NULL: ENOMEM. */
struct object *object_add(struct object_list *list, enum object_kind kind, bool posix, const char *name);
struct object *object_add_sysv(struct object_list *list, enum object_kind kind, int id, key_t key);
void object_drop(struct object_list *list);

void object_list_free(struct object_list *list);

/* Appends KIND:NAME, as show_string has it. */
void object_show(const struct object *object, struct text *text);

/* Prints a line about an object. Returns STATUS_FAILED. */
int object_say(const struct object *object, const char *why);

struct change {
	bool mode_given, uid_given, gid_given;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	size_t capacity; /* msg_qbytes, in bytes; 0: as it is */
};

/* Changes an object. Returns the exit status, with a line. Source: msgctl(2) IPC_SET, chmod(2), chown(2). */
int change_apply(const struct object *object, const struct change *change);

/* Removes an object; it need not be there any more. As change_apply. Source: mq_unlink(3), shm_unlink(3), msgctl(2). */
int change_remove(const struct object *object);

/*
 * Looks whether this process may change, or remove (change NULL), an object. Returns -1 if so; else it prints a line and
 * returns the exit status. Source: capabilities(7), msgctl(2), chown(2), unlink(2).
 */
int permit_change(const struct object *object, const struct change *change);

/* The bytes that a System V queue will hold then; 0 for other objects. */
size_t permit_capacity(const struct object *object, const struct change *change);

/* Prints the line that says that kernel.msgmnb is in the way. Returns the exit status. */
int permit_explain(const struct object *object, size_t capacity);

/*
 * Reads OWNER, OWNER:GROUP or :GROUP, names or numbers. EINVAL: it is none of these, or there is no such user or group.
 * Source: getpwnam(3), getgrnam(3).
 */
int owner_parse(struct change *change, const char *text);

/* The most columns that one line can have. */
#define LISTING_MOST 32

struct listing {
	size_t columns[LISTING_MOST]; /* listing.c's own */
	size_t count;
	bool json;
};

/* The columns that are shown if nobody says which. */
void listing_usual(struct listing *listing);

/* Reads the names of columns, with commas between them. EINVAL: there is no such column, or they are too many. */
int listing_parse(struct listing *listing, const char *text);

/* What has to be looked at for them: a set of OBJECT_CONTENTS and so on. */
unsigned int listing_wanted(const struct listing *listing);

/* Appends the line of column names, or that of an object. */
void listing_header(const struct listing *listing, struct text *text);
void listing_line(const struct listing *listing, const struct object *object, struct text *text);

#endif
