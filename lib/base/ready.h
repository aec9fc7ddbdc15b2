/*
 * ready.h: saying that a command is ready (-R).
 */
#ifndef BASE_READY_H
#define BASE_READY_H

/*
 * Opens FILE for the line that ready_say writes: created or reused, a FIFO (waits for its reader), or /dev/fd/N.
 * Opened first, so that whoever waits on a FIFO sees its end if the set-up fails. Returns a descriptor.
 */
int ready_open(const char *file);

/* Writes the line, with a newline, in one write, and closes the descriptor. A file then holds that line alone. */
int ready_say(int fd, const char *line);

#endif
