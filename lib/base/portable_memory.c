/*
 * portable_memory.c: files whose name is removed as soon as they are open. See mkstemp(3p).
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

static int
file_in(const char *directory)
{
	struct text path = {0};
	int fd;

	text_format(&path, "%s/.ipc7.XXXXXX", directory);
	if (!path.data)
		return -1;
	fd = mkstemp(path.data);
	if (fd != -1) {
		unlink(path.data);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	text_free(&path);
	return fd;
}

int
memory_file(void)
{
	const char *directory = getenv("TMPDIR");

	return file_in(directory && *directory ? directory : "/tmp");
}

int
memory_file_beside(const char *path)
{
	char *copy = path ? strdup(path) : NULL;
	int fd = -1;

	if (copy) {
		fd = file_in(dirname(copy));
		free(copy);
	}
	return fd == -1 ? memory_file() : fd;
}
