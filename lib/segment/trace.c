/*
 * trace.c: the system calls of segments, each with its line of -v.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/trace.h"
#include "segment/internal.h"

const char *
mapped_at(const struct segment *segment, char space[MAPPED_AT])
{
	if (segment->mapped.place.directory == AT_FDCWD)
		return "(";
	snprintf(space, MAPPED_AT, "at(%d, ", segment->mapped.place.directory);
	return space;
}

int
mapped_open(const struct segment *segment, int flags)
{
	const char *access = flags & O_RDWR ? "O_RDWR" : "O_RDONLY", *path = segment->mapped.place.name;
	bool posix = segment->name->kind == NAME_POSIX;
	const char *call = posix ? "shm_open" : "open", *at;
	mode_t mode = segment->asked.mode;
	char space[MAPPED_AT];
	int fd = -1;

	at = mapped_at(segment, space);
	/* Opening must not wait if the name is a FIFO's. A system may take only the flags that POSIX names. */
	do {
		if (posix && (fd = TRACED(shm_open(path, flags | O_NONBLOCK, mode))) == -1 && errno == EINVAL)
			fd = TRACED(shm_open(path, flags, mode));
		if (!posix)
			fd = TRACED(openat(
			    segment->mapped.place.directory, path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode));
	} while (fd == -1 && interrupt_again());
	if (flags & O_CREAT)
		return trace_call(
		    fd, "%s%s\"%s\", %s|O_CREAT|O_EXCL, 0%03o)", call, at, path, access, (unsigned int)mode);
	return trace_call(fd, "%s%s\"%s\", %s%s)", call, at, path, access, posix ? ", 0" : "");
}

int
mapped_unlink(struct segment *segment)
{
	const char *path = segment->mapped.place.name;
	char at[MAPPED_AT];

	if (segment->name->kind == NAME_POSIX)
		return trace_call(TRACED(shm_unlink(path)), "shm_unlink(\"%s\")", path);
	return trace_call(TRACED(unlinkat(segment->mapped.place.directory, path, 0)), "unlink%s\"%s\"%s)",
	    mapped_at(segment, at), path, segment->mapped.place.directory == AT_FDCWD ? "" : ", 0");
}

int
trace_shmget(key_t key, size_t size, int flags)
{
	unsigned int mode = (unsigned int)flags & 0777;
	int id = TRACED(shmget(key, size, flags));

	if (key == IPC_PRIVATE)
		return trace_call(id, "shmget(IPC_PRIVATE, %zu, 0%03o)", size, mode);
	return trace_call(id, "shmget(0x%x, %zu, %s%#o)", (unsigned int)key, size,
	    flags & IPC_CREAT ? "IPC_CREAT|IPC_EXCL|" : "", mode);
}

void *
trace_shmat(int id, int flags)
{
	void *address = TRACED(shmat(id, NULL, flags));
	struct text call = {0};

	if (trace_on) {
		text_format(&call, "shmat(%d, NULL, %s)", id, flags & SHM_RDONLY ? "SHM_RDONLY" : "0");
		trace_pointer(&call, address == (void *)-1 ? NULL : address, "-1");
	}
	return address;
}
