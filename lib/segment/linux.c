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

/*
 * Return the path of an object from the directory of its place, which the caller frees. shm_open(3) keeps POSIX
 * segments in /dev/shm.
 */
static char *
object_path(const struct segment *segment)
{
	struct text path = {0};

	text_format(&path, "%s%s", segment->name->kind == NAME_POSIX ? "/dev/shm" : "", segment->mapped.place.name);
	return text_take(&path);
}

int
unnamed_open(const struct segment *segment)
{
	char at[MAPPED_AT], *path = object_path(segment), *directory;
	int from = segment->mapped.place.directory;
	mode_t mode = segment->asked.mode;
	struct stat st;
	mode_t mask;
	int fd = -1;

	/* A path that exists, even a symbolic link to nowhere, cannot be created. */
	if (path && fstatat(from, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
	} else if (path && access("/proc/self/fd", X_OK) == 0) { /* unnamed_link needs it */
		directory = dirname(path);
		mask = umask(0);
		fd = trace_call(TRACED(openat(from, directory, O_RDWR | O_TMPFILE | O_CLOEXEC, mode)),
		    "open%s\"%s\", O_RDWR|O_TMPFILE, 0%03o)", mapped_at(segment, at), directory, (unsigned int)mode);
		umask(mask);
	}
	free(path);
	return fd;
}

int
unnamed_link(const struct segment *segment)
{
	char from[32], at[24] = "AT_FDCWD", *path = object_path(segment);
	int to = segment->mapped.place.directory, result = -1;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", segment->mapped.fd);
	if (to != AT_FDCWD)
		snprintf(at, sizeof(at), "%d", to);
	if (path)
		result = trace_call(TRACED(linkat(AT_FDCWD, from, to, path, AT_SYMLINK_FOLLOW)),
		    "linkat(AT_FDCWD, \"%s\", %s, \"%s\", AT_SYMLINK_FOLLOW)", from, at, path);
	free(path);
	return result;
}

int
mapped_reopen(const struct segment *segment)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", segment->mapped.fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int
mapped_stat(const struct segment *segment, struct stat *st)
{
	char *path = object_path(segment);
	int result = -1;

	if (path)
		result = fstatat(segment->mapped.place.directory, path, st, AT_SYMLINK_NOFOLLOW);
	free(path);
	return result;
}

bool
mapped_holds(const struct segment *segment, const struct stat *st)
{
	struct place place = segment->mapped.place;
	char *path = object_path(segment);
	bool same;

	place.name = path;
	same = place_holds(&place, st->st_dev, st->st_ino, 0);
	free(path);
	return same;
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
