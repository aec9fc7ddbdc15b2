/*
 * pump.h: bytes from one descriptor to another. A step moves the bytes that can be moved now; a copy steps and waits
 * until the end of the input. Both pass pages on without copying them where the system can.
 */
#ifndef BASE_PUMP_H
#define BASE_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"

/* Options of pump_open, as a set. */
enum pump_option {
	PUMP_PASS = 1,      /* pages of an input file may be passed on: later changes of the file show in them */
	PUMP_GROW = 2,      /* out is a pipe that may be given more capacity once it has been full */
	PUMP_CONNECTION = 4 /* in or out is a connected socket, non-blocking and used by this process alone */
};

enum pump_kind {
	PUMP_NONE, /* no descriptor */
	PUMP_PIPE,
	PUMP_SOCKET,
	PUMP_FILE,
	PUMP_DEVICE, /* such as /dev/null */
	PUMP_OTHER /* a terminal, or a socket without PUMP_CONNECTION: a splice(2) that waits for it blocks its pipe */
};

/* Calls that may block in the kernel. */
enum pump_waits {
	PUMP_NEVER,  /* none, because the other direction must be served */
	PUMP_WRITES, /* writes */
	PUMP_CALLS   /* all, if no timeout is set */
};

struct pump {
	int in, out;
	enum pump_kind source, sink; /* kinds of in and out */
	enum pump_waits waits;
	bool open;                /* in has not reached its end */
	bool blocked;             /* the next step waits for out, not for in */
	bool output;              /* the last error was on out, not on in */
	unsigned long long moved; /* bytes that out has accepted */
	size_t held;              /* bytes in the passage */
	size_t start, end;        /* part of buffer that was read and not yet written */

	/* Members for waits, which pump_open sets to DEADLINE_NEVER, false and NULL. */
	long long in_timeout, out_timeout; /* longest wait for a byte, and for space, in nanoseconds */
	bool watch;               /* a poll(2) for a byte, but no call that blocks, ends once out has no reader */
	int (*tick)(void *owner); /* call each second of a wait for a byte; -1 ends the wait, with its errno */
	void *owner;

	/* Private to pump*.c. */
	bool connection;
	bool passable, passing; /* pages can be passed on; pages are passed on */
	bool slow;              /* few pages came: wait for in before the next splice(2) */
	int grows;              /* pipe that may be given more capacity, or -1 */
	size_t capacity;        /* that capacity, in bytes */
	int passage[2];         /* pipe between a socket and a file */

	char buffer[64 * 1024];
};

/*
 * Prepare a pump. If in is -1, no bytes come; if out is -1, bytes from in are dropped. The caller keeps both
 * descriptors.
 */
void pump_open(struct pump *pump, int in, int out, unsigned int options);

/*
 * Move the bytes that can be moved without waiting for in, once poll(2) has reported in, or out if the pump is blocked.
 * Wait for out only as waits allows. A step that completes does not look for signals. Returns 1 if bytes were moved or
 * in has ended; 0 if the step would have to wait or a signal was caught; -1. Errors: those of read(2), write(2),
 * splice(2).
 */
CHECKED int pump_step(struct pump *pump);

/*
 * Copy until the end of in. Bytes that were read and not written stay in the pump, and the next call writes them first.
 * Returns 0 or -1. Errors: ETIMEDOUT, EINTR (a signal was caught), EPIPE (even while waiting for in, if out is watched
 * and has lost its reader), those of tick, read(2), write(2), splice(2).
 */
CHECKED int pump_copy(struct pump *pump);

/*
 * Wait for a byte of in, or for space in out. Returns 0 or -1. Errors: ETIMEDOUT, EINTR (even if in is a file), EPIPE,
 * those of tick.
 */
CHECKED int pump_wait(struct pump *pump, bool output);

/*
 * Read from in, and wait as pump_wait does. Returns the bytes read, 0 at the end, or -1. Errors: those of pump_wait and
 * read(2).
 */
CHECKED ssize_t pump_read(struct pump *pump, char *data, size_t size);

/* Write the bytes that the pump holds. Returns 0 or -1. Errors: those of pump_wait and write(2). */
CHECKED int pump_flush(struct pump *pump);

/* Return true if bytes were read and not yet written. */
bool pump_holds(const struct pump *pump);

/* Close the passage. */
void pump_close(struct pump *pump);

/* Return the kind of a descriptor. A socket counts as that of a connection. */
enum pump_kind pump_kind(int fd);

/*
 * Write as much as a descriptor of that kind takes now, whatever its flags are. May block on a file, a device or a
 * terminal. Returns the bytes written, or -1. Errors: EAGAIN, those of write(2), send(2).
 */
CHECKED ssize_t pump_write_now(int fd, enum pump_kind kind, const char *data, size_t size);

/* Private to pump*.c. */

/* Read once, without waiting for a socket, and trace the call. Returns as read(2). */
ssize_t pump_take(struct pump *pump, char *data, size_t size);

/* Pass pages on, or move them from the passage to the file. Each returns as pump_step. */
int pump_pass(struct pump *pump);
int pump_leave_passage(struct pump *pump);

/* Give the pipe that grows more capacity, once. */
void pump_grow(struct pump *pump);

/*
 * Make a call that not every system has: pass pages from in to out, of which one is a pipe, blocking only if wait is
 * set; pass pages from a file to a socket; write to a pipe without blocking. Each returns the bytes moved, 0 at the end
 * of in, or -1. Errors: EAGAIN, ENOTSUP (not between these two descriptors, or not on this system), those of splice(2),
 * sendfile(2), write(2).
 */
ssize_t pump_splice(int in, int out, bool wait);
ssize_t pump_send_file(int in, int out);
ssize_t pump_write_pipe(int fd, const char *data, size_t size);

#endif
