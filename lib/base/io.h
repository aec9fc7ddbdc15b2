/*
 * io.h: reading and writing descriptors that other processes may share, and checking their other end.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"

/* The file that stands in for a closed descriptor. */
#define IO_NULL "/dev/null"

/*
 * Open stand-ins for those of descriptors 0 to 2 that are closed, so that no queue or file gets their numbers. Reading
 * the stand-in for 0, or writing that for 1 or 2, fails with EBADF. exec closes the stand-ins. Returns 0, or -1 with
 * errno of open(2).
 */
CHECKED int io_reserve(void);

/*
 * Read up to size bytes, as read(2) does. Continue after EINTR unless a signal was caught (interrupt_caught), and wait
 * if another process made the descriptor non-blocking. Returns the bytes read, 0 at the end of file, or -1 with errno
 * of read(2).
 */
CHECKED ssize_t io_read(int fd, void *data, size_t size);

/*
 * Write all size bytes of data, waiting as io_read does. Store the number of bytes that were accepted in *written,
 * unless that is NULL. Returns 0, or -1 with errno of write(2); EINTR: a signal was caught.
 */
CHECKED int io_write(int fd, const void *data, size_t size, size_t *written);

/* Return the bits that poll(2) reports for fd now: those asked for in events, and POLLHUP and POLLERR in any case. */
short io_events(int fd, short events);

/* Return true if no process can read bytes that are written to fd: the other end of the pipe or socket is closed. */
bool io_gone(int fd);

/* Return true if fd accepts at least PIPE_BUF bytes now without blocking. */
bool io_writable(int fd);

/* Return true if standard output is open for writing. A closed one is not: see io_reserve. */
bool io_output(void);

/* Return true if poll(2) reports the event, an end of file or an error for fd. */
bool io_ready(int fd, short event);

/*
 * Decide what follows a failed call on fd: if the call would have blocked, wait for events of poll(2). Returns 0 to try
 * again (even after EINTR, unless a signal was caught), or -1: with errno EINTR if a signal was caught during the
 * wait, otherwise with errno unchanged.
 */
CHECKED int io_again(int fd, short events);

/* Make a pipe whose ends, for reading and for writing, are closed on exec. Returns 0, or -1 with errno of pipe(2). */
CHECKED int io_pipe(int ends[2]);

/* Close the descriptors from first to last, now or at the next exec. See close_range(2). */
void io_close_range(int first, int last, bool on_exec);

/*
 * Make a pipe hold at least capacity bytes, or as many as the system allows. Do nothing where the capacity cannot be
 * set.
 */
void io_grow(int fd, size_t capacity);

/*
 * Set the capacity of a pipe to at least size bytes. Returns 0 or -1. Errors: EPERM (a limit forbids it), ENOTSUP. See
 * fcntl(2), F_SETPIPE_SZ.
 */
CHECKED int io_capacity(int fd, size_t size);

#endif
