/*
 * place.h: the last name of a path, in its directory, which is opened once: all steps happen there, even if a directory
 * of the path is exchanged meanwhile.
 */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/checked.h"

struct deadline;

/* A name for openat(2), fstatat(2) and unlinkat(2). It starts as {0}. */
struct place {
	int directory;    /* descriptor of the directory, or AT_FDCWD */
	const char *name; /* NULL: not open */
};

/* Open the directory of a path, which must outlive the place. Returns 0, or -1 with errno of open(2), or ENOMEM. */
int place_open(struct place *place, const char *path);

/* Return true if the object with this name has that device and inode; flags are those of fstatat(2). */
bool place_holds(const struct place *place, dev_t device, ino_t inode, int flags);

/* Return true if the directory is sticky, so that other users may have put objects there, or cannot be looked at. */
bool place_sticky(const struct place *place);

/*
 * Wait a little after open(2) with O_NONBLOCK has failed because another process has a lease on the file. *nap starts
 * as 0. Returns true if the caller must try again; false, with errno: ETIMEDOUT (the deadline has come), EINTR (a
 * signal was caught), or another cause.
 */
CHECKED bool place_again(const struct deadline *deadline, long long *nap);

/*
 * Open an ordinary file, with O_RDONLY or O_RDWR, and wait at most until the deadline for another process's lease on
 * it. If careful, as with -c, or in a sticky directory, follow no symbolic link. Store the object's status in *st.
 * Returns a descriptor, which is closed on exec, or -1. Errors: EBADMSG (the name is not that of an ordinary file),
 * EEXIST (careful: the file belongs to neither this user nor root, in a sticky directory), ETIMEDOUT, EINTR (a signal
 * was caught), those of open(2).
 */
CHECKED int place_file(
    const struct place *place, int access, bool careful, const struct deadline *deadline, struct stat *st);

/* Return words for a kind of object, such as "a FIFO". */
const char *place_kind(mode_t mode);

/* Close the directory. Keep errno. */
void place_close(struct place *place);

/* Open a directory in which names are looked up: linux_place.c, portable_place.c. Returns a descriptor, or -1. */
int place_directory(const char *path);

#endif
