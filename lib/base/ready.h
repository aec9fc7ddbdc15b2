/*
 * ready.h: the line of -R, which says that a command is set up.
 */
#ifndef BASE_READY_H
#define BASE_READY_H

/*
 * Open the FILE of -R: a file, which is created or emptied; a FIFO, whose reader is waited for; or /dev/fd/N. If the
 * set-up fails after that, a reader of the FIFO sees its end. Returns a descriptor, or -1 with errno of open(2); EINTR:
 * a signal was caught.
 */
int ready_open(const char *file);

/* Write the line and a newline in one write, and close the descriptor. Returns 0, or -1 with errno of write(2). */
int ready_say(int fd, const char *line);

#endif
