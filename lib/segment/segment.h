/*
 * segment.h: shared memory segments (POSIX, System V, and ordinary files by file:), and the input that is put into
 * them.
 */
#ifndef SEGMENT_SEGMENT_H
#define SEGMENT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/name.h"
#include "base/place.h"
#include "base/record.h"

/* The most bytes that input_open reads ahead. */
#define INPUT_AHEAD ((size_t)64 * 1024)

/*
 * Input that is put completely or not at all. Make the struct static: clearing 64 KiB would slow the start of a
 * command.
 */
struct input {
	int fd;        /* descriptor from which the bytes after those read ahead come */
	bool ordinary; /* fd was an ordinary file when it was opened */
	bool known;    /* size is that of the whole input */
	bool staged;   /* fd is a temporary file, which input_close closes */
	off_t size;    /* bytes of the input; while its size is not known, those read so far */
	size_t first;  /* bytes read ahead */
	size_t given;  /* bytes of ahead that input_read has returned */
	off_t start;   /* offset in fd of the first byte after ahead, if the size is known */
	char ahead[INPUT_AHEAD];
};

/*
 * Open the input on a descriptor, which stays the caller's. Block until INPUT_AHEAD bytes are read or the input has
 * ended. The size is known if the input has ended, or if fd is an ordinary file with bytes left; bytes that are
 * appended later do not count in it. Returns 0 or -1. Errors: EINTR (a signal was caught), those of read(2).
 */
CHECKED int input_open(struct input *input, int fd);

/*
 * Copy the input to its end into the file at fd, from offset on. Then its size is known, and it can be read again. Even
 * after a failure input_close closes fd, and the original descriptor is forgotten. Returns 0 or -1. Errors: EMSGSIZE
 * (it has more than limit bytes), EINTR, those of read(2), write(2), lseek(2).
 */
CHECKED int input_stage(struct input *input, off_t limit, int fd, off_t offset);

/* Go back to the first byte of an input whose size is known. Returns 0, or -1. See lseek(2). */
CHECKED int input_rewind(struct input *input);

/*
 * Read the next bytes; of a file that has grown, also those beyond size. Returns the number of bytes, 0 at the end, or
 * -1 with errno of read(2); EINTR even if no signal was caught.
 */
CHECKED ssize_t input_read(struct input *input, void *data, size_t size);

/* Close the temporary file of a staged input. */
void input_close(struct input *input);

/* The length of a part that reaches to the end of the segment. */
#define SEGMENT_ALL ((off_t)-1)

/* Options with which a segment is opened, and the part of it to put or get. */
struct segment_options {
	bool write;        /* the segment is opened for segment_put; else for segment_get */
	bool create;       /* a missing segment is created */
	bool exclusive;    /* the segment must not exist; implies create */
	bool part;         /* put: the input replaces the part from offset on; false: the whole content */
	bool unlink;       /* the segment is unlinked by segment_end */
	bool command;      /* put: the input is the output of a COMMAND, by segment_update */
	bool pass;         /* get: live pages are passed instead of copies, where the output takes them */
	mode_t mode;       /* exact mode of a segment that is created */
	off_t size;        /* put: size of a segment that is created or put whole; 0: what the input needs */
	off_t offset;      /* the first byte of the part */
	off_t length;      /* get: bytes of the part, or SEGMENT_ALL */
	long long timeout; /* nanoseconds to wait for the lock, or DEADLINE_NEVER */
};

/* State of the segment. */
enum segment_state {
	SEGMENT_FOUND,   /* the segment exists */
	SEGMENT_MISSING, /* segment_put creates it */
	SEGMENT_FRESH    /* segment_put has created it, and fills it */
};

/* Steps, for the error line. */
enum segment_step {
	SEGMENT_OPEN_READ,
	SEGMENT_OPEN_WRITE,
	SEGMENT_KEY,    /* System V: making a key from a path */
	SEGMENT_INPUT,  /* reading the input */
	SEGMENT_STAGE,  /* copying the input into a temporary file */
	SEGMENT_CREATE, /* creating the segment */
	SEGMENT_LOCK,
	SEGMENT_PUT,
	SEGMENT_GET,    /* reading the segment */
	SEGMENT_OUTPUT, /* writing it to the output */
	SEGMENT_WATCH,  /* waiting for a change */
	SEGMENT_UNLINK
};

/* A POSIX segment or a file. */
struct segment_mapped {
	int fd;             /* -1: not open */
	struct place place; /* a file; its directory is opened only if the file is to be unlinked */
	mode_t kind;        /* type of an object that has the name instead of a segment; 0: not known */
	bool beside;        /* a file beside the segment holds the input */
	enum {
		MAPPED_NAMED,
		MAPPED_DRAFT, /* fd gets the segment's name once it is filled */
		MAPPED_FILLED /* the same, and fd already has the input */
	} draft;
};

/* A System V segment. */
struct segment_sysv {
	key_t key; /* IPC_PRIVATE: a new private segment, or none */
	int id;
	char *address;   /* address at which it is attached, or NULL */
	char handle[24]; /* name of a new private segment */
};

/* A segment that is open. The caller owns it, and does not move it; commands read only text and state. */
struct segment {
	const struct segment_backend *backend; /* NULL: not open */
	const struct name *name;               /* name that was asked for */
	const char *text;                      /* name that is printed and that other commands accept */
	struct segment_options asked;
	enum segment_state state;
	enum segment_step step; /* the last step, which may have failed */
	off_t size;             /* bytes of the segment, as last read */
	off_t input;            /* bytes of the input to put */
	off_t space;            /* bytes of input that fit */
	off_t moved;            /* bytes put, or accepted by the output */
	bool claimed;           /* the segment is locked until segment_end */
	int source;             /* descriptor from which COMMAND reads, or -1 */
	bool changed;           /* the content of a segment that existed may have changed */
	struct segment_mapped mapped;
	struct segment_sysv sysv;
};

/*
 * Open a segment. A missing segment that is to be created is created by segment_put. name must last until segment_end.
 * Returns GO_ON, or an exit status after a line. See shm_open(3), open(2), shmget(2).
 */
CHECKED int segment_start(struct segment *segment, const struct name *name, const struct segment_options *options);

/*
 * Return true if the size of a new System V segment is unknown: the options give none, and the input is not an ordinary
 * file with bytes in it.
 */
bool segment_unsized(const struct segment *segment, const struct input *input);

/*
 * Stage the input if its size is not known, or if it is the segment itself: into the segment that is to be created, if
 * that can be filled before it has its name, or else into a temporary file. Returns 0 or -1; after -1 nothing has
 * changed. Errors: EMSGSIZE (it does not fit), ENOSPC, EFBIG, EINTR, those of input_stage.
 */
CHECKED int segment_stage(struct segment *segment, struct input *input);

/*
 * Put the input, whose size is known, into the segment, and create the segment if it is missing. Hold signals until the
 * put is done, but not while it waits for the lock. Unless only a part is put, a POSIX segment or file gets the size of
 * the options or of the input, and the rest of a System V segment is zeroed. POSIX and file: wait for a write lock on
 * the whole object, fcntl(2). Returns 0 or -1; a segment that was created is then removed. Errors after which nothing
 * has changed: EMSGSIZE (it does not fit), ETIMEDOUT, EINTR, EAGAIN (no timer is left), ENOSPC, EFBIG, EACCES, EEXIST,
 * EBUSY (other processes kept creating and removing it). Other errors: EIDRM (the segment was removed), those of
 * read(2) on the input; then segment->changed is true if the content may have changed.
 */
CHECKED int segment_put(struct segment *segment, struct input *input);

/*
 * Lock the segment, give it to a COMMAND as standard input, from the offset of the options on, and put what COMMAND
 * prints if it succeeds. A missing segment is created empty and locked before COMMAND starts, and removed if the
 * segment is not put. output becomes the input of the put, which input_close closes. path is from launch_find. Returns
 * the exit status of COMMAND, or an exit status after a line. A signal is passed on to COMMAND, and counts as caught
 * afterwards if COMMAND died by it.
 */
CHECKED int segment_update(struct segment *segment, struct input *output, const char *path, char *const argv[]);

/*
 * Write the segment, or the part that the options name, to output. POSIX and file: take a read lock, which is kept
 * until segment_end. RECORD_LINE adds nothing to the bytes. The timeout bounds the wait for the lock, not the writes.
 * Returns 0 or -1; segment->moved counts the bytes that output accepted. Errors: ERANGE (the segment has no such part),
 * ESTALE (it shrank meanwhile), ETIMEDOUT, EINTR, EIDRM, EAGAIN (no timer is left), those of write(2).
 */
CHECKED int segment_get(struct segment *segment, int output, enum record_form form);

/*
 * Write the segment as a record now, and again each time it has changed, up to count records. A record holds the newest
 * state; the lock is not held while it is written. The timeout bounds the wait for a change. Returns 0, even if output
 * has lost its reader, or -1. Errors: ENOTSUP (System V), EIDRM (the segment was removed, and its last state was
 * written), ENOMEM, those of segment_get.
 */
CHECKED int segment_follow(struct segment *segment, int output, enum record_form form, unsigned long long count);

/*
 * Print the meaning of errno value error, which segment_stage, segment_put, segment_get or the reading of the input
 * met, and what was changed or written. Returns the exit status: STATUS_REMOVED, STATUS_TIMEOUT or STATUS_FAILED.
 */
int segment_report(const struct segment *segment, int error);

/*
 * Remove the segment. Returns 0 or -1. Errors: ENOENT (already removed, or another object has its name). See
 * shm_unlink(3), unlink(2), shmctl(2).
 */
CHECKED int segment_unlink(struct segment *segment);

/*
 * Close the segment and release its lock. If the options say so, first remove it, if the command has succeeded (status
 * is STATUS_OK), or if a signal was caught and no other process holds the lock. If segment_start has failed, do
 * nothing; the struct must then have started as {0}. Returns the exit status, which a removal that fails turns from
 * STATUS_OK into another, after a line.
 */
CHECKED int segment_end(struct segment *segment, int status);

#endif
