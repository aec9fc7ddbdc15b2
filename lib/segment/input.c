/*
 * input.c: input whose size is known before it is put, so that input that does not fit changes nothing. An ordinary
 * file has a size. Other input is first read to its end: up to 64 KiB into memory, more into a temporary file.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "segment/segment.h"

/* Return the bytes that an ordinary file has left, or -1: not known. */
static off_t
expected_size(struct input *input)
{
	struct stat st;
	off_t at;

	if (fstat(input->fd, &st) == -1 || !S_ISREG(st.st_mode))
		return -1;
	input->ordinary = true;
	at = lseek(input->fd, 0, SEEK_CUR);
	/* Files in /proc have size 0, and those in /sys a size larger than their content. */
	return at != -1 && st.st_size > at ? st.st_size - at : -1;
}

int
input_open(struct input *input, int fd)
{
	off_t expected;
	ssize_t got;

	input->fd = fd;
	input->ordinary = input->staged = false;
	input->first = 0;
	expected = expected_size(input);
	while (input->first < INPUT_AHEAD && (expected == -1 || (off_t)input->first < expected)) {
		got = io_read(fd, input->ahead + input->first, INPUT_AHEAD - input->first);
		if (got == -1)
			return -1;
		if (got == 0)
			expected = (off_t)input->first;
		input->first += (size_t)got;
	}
	input->known = expected != -1;
	/* A file that grows while it is read counts with the size that it had. */
	if (input->known && (off_t)input->first > expected)
		input->first = (size_t)expected;
	input->size = input->known ? expected : (off_t)input->first;
	input->start = input->known ? lseek(fd, 0, SEEK_CUR) : -1;
	input->given = 0;
	return 0;
}

int
input_stage(struct input *input, off_t limit, int fd, off_t offset)
{
	int from = input->fd;
	ssize_t got = (ssize_t)input->first;

	input->fd = fd;
	input->staged = true;
	input->size = 0;
	if (lseek(fd, offset, SEEK_SET) == -1)
		return -1;
	/* The bytes read ahead are written first; then the same memory holds each block. */
	do {
		if (got > limit - input->size)
			return error_set(EMSGSIZE);
		if (io_write(fd, input->ahead, (size_t)got, NULL) == -1)
			return -1;
		input->size += got;
		got = io_read(from, input->ahead, INPUT_AHEAD);
	} while (got > 0);
	input->first = input->given = 0;
	input->start = offset;
	input->known = got == 0;
	return got == 0 ? 0 : -1;
}

int
input_rewind(struct input *input)
{
	input->given = 0;
	return input->size == (off_t)input->first || lseek(input->fd, input->start, SEEK_SET) != -1 ? 0 : -1;
}

ssize_t
input_read(struct input *input, void *data, size_t size)
{
	size_t left = input->first - input->given;

	if (left == 0)
		return read(input->fd, data, size);
	left = left < size ? left : size;
	memcpy(data, input->ahead + input->given, left);
	input->given += left;
	return (ssize_t)left;
}

void
input_close(struct input *input)
{
	if (input->staged)
		close(input->fd);
	input->staged = false;
}
