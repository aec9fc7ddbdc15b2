/*
 * memory.c for POSIX: a file without a name, in TMPDIR. Source: mkstemp(3p).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../backend.h"

int
memory_file(void)
{
	const char *directory = getenv("TMPDIR");
	struct text path = {0};
	int fd, saved;

	text_format(&path, "%s/ipc7.XXXXXX", directory && *directory ? directory : "/tmp");
	if (!path.data)
		return -1;
	fd = mkstemp(path.data);
	saved = errno;
	if (fd != -1) {
		unlink(path.data);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	text_free(&path);
	errno = saved;
	return fd;
}
