/*
 * pages.c for POSIX, where read(2) and write(2) are not defined for what shm_open(3p) opens: through a mapping of one
 * part after the other. read and write to and from the mapping, rather than memcpy, so that pages that are gone are an
 * error (EFAULT) and not SIGBUS; but for the start of the input, which is in memory, and zeros. Source: mmap(3p),
 * posix_fallocate(3p).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../backend.h"

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
map(struct part *part, const struct region *region, size_t offset, size_t wanted, int protection)
{
	size_t before = offset % (size_t)sysconf(_SC_PAGESIZE);

	part->left = wanted < PART ? wanted : PART;
	part->size = part->left + before;
	part->memory = mmap(NULL, part->size, protection, MAP_SHARED, region->fd, (off_t)(offset - before));
	part->data = part->memory + before;
	if (trace_on) {
		struct text call = {0};

		text_format(&call, "mmap(NULL, %zu, %s, MAP_SHARED, %d, %zu)", part->size,
		    protection & PROT_WRITE ? "PROT_READ|PROT_WRITE" : "PROT_READ", region->fd, offset - before);
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
pages_draft(struct region *region)
{
	(void)region; /* POSIX knows no object without a name */
	errno = ENOTSUP;
	return -1;
}

int
pages_publish(struct region *region)
{
	(void)region;
	return 0;
}

unsigned long long
pages_space(const struct region *region)
{
	struct statvfs system;

	/* No blocks: no limit, or none that it tells. */
	if (region->fd == -1 || fstatvfs(region->fd, &system) == -1 || system.f_blocks == 0)
		return SSIZE_MAX;
	return (unsigned long long)(geteuid() == 0 ? system.f_bfree : system.f_bavail) * system.f_frsize;
}

int
pages_reserve(struct region *region, size_t offset, size_t size)
{
	int error;

	if (size == 0)
		return 0;
	while ((error = posix_fallocate(region->fd, (off_t)offset, (off_t)size)) == EINTR)
		;
	errno = error;
	if (trace_on)
		trace_call(error ? -1 : 0, "posix_fallocate(%d, %zu, %zu)", region->fd, offset, size);
	return error ? -1 : 0;
}

/* Fills a part from the input. Returns 1, or 0 when it ended. */
static int
fill_part(struct region *region, const struct part *part, struct source *source)
{
	size_t done = 0;
	ssize_t took;

	if (region->got < source->first) {
		done = source->first - region->got < part->left ? source->first - region->got : part->left;
		memcpy(part->data, source->ahead + region->got, done);
		region->got += done;
	}
	while (done < part->left) {
		took = source_read(source, part->data + done, part->left - done);
		if (took <= 0)
			return (int)took;
		done += (size_t)took;
		region->got += (size_t)took;
	}
	return 1;
}

ssize_t
pages_fill(struct region *region, size_t offset, struct source *source)
{
	struct part part;
	int more = 1;

	region->got = 0;
	while (region->got < source->size && more == 1) {
		if (map(&part, region, offset + region->got, source->size - region->got, PROT_READ | PROT_WRITE) == -1)
			return -1;
		more = fill_part(region, &part, source);
		unmap(&part);
	}
	return more == -1 ? -1 : (ssize_t)region->got;
}

int
pages_zero(struct region *region, size_t offset, size_t size)
{
	struct part part;

	while (size > 0) {
		if (map(&part, region, offset, size, PROT_READ | PROT_WRITE) == -1)
			return -1;
		memset(part.data, 0, part.left);
		unmap(&part);
		offset += part.left;
		size -= part.left;
	}
	return 0;
}

int
pages_write(struct region *region, size_t offset, size_t size, int output, bool pass, size_t *written)
{
	struct part part;
	struct stat st;
	size_t now;
	int result;

	(void)pass; /* POSIX passes no pages */
	*written = 0;
	while (*written < size) {
		if (sigs_caught()) {
			errno = EINTR;
			return -1;
		}
		if (map(&part, region, offset + *written, size - *written, PROT_READ) == -1) {
			region->writing = false;
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
		if (fstat(region->fd, &st) == 0 && (size_t)st.st_size < offset + *written) {
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
segment_removed(const struct region *region)
{
	struct shmid_ds status;
	key_t key;

	if (shmctl(region->id, IPC_STAT, &status) == -1)
		return errno == EINVAL || errno == EIDRM;
	if (region->name->kind != NAME_KEY && region->name->kind != NAME_FTOK)
		return false;
	return name_key(region->name, &key) == 0 && shmget(key, 0, 0) != region->id;
}

void
pages_large(char *data, size_t size)
{
	(void)data;
	(void)size;
}
