/*
 * fifo.h: named pipes.
 */
#ifndef PIPE_FIFO_H
#define PIPE_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/place.h"

/* A named pipe. It starts with .fd and .keep as -1, and the options set. */
struct fifo {
	const char *path;
	bool write;        /* the FIFO is opened for writing; else for reading */
	bool create;       /* a missing FIFO is created */
	bool forever;      /* go on when the last writer or reader closes */
	bool late;         /* fifo_open does not wait for a reader, and opens nothing: fifo_again does */
	mode_t mode;       /* exact mode of a created FIFO */
	size_t capacity;   /* bytes of its capacity; 0: it stays */
	long long timeout; /* longest wait of an open, in nanoseconds, or DEADLINE_NEVER */
	int fd;
	bool created; /* this process has created it */
	bool drains;  /* the writer has written all, and waits only until the pipe is empty; set by the caller */

	/* Private to pipe/. */
	int keep;           /* writing end of a reader that sees no end of file, or -1 */
	struct place place; /* the FIFO in its directory */
	dev_t device;
	ino_t inode;
};

/*
 * Open a FIFO, and wait for the other end. Make its descriptor non-blocking if a wait has a bound. Returns GO_ON, or an
 * exit status after a line, which is left out if a signal was caught. See mkfifo(3), open(2), fifo(7).
 */
CHECKED int fifo_open(struct fifo *fifo);

/*
 * Wait until the other end is open again, or no longer needed: a reader has bytes to read, or the pipe of a writer that
 * drains is empty. Returns 0 or -1. Errors: ETIMEDOUT, EIDRM (the FIFO was removed), EINTR (a signal was caught),
 * ECANCELED (the capacity cannot be set; after a line), those of open(2).
 */
CHECKED int fifo_again(struct fifo *fifo);

/* Check that a struct fifo still has its name. Returns 0, or -1 with EIDRM. */
int fifo_tick(void *fifo);

/* Remove the FIFO if it still has its name. Returns the exit status, after a line if it is not STATUS_OK. */
CHECKED int fifo_unlink(struct fifo *fifo);

/*
 * Return true if bytes in the FIFO are lost once this process closes it: the FIFO of a writer has no reader, or that of
 * a reader has no writer. A reader closes its own writing end.
 */
bool fifo_loses(struct fifo *fifo);

/* Close the descriptors of the FIFO. */
void fifo_close(struct fifo *fifo);

/* Return the number of bytes in a pipe that no reader has read, or -1 if it is not known. */
long pipe_unread(int fd);

#endif
