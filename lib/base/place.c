/*
 * place.c: a name in a directory that was opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void
place_close(struct place *place)
{
	int saved = errno;

	if (place->name && place->directory != AT_FDCWD)
		close(place->directory);
	place->name = NULL;
	errno = saved;
}
