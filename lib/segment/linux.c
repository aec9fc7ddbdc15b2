/*
 * linux.c: features of segments that only Linux has: objects that get their name when they are complete, and a mark on
 * removed System V segments. See open(2) O_TMPFILE, linkat(2), shmctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/trace.h"
#include "segment/internal.h"

/* Return the path of an object, which the caller frees. shm_open(3) keeps POSIX segments in /dev/shm. */
static char *
object_path(const struct name *name)
{
	struct text path = {0};

	text_format(&path, "%s%s", name->kind == NAME_POSIX ? "/dev/shm" : "", name->path);
	return path.data;
}

int
unnamed_open(const struct name *name, mode_t mode)
{
	char *path = object_path(name), *directory;
	struct stat st;
	mode_t mask;
	int fd = -1;

	/* A path that exists, even a symbolic link to nowhere, cannot be created. */
	if (path && lstat(path, &st) == 0) {
		errno = EEXIST;
	} else if (path && access("/proc/self/fd", X_OK) == 0) { /* unnamed_link needs it */
		directory = dirname(path);
		mask = umask(0);
		fd = trace_call(open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, mode),
		    "open(\"%s\", O_RDWR|O_TMPFILE, 0%03o)", directory, (unsigned int)mode);
		umask(mask);
	}
	free(path);
	return fd;
}

int
unnamed_link(int fd, const struct name *name)
{
	char from[32], *path = object_path(name);
	int result = -1;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	if (path)
		result = trace_call(linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW),
		    "linkat(AT_FDCWD, \"%s\", AT_FDCWD, \"%s\", AT_SYMLINK_FOLLOW)", from, path);
	free(path);
	return result;
}

bool
sysv_removed(int id, const struct name *name)
{
	struct shmid_ds status;

	(void)name;
	if (shmctl(id, IPC_STAT, &status) == -1)
		return errno == EINVAL || errno == EIDRM;
	return status.shm_perm.mode & SHM_DEST;
}
