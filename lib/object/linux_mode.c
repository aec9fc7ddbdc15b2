/*
 * linux_mode.c: all POSIX objects are files and have the mode and owner of one, which are changed by a descriptor
 * that only stands for the file. See chmod(2), chown(2), proc(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"

/* The directory of this process's descriptors. */
#define SELF "/proc/self/fd"

const char *
object_unchanging(const struct object *object)
{
	return object->kind == OBJECT_QUEUE || access(SELF, X_OK) == 0
	           ? NULL
	           : "/proc is not mounted, and needed to change it";
}

int
object_chown(int fd, uid_t uid, gid_t gid)
{
	return trace_call(fchownat(fd, "", uid, gid, AT_EMPTY_PATH), "fchownat(%d, \"\", %lld, %lld, AT_EMPTY_PATH)",
	    fd, uid == (uid_t)-1 ? -1 : (long long)uid, gid == (gid_t)-1 ? -1 : (long long)gid);
}

int
object_chmod(int fd, mode_t mode)
{
	int result = fchmod(fd, mode);
	char path[64];

	/* fchmod(2) refuses a descriptor of O_PATH. */
	if (result == 0 || errno != EBADF) {
		trace_call(result, "fchmod(%d, %04o)", fd, (unsigned int)mode);
		return result;
	}
	snprintf(path, sizeof(path), SELF "/%d", fd);
	result = chmod(path, mode);
	trace_call(result, "chmod(\"%s\", %04o)", path, (unsigned int)mode);
	return result;
}
