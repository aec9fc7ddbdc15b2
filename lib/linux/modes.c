/*
 * modes.c for Linux: all POSIX objects are files, and have the mode and the owner of one. Source: chmod(2), chown(2), proc(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../backend.h"

bool
catalog_changes(const struct object *object)
{
	(void)object;
	return true;
}

static int
change_owner_of(int fd, const struct change *change)
{
	uid_t uid = change->uid_given ? change->uid : (uid_t)-1;
	gid_t gid = change->gid_given ? change->gid : (gid_t)-1;
	int result = fchownat(fd, "", uid, gid, AT_EMPTY_PATH);

	if (trace_on)
		trace_call(result, "fchownat(%d, \"\", %d, %d, AT_EMPTY_PATH)", fd, (int)uid, (int)gid);
	return result;
}

/* By way of /proc, since fchmod(2) needs more than a descriptor that only stands for the file. */
static int
change_mode_of(int fd, mode_t mode)
{
	char path[64];
	int result;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
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
