/*
 * internal.h: declarations that the files of segment/ share.
 */
#ifndef SEGMENT_INTERNAL_H
#define SEGMENT_INTERNAL_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/deadline.h"
#include "base/name.h"
#include "base/number.h"
#include "base/text.h"
#include "segment/segment.h"

/* Bytes on their way from a segment to an output. */
struct outflow {
	int fd;           /* descriptor of a mapped segment, or -1 */
	const char *data; /* memory of the segment if fd is -1 */
	off_t offset;     /* the first byte to write */
	off_t size;       /* bytes to write */
	int output;
	bool pass;       /* pages may be passed instead of copied */
	off_t written;   /* bytes that output has accepted */
	bool unreadable; /* the segment, not output, caused the error */
};

/* The functions of a back end. Each returns 0, or -1 with errno, unless its comment says otherwise. */
struct segment_backend {
	/* Open the segment. Errors: ENOENT (the segment is missing). */
	int (*open)(struct segment *segment);

	/* Create the segment. Errors: EEXIST (the segment is no longer missing). */
	int (*create)(struct segment *segment, off_t size);

	/* Wait for the lock, and read the size again. NULL: there is no lock. */
	int (*lock)(struct segment *segment, const struct deadline *deadline);

	/*
	 * Put the input, which fits; all signals are blocked. Errors: EEXIST (the name of a fresh segment was taken
	 * meanwhile).
	 */
	int (*put)(struct segment *segment, struct input *input);

	/* Remove a fresh segment. */
	int (*discard)(struct segment *segment);

	int (*unlink)(struct segment *segment);
	void (*close)(struct segment *segment);

	/* Append the meaning of an errno value. Returns false if the value has no meaning of its own here. */
	bool (*explain)(const struct segment *segment, int error, struct text *text);

	bool fixed; /* a segment keeps the size that it was created with */
};

extern const struct segment_backend segment_mapped, segment_sysv;

/* The set of one step, for a table of explanations. */
#define STEP(step) (1u << SEGMENT_##step)

/* Open the segment if it exists, and set segment->state. Returns 0 or -1. Errors: those of struct segment_backend. */
CHECKED int segment_find(struct segment *segment);

/* Create the segment if it is missing, and lock it until segment_end. Returns and fails as segment_put. */
CHECKED int segment_claim(struct segment *segment);

/* Remove the segment if it is fresh. Keep errno. */
void segment_discard(struct segment *segment);

/* Store the size of the part to get in *size. Returns 0 or -1. Errors: ERANGE (the segment has no such part). */
CHECKED int segment_part(const struct segment *segment, off_t *size);

/* Format the bytes that precede size bytes in a record. Returns their number. */
#define SEGMENT_HEAD 24
size_t segment_head(enum record_form form, off_t size, char head[SEGMENT_HEAD]);

/* Close the object, without its place. */
void mapped_close(struct segment *segment);

/* Set the place of the object, once. Open the directory of a file that may have to be unlinked. Returns 0 or -1. */
CHECKED int mapped_place(struct segment *segment);

/*
 * Open the object by its name. Returns 0 or -1. Errors: ENOENT, EISDIR (it is no file), EMLINK (a symbolic link that is
 * not followed), EPERM (it belongs to a user who may have planted it), ETIMEDOUT (another process has a lease on it),
 * EINTR. See shm_open(3), open(2).
 */
CHECKED int mapped_find(struct segment *segment);

/* Store the status of the object with the name, even of a symbolic link. Returns 0, or -1: it is not known here. */
CHECKED int mapped_stat(const struct segment *segment, struct stat *st);

/* Open the object again for reading alone. Returns a descriptor, or -1: that is not possible here. */
CHECKED int mapped_reopen(const struct segment *segment);

/* Read the size of a mapped segment. Returns 0 or -1. Errors: EIDRM (the object has lost its name). */
CHECKED int mapped_look(struct segment *segment, struct stat *st);

/*
 * Take the lock of a mapped segment: shared to read it, exclusive to write it. A fresh segment that another process
 * filled before the lock was taken becomes SEGMENT_FOUND. Returns 0 or -1. Errors: ETIMEDOUT, EINTR, EIDRM, EAGAIN (no
 * timer).
 */
CHECKED int mapped_lock(struct segment *segment, const struct deadline *deadline);

/* Take the lock if it is free. Returns 0 or -1. Errors: EAGAIN or EACCES. */
CHECKED int mapped_lock_now(const struct segment *segment);

/* Release the lock. Returns 0 or -1. */
CHECKED int mapped_unlock(const struct segment *segment);

/* Open a descriptor that poll(2) reports when an open object changes. Returns -1 where the system cannot tell. */
int watch_open(int object);

/* Read the reports that have come. Returns the set of events. */
#define WATCH_MODIFIED 1u /* bytes were written */
#define WATCH_ENDED    2u /* a process has closed the object after writing, or links or attributes have changed */
unsigned int watch_read(int fd);

/* Return true if fd is a pipe or socket with bytes that its reader has not read yet, as far as the system can tell. */
bool watch_unread(int fd);

/*
 * Return the bytes that the file system of an open object has left; OFFSET_MAX if it has no bound, or the bound is not
 * known.
 */
off_t mapped_space(const struct segment *segment);

/* Return true if both descriptors are open on one file. */
bool mapped_same(int one, int other);

/*
 * Open a draft of a missing segment, unless there is one: an object that gets its name by mapped_publish. Returns 0 or
 * -1. Errors: EEXIST (the name is taken); any other: drafts are not possible here.
 */
CHECKED int mapped_draft(struct segment *segment);

/* Give a draft its name. Do nothing to a segment that has one. Returns 0 or -1. Errors: EEXIST. See linkat(2). */
CHECKED int mapped_publish(struct segment *segment);

/*
 * Stage the input as segment_stage does, once segment->space is measured. grows: the segment gets as many bytes as are
 * needed.
 */
CHECKED int draft_stage(struct segment *segment, struct input *input, bool grows);

/*
 * Open a new object without a name, which unnamed_link can give its name. Returns a descriptor, or -1. Errors: EEXIST
 * (the name is taken); any other: such an object is not possible here.
 */
CHECKED int unnamed_open(const struct segment *segment);

/* Give the object its name. Returns 0 or -1. Errors: EEXIST. See linkat(2). */
CHECKED int unnamed_link(const struct segment *segment);

/* Return true if the name of the segment is that of the open object, which has the status st. */
bool mapped_holds(const struct segment *segment, const struct stat *st);

/* During a call of the next three functions all signals are blocked. */

/* Make sure that size bytes from offset have their pages, so that writing them cannot fail for lack of space. */
CHECKED int pages_reserve(int fd, off_t offset, off_t size);

/*
 * Write all the input at offset. Store the number of bytes written in *done, even after a failure; there are fewer than
 * the input had if it became shorter.
 */
CHECKED int pages_fill(int fd, off_t offset, struct input *input, off_t *done);

/* Write size zeros at offset. */
CHECKED int pages_zero(int fd, off_t offset, off_t size);

/* Make the pages of mapped memory present, at once instead of by a fault for each: a stretch before it is used. */
#define PAGES_STRETCH ((size_t)4 * 1024 * 1024)
void pages_touch(const char *data, size_t size, bool write);

/* Write the bytes to the output. Errors: ESTALE (the object has become shorter), EINTR, those of the output. */
CHECKED int pages_write(struct outflow *flow);

/* Return true if a System V segment was removed, even if processes that have it attached can still use it. */
bool sysv_removed(int id, const struct name *name);

/* Open the object by its name, with shm_open or open; unlink it. Both calls are traced. */
int mapped_open(const struct segment *segment, int flags);
int mapped_unlink(struct segment *segment);

/* Return the start of the arguments of a call in the directory of a file: "(", or "at(FD, " once it is open. */
#define MAPPED_AT 24
const char *mapped_at(const struct segment *segment, char space[MAPPED_AT]);

/* System calls, traced. */
int trace_shmget(key_t key, size_t size, int flags);
void *trace_shmat(int id, int flags);

#endif
