/*
 * portable.c for POSIX, where read(2) and write(2) are not defined for what shm_open(3p) opens: through a mapping of one
 * part after the other. read and write to and from the mapping, rather than memcpy, so that pages that are gone are an
 * error (EFAULT) and not SIGBUS; but for the start of the input, which is in memory, and zeros. Source: mmap(3p),
 * posix_fallocate(3p).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/text.h"
#include "base/trace.h"
#include "segment/internal.h"
#include "segment/segment.h"

/* The part that is mapped at a time: a multiple of any page size. */
#define PART ((size_t)8 * 1024 * 1024)

struct part {
	char *memory; /* as mmap gave it */
	size_t size;
	char *data; /* the first byte wanted */
	size_t left;
};

/* Maps bytes from offset: at most wanted, and not more than PART. */
static int
map(struct part *part, const struct segment *segment, size_t offset, size_t wanted, int protection)
{
	size_t before = offset % (size_t)sysconf(_SC_PAGESIZE);

	part->left = wanted < PART ? wanted : PART;
	part->size = part->left + before;
	part->memory = mmap(NULL, part->size, protection, MAP_SHARED, segment->fd, (off_t)(offset - before));
	part->data = part->memory + before;
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "mmap(NULL, %zu, %s, MAP_SHARED, %d, %zu)", part->size,
		    protection & PROT_WRITE ? "PROT_READ|PROT_WRITE" : "PROT_READ", segment->fd, offset - before);
		trace_pointer(&call, part->memory == MAP_FAILED ? NULL : part->memory, "MAP_FAILED");
	}
	return part->memory == MAP_FAILED ? -1 : 0;
}

static void
unmap(const struct part *part)
{
	int saved = errno;

	munmap(part->memory, part->size);
	errno = saved;
}

int
pages_draft(struct segment *segment)
{
	(void)segment; /* POSIX knows no object without a name */
	errno = ENOTSUP;
	return -1;
}

int
pages_publish(struct segment *segment)
{
	(void)segment;
	return 0;
}

unsigned long long
pages_space(const struct segment *segment)
{
	struct statvfs system;

	/* No blocks: no limit, or none that it tells. */
	if (segment->fd == -1 || fstatvfs(segment->fd, &system) == -1 || system.f_blocks == 0)
		return SSIZE_MAX;
	return (unsigned long long)(geteuid() == 0 ? system.f_bfree : system.f_bavail) * system.f_frsize;
}

int
pages_reserve(struct segment *segment, size_t offset, size_t size)
{
	int error;

	if (size == 0)
		return 0;
	while ((error = posix_fallocate(segment->fd, (off_t)offset, (off_t)size)) == EINTR)
		;
	errno = error;
	if (trace_on)
		trace_call(error ? -1 : 0, "posix_fallocate(%d, %zu, %zu)", segment->fd, offset, size);
	return error ? -1 : 0;
}

/* Fills a part from the input. Returns 1, or 0 when it ended. */
static int
fill_part(struct segment *segment, const struct part *part, struct source *source)
{
	size_t done = 0;
	ssize_t took;

	if (segment->got < source->first) {
		done = source->first - segment->got < part->left ? source->first - segment->got : part->left;
		memcpy(part->data, source->ahead + segment->got, done);
		segment->got += done;
	}
	while (done < part->left) {
		took = source_read(source, part->data + done, part->left - done);
		if (took <= 0)
			return (int)took;
		done += (size_t)took;
		segment->got += (size_t)took;
	}
	return 1;
}

ssize_t
pages_fill(struct segment *segment, size_t offset, struct source *source)
{
	struct part part;
	int more = 1;

	segment->got = 0;
	while (segment->got < source->size && more == 1) {
		if (map(&part, segment, offset + segment->got, source->size - segment->got, PROT_READ | PROT_WRITE) ==
		    -1)
			return -1;
		more = fill_part(segment, &part, source);
		unmap(&part);
	}
	return more == -1 ? -1 : (ssize_t)segment->got;
}

int
pages_zero(struct segment *segment, size_t offset, size_t size)
{
	struct part part;

	while (size > 0) {
		if (map(&part, segment, offset, size, PROT_READ | PROT_WRITE) == -1)
			return -1;
		memset(part.data, 0, part.left);
		unmap(&part);
		offset += part.left;
		size -= part.left;
	}
	return 0;
}

int
pages_write(struct segment *segment, size_t offset, size_t size, int output, bool pass, size_t *written)
{
	struct part part;
	struct stat st;
	size_t now;
	int result;

	(void)pass; /* POSIX passes no pages */
	*written = 0;
	while (*written < size) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		if (map(&part, segment, offset + *written, size - *written, PROT_READ) == -1) {
			segment->writing = false;
			return -1;
		}
		result = io_write(output, part.data, part.left, &now);
		unmap(&part);
		*written += now;
		if (result == -1 && errno == EFAULT)
			errno = ESTALE;
		if (result == -1)
			return -1;
		/* What lies behind the end in the same page reads as zeros. */
		if (fstat(segment->fd, &st) == 0 && (size_t)st.st_size < offset + *written) {
			errno = ESTALE;
			return -1;
		}
	}
	return 0;
}

int
pages_write_memory(const char *data, size_t size, int output, bool pass, size_t *written)
{
	(void)pass;
	return io_write(output, data, size, written);
}

bool
segment_removed(const struct segment *segment)
{
	struct shmid_ds status;
	key_t key;

	if (shmctl(segment->id, IPC_STAT, &status) == -1)
		return errno == EINVAL || errno == EIDRM;
	if (segment->name->kind != NAME_KEY && segment->name->kind != NAME_FTOK)
		return false;
	return name_key(segment->name, &key) == 0 && shmget(key, 0, 0) != segment->id;
}

void
pages_large(char *data, size_t size)
{
	(void)data;
	(void)size;
}
