/*
 * portable_place.c: a directory that is opened must be readable.
 */
#include <fcntl.h>

#include "base/place.h"

int
place_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
