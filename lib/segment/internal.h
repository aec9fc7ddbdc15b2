/*
 * internal.h: what the files of segment/ share.
 */
#ifndef SEGMENT_INTERNAL_H
#define SEGMENT_INTERNAL_H

#include <sys/ipc.h>
#include <sys/shm.h>

#include "base/text.h"
#include "segment/segment.h"

struct segment {
	const struct segment_backend *backend;
	const struct name *name;
	const char *text;             /* its name, as printed */
	struct segment_options asked; /* as opened */
	size_t size;                  /* bytes, as last seen */
	size_t offset, room;          /* where the input was to go, and how many bytes of it fit there */
	size_t got;                   /* bytes of the input that were put before it failed */
	bool missing;                 /* to be created */
	bool fresh;                   /* created by this process, and still to be put together */
	bool changed;                 /* the first byte may have changed */
	bool writing;                 /* segment_get has begun to write, and the segment can be read */
	bool differs;                 /* it exists with another size than that asked for */
	bool unkeyed;                 /* System V: ftok found no key */
	bool foreign;                 /* POSIX, file: what has its name is no segment */
	bool unnamed;                 /* POSIX, file: it has no name yet */
	bool filled;                  /* POSIX, file: the input is there already */
	int fd;                       /* POSIX, file; -1: not open */
	int id;                       /* System V; -1: none */
	char *address;                /* System V: where it is attached, or NULL */
	char handle[24];              /* System V: the name of a new private segment */
};

struct segment_backend {
	int (*open)(struct segment *segment);                /* what exists; ENOENT */
	int (*create)(struct segment *segment, size_t size); /* what is missing; EEXIST */
	int (*draft)(
	    struct segment *segment); /* the same for a start without a name; a descriptor of it, or -1; NULL: cannot */
	int (*lock)(
	    struct segment *segment, const struct deadline *deadline); /* for what asked.write says; NULL: has none */
	/* EMSGSIZE was looked for; EEXIST: what is fresh found its name taken. */
	int (*put)(struct segment *segment, struct source *source, const struct segment_part *part);
	int (*get)(struct segment *segment, int output, const struct segment_part *part, bool pass, size_t *written);
	void (*discard)(struct segment *segment); /* removes what is fresh */
	int (*unlink)(struct segment *segment);
	void (*close)(struct segment *segment);
	/* As that of queues. */
	bool (*explain)(
	    const struct segment *segment, enum segment_step step, int error, size_t asked, struct text *text);
	bool fixed; /* a segment keeps the size that it was created with */
};

extern const struct segment_backend segment_map, segment_sysv;

/*
 * Creates what segment names, but without a name yet (segment->unnamed). EEXIST; else it cannot be created in this way,
 * and creating it with its name tells why.
 */
int pages_draft(struct segment *segment);

/* Gives it its name, if it has none. EEXIST. */
int pages_publish(struct segment *segment);

/* The bytes that the file system has left where the object is, or is to be; SSIZE_MAX where that is not known. */
unsigned long long pages_space(const struct segment *segment);

/* Makes sure of room for size bytes at offset, so that putting them there cannot fail for want of it. */
int pages_reserve(struct segment *segment, size_t offset, size_t size);

/*
 * Puts all the input at offset. Returns how many bytes: less than it should have if a file became shorter. segment->got
 * counts them also on failure.
 */
ssize_t pages_fill(struct segment *segment, size_t offset, struct source *source);

/* Sets size bytes at offset to 0. */
int pages_zero(struct segment *segment, size_t offset, size_t size);

/* Writes size bytes from offset to output. ESTALE: they are not there any more. */
int pages_write(struct segment *segment, size_t offset, size_t size, int output, bool pass, size_t *written);

/* Writes size bytes of memory that stays as it is long enough for its pages to be passed (pass). */
int pages_write_memory(const char *data, size_t size, int output, bool pass, size_t *written);

/* True if a System V segment was removed, although those who have it attached can go on using it. */
bool segment_removed(const struct segment *segment);

/* Tells the system that memory is large and will be filled. */
void pages_large(char *data, size_t size);

#endif
