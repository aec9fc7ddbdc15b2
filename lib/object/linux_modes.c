/*
 * linux_modes.c: all POSIX objects are files, and have the mode and the owner of one. Source: chmod(2), chown(2), proc(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

/* The descriptors of this process. */
#define SELF "/proc/self/fd"

const char *
catalog_unchanging(const struct object *object)
{
	return object->kind == OBJECT_QUEUE || access(SELF, X_OK) == 0
	           ? NULL
	           : "/proc is not mounted, and needed to change it";
}

static int
change_owner_of(int fd, const struct change *change)
{
	uid_t uid = change->uid_given ? change->uid : (uid_t)-1;
	gid_t gid = change->gid_given ? change->gid : (gid_t)-1;
	int result = fchownat(fd, "", uid, gid, AT_EMPTY_PATH);

	if (trace_on)
		trace_call(result, "fchownat(%d, \"\", %lld, %lld, AT_EMPTY_PATH)", fd,
		    change->uid_given ? (long long)uid : -1, change->gid_given ? (long long)gid : -1);
	return result;
}

/* By way of /proc where fchmod(2) needs more than a descriptor that only stands for the file. */
static int
change_mode_of(int fd, mode_t mode)
{
	int result = fchmod(fd, mode);
	char path[64];

	if (result == 0 || errno != EBADF) {
		if (trace_on)
			trace_call(result, "fchmod(%d, %04o)", fd, (unsigned int)mode);
		return result;
	}
	snprintf(path, sizeof(path), SELF "/%d", fd);
	result = chmod(path, mode);
	if (trace_on)
		trace_call(result, "chmod(\"%s\", %04o)", path, (unsigned int)mode);
	return result;
}

int
catalog_change(const struct object *object, const struct change *change)
{
	int fd = catalog_open(object), result = 0, saved;

	if (fd == -1)
		return -1;
	if (change->uid_given || change->gid_given)
		result = change_owner_of(fd, change);
	if (result == 0 && change->mode_given)
		result = change_mode_of(fd, change->mode);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}
