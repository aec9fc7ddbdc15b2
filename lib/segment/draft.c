/*
 * draft.c: bytes on their way into a segment. A draft is an object that gets the name of a POSIX segment or a file once
 * it is complete. Other staged input is in a temporary file.
 */
#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "segment/internal.h"

off_t
mapped_space(const struct segment *segment)
{
	struct statvfs system;
	unsigned long long space;

	/* A file system without blocks has no bound. */
	if (segment->mapped.fd == -1 || fstatvfs(segment->mapped.fd, &system) == -1 || system.f_blocks == 0)
		return OFFSET_MAX;
	space = (unsigned long long)(geteuid() == 0 ? system.f_bfree : system.f_bavail) * system.f_frsize;
	return space < OFFSET_MAX ? (off_t)space : OFFSET_MAX;
}

bool
mapped_same(int one, int other)
{
	struct stat a, b;

	return one != -1 && fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int
mapped_draft(struct segment *segment)
{
	if (segment->mapped.draft != MAPPED_NAMED)
		return 0;
	segment->size = 0;
	segment->mapped.fd = unnamed_open(segment);
	if (segment->mapped.fd == -1)
		return -1;
	segment->mapped.draft = MAPPED_DRAFT;
	return 0;
}

int
mapped_publish(struct segment *segment)
{
	if (segment->mapped.draft != MAPPED_NAMED && unnamed_link(segment) == -1)
		return -1;
	segment->mapped.draft = MAPPED_NAMED;
	return 0;
}

/*
 * Open the file for staged input: a draft, so that the bytes are copied once, or a file in memory or beside the
 * segment. Store the offset of the first byte. Returns a descriptor, or -1.
 */
static int
open_stage(struct segment *segment, off_t *offset)
{
	const struct name *name = segment->name;
	int fd = -1;

	*offset = 0;
	if (!segment->backend->fixed && segment->state == SEGMENT_MISSING && mapped_draft(segment) == 0)
		fd = fcntl(segment->mapped.fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd == -1) {
		segment->mapped.beside = name->kind == NAME_FILE;
		return memory_file_beside(segment->mapped.beside ? name->path : NULL);
	}
	segment->mapped.draft = MAPPED_FILLED;
	*offset = segment->asked.offset;
	return fd;
}

int
draft_stage(struct segment *segment, struct input *input, bool grows)
{
	off_t from = segment->asked.offset, most, offset;
	int fd, saved;

	if (input->known && !mapped_same(segment->mapped.fd, input->fd))
		return 0;
	fd = open_stage(segment, &offset);
	if (fd == -1)
		return -1;
	/* Input that can never be put must not fill the memory either. */
	if (grows) {
		most = mapped_space(segment);
		most = most < OFFSET_MAX - segment->size ? most + segment->size : OFFSET_MAX;
		segment->space = from < most ? most - from : 0;
	}
	if (input_stage(input, segment->space, fd, offset) == 0)
		return 0;
	saved = errno == EMSGSIZE && grows ? ENOSPC : errno;
	/* The space of these bytes counts as free in the error line. */
	return ftruncate(fd, 0) == -1 ? -1 : error_set(saved);
}
