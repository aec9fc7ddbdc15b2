/*
 * portable_modes.c for POSIX, which lets the mode and the owner of a segment be changed, but of queues and semaphores not. Source:
 * shm_open(3p), fchmod(3p), fchown(3p).
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

const char *
catalog_unchanging(const struct object *object)
{
	return object->kind == OBJECT_SEGMENT ? NULL : "this system has no way to change it";
}

int
catalog_change(const struct object *object, const struct change *change)
{
	uid_t uid = change->uid_given ? change->uid : (uid_t)-1;
	gid_t gid = change->gid_given ? change->gid : (gid_t)-1;
	int fd = catalog_open(object), result = 0, saved;

	if (fd == -1)
		return -1;
	if (change->uid_given || change->gid_given) {
		result = fchown(fd, uid, gid);
		if (trace_on)
			trace_call(result, "fchown(%d, %lld, %lld)", fd, change->uid_given ? (long long)uid : -1,
			    change->gid_given ? (long long)gid : -1);
	}
	if (result == 0 && change->mode_given) {
		result = fchmod(fd, change->mode);
		if (trace_on)
			trace_call(result, "fchmod(%d, %04o)", fd, (unsigned int)change->mode);
	}
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}
