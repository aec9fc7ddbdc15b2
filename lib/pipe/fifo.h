/*
 * fifo.h: named pipes.
 */
#ifndef PIPE_FIFO_H
#define PIPE_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fifo {
	const char *path;
	bool write;        /* else: read */
	bool create;       /* if it is missing */
	mode_t mode;       /* of what is created, exact */
	bool forever;      /* outlives those at the other end */
	size_t capacity;   /* bytes; 0: as it is */
	long long timeout; /* of opening */
	int fd;
	bool created; /* by this process */
	bool ended;   /* a writer has written all: it needs no reader once all is taken */
	int keep;     /* fifo.c's own: a writer, so that the reader sees no end; -1: none */
	dev_t device;
	ino_t inode;
};

/*
 * Opens a FIFO, waiting for the other end; the descriptor is non-blocking if waits are bounded. Returns -1 to go on; else
 * it prints a line and returns the exit status. Source: open(2), mkfifo(3), fifo(7).
 */
int fifo_open(struct fifo *fifo);

/* Waits for the other end to come again. -1: ETIMEDOUT, EIDRM, EINTR, errno of open(2). */
int fifo_again(struct fifo *fifo);

/* 0 while it has its name; -1, EIDRM: it was removed. */
int fifo_tick(void *fifo);

/* Bytes that were written and that nobody has read; -1: not known. */
long fifo_unread(const struct fifo *fifo);

/* Removes it, if it still has its name. Returns the exit status, with a line. */
int fifo_unlink(struct fifo *fifo);

void fifo_close(struct fifo *fifo);

#endif
