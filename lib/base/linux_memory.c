/*
 * linux_memory.c: files without a name. See memfd_create(2), open(2) O_TMPFILE.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"

int
memory_file(void)
{
	int fd = memfd_create("ipc7", MFD_CLOEXEC), error = errno;

	/* Kernels before 3.17 lack the call, and a sandbox can refuse it. */
	if (fd == -1 && (error == ENOSYS || error == EPERM)) {
		fd = open("/dev/shm", O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
		errno = error;
	}
	return fd;
}

int
memory_file_beside(const char *path)
{
	char *copy = path ? strdup(path) : NULL;
	int fd = -1;

	if (copy) {
		fd = open(dirname(copy), O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
		free(copy);
	}
	return fd == -1 ? memory_file() : fd;
}
