/*
 * linux_pages.c: the bytes of segments by descriptor. Fresh pages cost more than copying, and touching them through a
 * mapping costs most; sendfile copies the pages of a file once. See sendfile(2), fallocate(2), splice(2), vmsplice(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/trace.h"
#include "segment/internal.h"

/* The most bytes of one call, so that the kernel never takes a length for a negative one. */
#define MOST ((size_t)1 << 30)

/* Bytes copied at once, and bytes that a pipe is asked to hold, to save switches between writer and reader. */
#define BLOCK     ((size_t)128 * 1024)
#define PIPE_SIZE ((size_t)1024 * 1024)

/* MADV_POPULATE_READ and MADV_POPULATE_WRITE, which the headers of an older C library lack. */
#define POPULATE_READ  22
#define POPULATE_WRITE 23

static char block[BLOCK];

static size_t
least(off_t left, size_t most)
{
	return left < (off_t)most ? (size_t)left : most;
}

/* Trace a call that moved data to or from fd. */
static void
trace_data(const char *call, int fd, const char *data, size_t size, off_t offset, ssize_t result)
{
	struct text text = {0};

	if (!trace_wanted(result))
		return;
	text_format(&text, "%s(%d, ", call, fd);
	text_quote(&text, data, size, 32);
	text_format(&text, ", %zu, %lld)", size, (long long)offset);
	trace_end(&text, result);
}

int
pages_reserve(int fd, off_t offset, off_t size)
{
	int result;

	if (size == 0)
		return 0;
	do
		result = trace_call(TRACED(fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, size)),
		    "fallocate(%d, FALLOC_FL_KEEP_SIZE, %lld, %lld)", fd, (long long)offset, (long long)size);
	while (result == -1 && interrupt_again());
	/* Where pages cannot be reserved, writing them shows whether there is space. */
	return result == -1 && (errno == EOPNOTSUPP || errno == ENOSYS) ? 0 : result;
}

/* Write all the data as pwrite(2) does. */
static int
put(int fd, const char *data, size_t size, off_t offset)
{
	ssize_t took;

	while (size > 0) {
		took = TRACED(pwrite(fd, data, size, offset));
		trace_data("pwrite", fd, data, size, offset, took);
		if (took == -1 && interrupt_again())
			continue;
		if (took == -1)
			return -1;
		data += took;
		offset += took;
		size -= (size_t)took;
	}
	return 0;
}

/* Copy the next bytes of the input. Returns the number of bytes, or 0 at its end. */
static ssize_t
fill_copying(int fd, off_t offset, struct input *input, size_t size)
{
	ssize_t took = input_read(input, block, size < BLOCK ? size : BLOCK);

	return took > 0 && put(fd, block, (size_t)took, offset) == -1 ? -1 : took;
}

/* Have the kernel copy the bytes that were not read ahead. Returns as sendfile(2). Errors: EINVAL (it cannot). */
static ssize_t
fill_moving(int fd, off_t offset, const struct input *input, size_t size)
{
	if (lseek(fd, offset, SEEK_SET) == -1)
		return -1;
	return trace_call(
	    TRACED(sendfile(fd, input->fd, NULL, size)), "sendfile(%d, %d, NULL, %zu)", fd, input->fd, size);
}

int
pages_fill(int fd, off_t offset, struct input *input, off_t *done)
{
	bool moves = true;
	ssize_t took;

	*done = 0;
	while (*done < input->size) {
		size_t left = least(input->size - *done, MOST);

		if (moves && *done >= (off_t)input->first)
			took = fill_moving(fd, offset + *done, input, left);
		else
			took = fill_copying(fd, offset + *done, input, left);
		if (took > 0)
			*done += took;
		else if (took == -1 && moves && (errno == EINVAL || errno == ENOSYS))
			moves = false;
		else
			return (int)took;
	}
	return 0;
}

int
pages_zero(int fd, off_t offset, off_t size)
{
	size_t now;

	memset(block, 0, sizeof(block));
	for (; size > 0; offset += (off_t)now, size -= (off_t)now) {
		now = least(size, BLOCK);
		if (put(fd, block, now, offset) == -1)
			return -1;
	}
	return 0;
}

void
pages_touch(const char *data, size_t size, bool write)
{
	size_t before = (uintptr_t)data % (size_t)sysconf(_SC_PAGESIZE);

	/* Where the kernel cannot (before Linux 5.14), each page costs a fault of its own. */
	(void)madvise((char *)(uintptr_t)data - before, size + before, write ? POPULATE_WRITE : POPULATE_READ);
}

/* Write memory, or a block of the object copied into memory. Returns the bytes, or 0 at the end of the object. */
static ssize_t
copy_block(struct outflow *flow)
{
	off_t left = flow->size - flow->written, offset = flow->offset + flow->written;
	size_t written = 0;
	const char *data = flow->data ? flow->data + offset : block;
	ssize_t got = (ssize_t)least(left, PAGES_STRETCH);

	if (flow->data) {
		pages_touch(data, (size_t)got, false);
	} else {
		do {
			got = TRACED(pread(flow->fd, block, least(left, BLOCK), offset));
		} while (got == -1 && errno == EINTR);
		trace_data("pread", flow->fd, block, got > 0 ? (size_t)got : 0, offset, got);
		flow->unreadable = got == -1;
	}
	if (got > 0 && io_write(flow->output, data, (size_t)got, &written) == -1)
		got = -1;
	flow->written += (off_t)written;
	return got;
}

/*
 * Have the kernel pass pages: vmsplice, splice, or sendfile for output that is no pipe. Returns the bytes, or -1.
 * Errors: EINVAL (it cannot).
 */
static ssize_t
pass_block(struct outflow *flow, bool pipe)
{
	size_t size = least(flow->size - flow->written, flow->data ? PAGES_STRETCH : MOST);
	off_t offset = flow->offset + flow->written, from = offset;
	struct iovec memory = {flow->data ? (char *)(uintptr_t)flow->data + offset : NULL, size};
	int fd = flow->fd, output = flow->output;
	ssize_t took;

	if (flow->data)
		pages_touch(memory.iov_base, size, false);
	do {
		if (flow->data)
			took = trace_call(TRACED(vmsplice(output, &memory, 1, 0)), "vmsplice(%d, {%p, %zu}, 1, 0)",
			    output, memory.iov_base, size);
		else if (pipe)
			took = trace_call(TRACED(splice(fd, &from, output, NULL, size, 0)),
			    "splice(%d, [%lld], %d, NULL, %zu, 0)", fd, (long long)offset, output, size);
		else
			took = trace_call(TRACED(sendfile(output, fd, &from, size)), "sendfile(%d, %d, [%lld], %zu)",
			    output, fd, (long long)offset, size);
	} while (took == -1 && io_again(output, POLLOUT) == 0);
	if (took > 0)
		flow->written += took;
	return took;
}

int
pages_write(struct outflow *flow)
{
	struct stat st = {0};
	bool moves, pipe;
	ssize_t took;

	(void)fstat(flow->output, &st);
	pipe = S_ISFIFO(st.st_mode);
	if (pipe && flow->size > (off_t)BLOCK)
		io_grow(flow->output, PIPE_SIZE);
	/*
	 * From file to file the kernel copies at once. To any other output it passes live pages. Only a pipe takes
	 * memory.
	 */
	moves = flow->data ? flow->pass && pipe : flow->pass || S_ISREG(st.st_mode);
	while (flow->written < flow->size) {
		if (interrupt_caught())
			return error_set(EINTR);
		took = moves ? pass_block(flow, pipe) : copy_block(flow);
		if (took == -1 && moves && (errno == EINVAL || errno == ENOSYS)) {
			moves = false; /* the output was opened for appending, or is a terminal */
		} else if (took <= 0) {
			errno = took == 0 ? ESTALE : errno;
			return -1;
		}
	}
	return 0;
}
