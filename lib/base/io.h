/*
 * io.h: descriptors.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Opens stand-ins for those of descriptors 0 to 2 that are closed, so that no queue or file is ever given their
 * numbers. A stand-in fails with EBADF in the direction that matters, and is closed on exec. Source: open(2).
 */
int io_reserve(void);

/*
 * read(2) that goes on after EINTR until a signal was caught (interrupt_caught), and waits where a descriptor that somebody
 * else made non-blocking has nothing yet. Returns the bytes read, 0 at the end, -1 with errno of read(2).
 */
ssize_t io_read(int fd, void *data, size_t size);

/*
 * Writes all of data, waiting as io_read does. On -1 (errno of write(2), or EINTR after a caught signal), *written
 * says how many bytes were accepted; on 0 it equals size.
 */
int io_write(int fd, const void *data, size_t size, size_t *written);

/* True if nobody can read any more what is written to fd: the other end of the pipe or socket is closed. */
bool io_gone(int fd);

/* True if fd takes at least PIPE_BUF bytes now without waiting. */
bool io_writable(int fd);

/*
 * After a call on fd that failed: waits for events of poll(2) if that was because it would have had to wait. Returns 0
 * to try again (also after EINTR without a caught signal), -1 with errno as it was.
 */
int io_again(int fd, short events);

/* True if poll(2) has this event, an end or an error for fd. */
bool io_ready(int fd, short event);

/* Make a pipe hold at least capacity bytes, or as many as the system allows. Does nothing where that cannot be set. */
void io_grow(int fd, size_t capacity);

/* Set the capacity of a pipe, in bytes. Errors: EPERM (a limit is in the way), ENOTSUP. See fcntl(2), F_SETPIPE_SZ. */
int io_capacity(int fd, size_t size);

#endif
