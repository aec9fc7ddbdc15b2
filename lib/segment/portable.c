/*
 * portable.c: segments by POSIX alone, which has no objects without a name, and does not define read(2) and write(2) on
 * shared memory objects. Bytes go through mappings of one window after the other. read and write copy them, not memcpy,
 * so that missing pages cause an error (EFAULT) and not SIGBUS. Only bytes read ahead and zeros, for which pages were
 * reserved, are stored directly. See mmap(3p), posix_fallocate(3p).
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/trace.h"
#include "segment/internal.h"

/* The most bytes mapped at a time: a multiple of any page size. */
#define WINDOW ((size_t)8 * 1024 * 1024)

struct window {
	char *memory;  /* memory, as mmap returned it */
	size_t mapped; /* bytes from there */
	char *data;    /* the first byte wanted */
	size_t size;   /* bytes from there */
};

/* Map at most size bytes from offset. */
static int
map(struct window *window, int fd, off_t offset, off_t size, int protection)
{
	size_t before = (size_t)(offset % sysconf(_SC_PAGESIZE));
	struct text call = {0};

	window->size = size < (off_t)WINDOW ? (size_t)size : WINDOW;
	window->mapped = window->size + before;
	window->memory = TRACED(mmap(NULL, window->mapped, protection, MAP_SHARED, fd, offset - (off_t)before));
	if (trace_on) {
		text_format(&call, "mmap(NULL, %zu, %s, MAP_SHARED, %d, %lld)", window->mapped,
		    protection & PROT_WRITE ? "PROT_READ|PROT_WRITE" : "PROT_READ", fd,
		    (long long)(offset - (off_t)before));
		trace_pointer(&call, window->memory == MAP_FAILED ? NULL : window->memory, "MAP_FAILED");
	}
	if (window->memory == MAP_FAILED)
		return -1;
	window->data = window->memory + before;
	return 0;
}

static void
unmap(const struct window *window)
{
	int saved = errno;

	munmap(window->memory, window->mapped);
	errno = saved;
}

int
pages_reserve(int fd, off_t offset, off_t size)
{
	if (size == 0)
		return 0;
	do
		errno = posix_fallocate(fd, offset, size);
	while (interrupt_again());
	return trace_call(errno ? -1 : 0, "posix_fallocate(%d, %lld, %lld)", fd, (long long)offset, (long long)size);
}

int
pages_fill(int fd, off_t offset, struct input *input, off_t *done)
{
	struct window window;
	ssize_t took;

	for (*done = 0; *done < input->size; *done += took) {
		if (map(&window, fd, offset + *done, input->size - *done, PROT_READ | PROT_WRITE) == -1)
			return -1;
		took = input_read(input, window.data, window.size);
		unmap(&window);
		if (took <= 0)
			return (int)took;
	}
	return 0;
}

int
pages_zero(int fd, off_t offset, off_t size)
{
	struct window window;

	for (; size > 0; offset += (off_t)window.size, size -= (off_t)window.size) {
		if (map(&window, fd, offset, size, PROT_READ | PROT_WRITE) == -1)
			return -1;
		memset(window.data, 0, window.size);
		unmap(&window);
	}
	return 0;
}

int
pages_write(struct outflow *flow)
{
	struct window window;
	struct stat st;
	size_t now;
	int result = 0;

	if (flow->data) {
		result = io_write(flow->output, flow->data + flow->offset, (size_t)flow->size, &now);
		flow->written = (off_t)now;
		return result;
	}
	while (flow->written < flow->size && result == 0) {
		if (interrupt_caught())
			return error_set(EINTR);
		if (map(&window, flow->fd, flow->offset + flow->written, flow->size - flow->written, PROT_READ) == -1) {
			flow->unreadable = true;
			return -1;
		}
		result = io_write(flow->output, window.data, window.size, &now);
		unmap(&window);
		flow->written += (off_t)now;
		if (result == -1 && errno == EFAULT)
			errno = ESTALE;
		/* Bytes after the end, in the last page, read as zeros. */
		if (result == 0 && fstat(flow->fd, &st) == 0 && st.st_size < flow->offset + flow->written) {
			errno = ESTALE;
			result = -1;
		}
	}
	return result;
}

int
unnamed_open(const struct segment *segment)
{
	(void)segment;
	return error_set(ENOTSUP);
}

int
unnamed_link(const struct segment *segment)
{
	(void)segment;
	return error_set(ENOTSUP);
}

int
mapped_reopen(const struct segment *segment)
{
	(void)segment;
	return error_set(ENOTSUP);
}

int
watch_open(int object)
{
	(void)object;
	return error_set(ENOTSUP);
}

unsigned int
watch_read(int fd)
{
	(void)fd;
	return 0;
}

bool
watch_unread(int fd)
{
	(void)fd;
	return false;
}

void
pages_touch(const char *data, size_t size, bool write)
{
	(void)data;
	(void)size;
	(void)write;
}

int
mapped_stat(const struct segment *segment, struct stat *st)
{
	if (segment->name->kind == NAME_POSIX)
		return error_set(ENOTSUP);
	return fstatat(segment->mapped.place.directory, segment->mapped.place.name, st, AT_SYMLINK_NOFOLLOW);
}

bool
mapped_holds(const struct segment *segment, const struct stat *st)
{
	struct stat now;
	bool same;
	int fd;

	if (segment->name->kind != NAME_POSIX)
		return place_holds(&segment->mapped.place, st->st_dev, st->st_ino, 0);
	fd = shm_open(segment->name->path, O_RDONLY, 0);
	if (fd == -1)
		return errno == EACCES; /* it may be the object: its own mode may forbid opening it */
	same = fstat(fd, &now) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino;
	/* Closing any descriptor of the object would release its lock, so this one stays open until the process ends. */
	if (!same)
		close(fd);
	return same;
}

bool
sysv_removed(int id, const struct name *name)
{
	struct shmid_ds status;
	key_t key;

	if (shmctl(id, IPC_STAT, &status) == -1)
		return errno == EINVAL || errno == EIDRM;
	if (name->kind != NAME_KEY && name->kind != NAME_FTOK)
		return false;
	return name_key(name, &key) == 0 && shmget(key, 0, 0) != id;
}
