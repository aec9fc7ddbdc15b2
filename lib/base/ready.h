/*
 * ready.h: the line of -R, which says that a command is set up.
 */
#ifndef BASE_READY_H
#define BASE_READY_H

#include "base/checked.h"

/*
 * Open the FILE of -R. Create or empty a file. Wait for the reader of a FIFO, at most timeout nanoseconds
 * (DEADLINE_NEVER: until a signal is caught). /dev/fd/N, /proc/self/fd/N, /dev/stdout, /dev/stderr, and the file that
 * standard output or standard error is open on, are the open descriptors. If the set-up fails after that, a reader of
 * the FIFO sees its end. Returns a descriptor, or -1. Errors: ETIMEDOUT (no reader came), EAGAIN (another process kept
 * a lease on the file), EINTR (a signal was caught), those of open(2).
 */
CHECKED int ready_open(const char *file, long long timeout);

/* Write the line and a newline in one write, and close the descriptor. Returns 0, or -1 with errno of write(2). */
CHECKED int ready_say(int fd, const char *line);

/*
 * Print a line about the errno value of ready_open or ready_say, unless a signal was caught, by which command_end ends
 * the process. Returns STATUS_TIMEOUT or STATUS_FAILED.
 */
int ready_report(const char *file);

#endif
