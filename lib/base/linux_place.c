/*
 * linux_place.c: a directory in which names are looked up need not be readable. See open(2), O_PATH.
 */
#define _GNU_SOURCE
#include <fcntl.h>

#include "base/place.h"

int
place_directory(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}
