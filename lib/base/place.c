/*
 * place.c: a name in a directory that was opened, and an ordinary file with that name: nothing that another user put in
 * its place makes open(2) wait, or is taken for the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/place.h"

int
place_open(struct place *place, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory;
	int fd, saved;

	*place = (struct place){.directory = AT_FDCWD, .name = path};
	/* The working directory stays the same, and a path that ends in a slash has no name. */
	if (!slash || !slash[1])
		return 0;
	directory = strndup(path, (size_t)(slash - path) + 1);
	fd = directory ? place_directory(directory) : -1;
	saved = errno;
	free(directory);
	errno = saved;
	/* A directory that cannot be read is found by its path again. */
	if (fd == -1 && errno == EACCES)
		return 0;
	*place = (struct place){.directory = fd, .name = fd == -1 ? NULL : slash + 1};
	return fd == -1 ? -1 : 0;
}

bool
place_holds(const struct place *place, dev_t device, ino_t inode, int flags)
{
	struct stat st;

	return place->name && fstatat(place->directory, place->name, &st, flags) == 0 && st.st_dev == device &&
	       st.st_ino == inode;
}

bool
place_sticky(const struct place *place)
{
	struct stat st;
	char *copy;
	int result;

	if (place->directory != AT_FDCWD)
		return fstat(place->directory, &st) == -1 || st.st_mode & S_ISVTX;
	copy = strdup(place->name);
	result = copy ? stat(dirname(copy), &st) : -1;
	free(copy);
	return result == -1 || st.st_mode & S_ISVTX;
}

bool
place_again(const struct deadline *deadline, long long *nap)
{
	if (errno != EAGAIN && errno != EINTR)
		return false;
	if (interrupt_caught())
		errno = EINTR;
	else if (deadline_passed(deadline))
		errno = ETIMEDOUT;
	else
		return deadline_nap(deadline, nap) == 0;
	return false;
}

int
place_file(const struct place *place, int access, bool careful, const struct deadline *deadline, struct stat *st)
{
	bool sticky = place_sticky(place);
	int flags = careful || sticky ? O_NOFOLLOW : 0, error = 0;
	long long nap = 0;
	int fd;

	do {
		fd = openat(place->directory, place->name, access | flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	} while (fd == -1 && place_again(deadline, &nap));
	if (fd == -1) {
		error = errno;
		/* The errno values for a symbolic link, a directory and a socket. */
		if ((error == ELOOP || error == EISDIR || error == ENXIO) &&
		    fstatat(place->directory, place->name, st, flags ? AT_SYMLINK_NOFOLLOW : 0) == 0 &&
		    !S_ISREG(st->st_mode))
			error = EBADMSG;
	} else if (fstat(fd, st) == -1) {
		error = errno;
	} else if (!S_ISREG(st->st_mode)) {
		error = EBADMSG;
	} else if (careful && sticky && st->st_uid != geteuid() && st->st_uid != 0) {
		error = EEXIST;
	}
	if (error && fd != -1)
		close(fd);
	return error ? error_set(error) : fd;
}

const char *
place_kind(mode_t mode)
{
	if (S_ISREG(mode))
		return "an ordinary file";
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISLNK(mode))
		return "a symbolic link";
	return S_ISSOCK(mode) ? "a socket" : "a device";
}

void
place_close(struct place *place)
{
	int saved = errno;

	if (place->name && place->directory != AT_FDCWD)
		close(place->directory);
	place->name = NULL;
	errno = saved;
}
