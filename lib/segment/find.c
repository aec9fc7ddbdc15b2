/*
 * find.c: opening and closing POSIX segments and files. Any user may have put a FIFO, a link or a file of his own under
 * the name, so opening does not wait for another process beyond the timeout, and each such object is refused.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "segment/internal.h"

void
mapped_close(struct segment *segment)
{
	if (segment->mapped.fd != -1)
		close(segment->mapped.fd);
	segment->mapped.fd = -1;
	segment->mapped.draft = MAPPED_NAMED;
}

int
mapped_place(struct segment *segment)
{
	struct place *place = &segment->mapped.place;

	if (place->name)
		return 0;
	if ((segment->asked.unlink || segment->asked.command) && segment->name->kind != NAME_POSIX)
		return place_open(place, segment->name->path);
	*place = (struct place){.directory = AT_FDCWD, .name = segment->name->path};
	return 0;
}

/* Return true if the mode is that of a file that can be a segment. Some systems give shared memory no type. */
static bool
is_segment(const struct segment *segment, mode_t mode)
{
	return S_ISREG(mode) || (segment->name->kind == NAME_POSIX && !(mode & S_IFMT));
}

/*
 * Return the errno value that says why the object was not opened, which failed with error; 0: it is a symbolic link
 * that may be followed.
 */
static int
obstacle(struct segment *segment, int error)
{
	const struct place *place = &segment->mapped.place;
	struct stat st;

	if (mapped_stat(segment, &st) == -1 || is_segment(segment, st.st_mode))
		return error;
	segment->mapped.kind = st.st_mode;
	if (!S_ISLNK(st.st_mode) || segment->name->kind == NAME_POSIX)
		return EISDIR;
	/* A link that leads nowhere counts as a missing file, which then cannot be created. */
	if (segment->asked.create)
		return fstatat(place->directory, place->name, &st, 0) == -1 ? errno : EMLINK;
	return place_sticky(place) ? EMLINK : 0;
}

/* Open the object. Wait while another process has a lease on it, at most for the timeout. */
static int
open_in_time(struct segment *segment, int flags)
{
	struct deadline deadline;
	long long nap = 0;
	int fd;

	deadline_set(&deadline, segment->asked.timeout);
	do {
		fd = mapped_open(segment, flags);
	} while (fd == -1 && place_again(&deadline, &nap));
	return fd;
}

/* Return 0 if the open object can be used, or the errno value that says why not. */
static int
unusable(struct segment *segment)
{
	struct stat st;

	if (mapped_look(segment, &st) == -1)
		return errno == EIDRM ? ENOENT : errno; /* the object was removed between the two calls */
	segment->mapped.kind = st.st_mode;
	if (!is_segment(segment, st.st_mode))
		return EISDIR;
	/* Every user can create POSIX segments, and only the owner of one can remove it, as in a sticky directory. */
	if (segment->asked.create && !segment->asked.exclusive && st.st_uid != geteuid() && st.st_uid != 0 &&
	    (segment->name->kind == NAME_POSIX || place_sticky(&segment->mapped.place)))
		return EPERM;
	return 0;
}

int
mapped_find(struct segment *segment)
{
	int flags = segment->asked.write ? O_RDWR : O_RDONLY, error;

	mapped_close(segment);
	if (mapped_place(segment) == -1)
		return -1;
	segment->mapped.fd = open_in_time(segment, flags | O_NOFOLLOW);
	if (segment->mapped.fd == -1) {
		error = errno == ETIMEDOUT || errno == EINTR ? errno : obstacle(segment, errno);
		if (error)
			return error_set(error);
		segment->mapped.fd = open_in_time(segment, flags);
		if (segment->mapped.fd == -1)
			return -1;
	}
	error = unusable(segment);
	if (error == 0)
		return 0;
	mapped_close(segment);
	return error_set(error);
}
