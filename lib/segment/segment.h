/*
 * segment.h: shared memory.
 */
#ifndef SEGMENT_SEGMENT_H
#define SEGMENT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/name.h"

/* Holds the first 64 KiB of a descriptor's input, and where the rest of it comes from. One at a time. */
struct source {
	int fd;       /* the rest */
	bool sized;   /* it is an ordinary file, whose size was known before it was read */
	bool known;   /* size is that of all the input */
	size_t size;  /* bytes; while it is not known, those read so far */
	char *ahead;  /* the first of them */
	size_t first; /* how many of them are there */
	off_t start;  /* where in fd the rest starts, if it can be read again */
	bool staged;  /* fd is a file of source.c's own */
};

/*
 * Reads the first bytes of fd. The size is known if that was all of it, or if fd is an ordinary file, of which only
 * what it has now is meant. errno of read(2), or EINTR after a caught signal.
 */
int source_open(struct source *source, int fd);

/*
 * Reads the input to its end, into the file at fd from offset on, so that its size is known and it can be read again.
 * source_close closes fd. EMSGSIZE: it has more than limit bytes; else as source_open, or errno of write(2).
 */
int source_stage(struct source *source, size_t limit, int fd, off_t offset);

/* Back to the first byte. */
int source_rewind(struct source *source);

/* Reads the next bytes of the rest, however many signals come. Returns how many, 0 at the end. */
ssize_t source_read(const struct source *source, void *data, size_t size);

void source_close(struct source *source);

struct segment;

/* How segment_start opens. Zero in every member but mode: opens what exists, for reading. */
struct segment_options {
	bool write;     /* else: read */
	bool create;    /* if it is missing */
	bool exclusive; /* it must not exist; implies create */
	mode_t mode;    /* of what is created, exact */
	size_t size;    /* bytes of what is created, or put whole; 0: what the input needs */
};

/* A part of a segment: length bytes from offset. */
struct segment_part {
	size_t offset;
	size_t length; /* segment_get: SEGMENT_ALL up to the end */
	bool whole;    /* segment_put: not a part; the segment then holds the input and nothing else */
};

#define SEGMENT_ALL SIZE_MAX

/* What was being done when an error came; for segment_report. */
enum segment_step { SEGMENT_OPEN, SEGMENT_LOCK, SEGMENT_PUT, SEGMENT_GET, SEGMENT_UNLINK };

/* As queue_check. */
int segment_check(const struct name *name, const struct segment_options *options);

/*
 * Opens a segment: shm_open(3p), open(2), or shmget(2). One that is missing and is to be created is only looked for:
 * segment_put creates it. Returns -1 to go on; else it prints a line and returns the exit status. name must stay until
 * segment_close; one at a time can be open.
 */
int segment_start(struct segment **segment, const struct name *name, const struct segment_options *options);

/* True until a segment that is to be created is there. */
bool segment_missing(const struct segment *segment);

/* True if size must be asked for, because what is to be created keeps its size for ever. */
bool segment_fixed(const struct segment *segment);

/* Its name as other commands take it. */
const char *segment_name(const struct segment *segment);

/*
 * The most bytes of input that segment_put can take there, as far as that is known before. *bounded: by the size of the
 * segment; else by what its file system has left.
 */
size_t segment_room(const struct segment *segment, const struct segment_part *part, bool *bounded);

/*
 * A file for source_stage, in *fd, and where in it the input goes: without a name, in memory or beside the file that
 * segment is; or, where that is to be created and can be without a name, the segment itself, so that the input is
 * copied once.
 */
int segment_scratch(struct segment *segment, const struct segment_part *part, int *fd, off_t *offset);

/* True if fd is open on the segment itself. */
bool segment_same(const struct segment *segment, int fd);

/*
 * Puts the input, whose size is known, into the segment, and creates that if it is missing. Signals wait until it is
 * done. part->whole: the segment then holds the input alone; its size, where it can change, becomes that of the options
 * or the input's; what else is left over is zeroed. POSIX and file: waits until deadline for the lock, fcntl(2)
 * F_SETLK on the whole object. -1: EMSGSIZE (it does not fit), ENOSPC, EACCES and the like, ETIMEDOUT, EINTR, EIDRM
 * (removed meanwhile): nothing has changed; EIO: it has, as the input could not be read on.
 */
int segment_put(
    struct segment *segment, struct source *source, const struct segment_part *part, const struct deadline *deadline);

/*
 * Writes a part of the segment to output, under the lock where there is one, which is kept until segment_close. pass:
 * pages may be passed instead of copied. *written says how many bytes were accepted. -1: ERANGE (the part is not in
 * the segment), ESTALE (it shrank meanwhile), errno of write(2); ETIMEDOUT, EINTR, EIDRM.
 */
int segment_get(struct segment *segment, int output, const struct segment_part *part, bool pass,
    const struct deadline *deadline, size_t *written);

/* After segment_put failed: true if the segment may have changed; it has at least so many bytes of the input then. */
bool segment_changed(const struct segment *segment, size_t *bytes);

/* True once segment_get has begun to write: an error is then one of its output. */
bool segment_writing(const struct segment *segment);

/* Removes the segment: shm_unlink(3p), unlink(2), shmctl(2). */
int segment_unlink(struct segment *segment);

/* Also gives the lock back. */
void segment_close(struct segment *segment);

/* As queue_report; asked is the number of bytes that were to be put or got. */
int segment_report(const struct segment *segment, enum segment_step step, int error, size_t asked, const char *extra);

#endif
