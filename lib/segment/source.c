/*
 * source.c: input whose size is to be known before it is put somewhere: input that does not fit is to change nothing.
 * An ordinary file tells its size; what comes through a pipe is read to its end first, the start of it into memory and
 * the rest into a file without a name.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "segment/segment.h"

#define AHEAD (64 * 1024)

static char ahead[AHEAD];

int
source_open(struct source *source, int fd)
{
	size_t expected = SIZE_MAX;
	struct stat st;
	ssize_t got;

	*source = (struct source){.fd = fd, .ahead = ahead, .start = -1};
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		off_t at = lseek(fd, 0, SEEK_CUR);

		/* Files in /proc say that they have nothing, and those in /sys that they have more than they do. */
		if (at != -1 && st.st_size > at)
			expected = (size_t)(st.st_size - at);
		source->sized = at != -1 && (st.st_size == 0 || st.st_size > at);
	}
	while (source->first < AHEAD && source->first < expected) {
		got = io_read(fd, ahead + source->first, AHEAD - source->first);
		if (got == -1)
			return -1;
		if (got == 0) {
			expected = source->first;
			break;
		}
		source->first += (size_t)got;
	}
	source->known = expected != SIZE_MAX;
	/* A file that grows while it is read counts as it was. */
	if (source->known && source->first > expected)
		source->first = expected;
	source->size = source->known ? expected : source->first;
	source->start = source->known ? lseek(fd, 0, SEEK_CUR) : -1;
	return 0;
}

/* Reads on from fd into a file without a name. */
static int
copy(struct source *source, int from, size_t limit)
{
	static char block[AHEAD];
	ssize_t got;

	while ((got = io_read(from, block, sizeof(block))) > 0) {
		if (source->size > limit || (size_t)got > limit - source->size) {
			errno = EMSGSIZE;
			return -1;
		}
		if (io_write(source->fd, block, (size_t)got, NULL) == -1)
			return -1;
		source->size += (size_t)got;
	}
	return got == -1 ? -1 : 0;
}

int
source_stage(struct source *source, size_t limit, int fd, off_t offset)
{
	int from = source->fd;

	source->fd = fd;
	source->staged = true;
	if (source->first > limit) {
		errno = EMSGSIZE;
		return -1;
	}
	source->size = source->first;
	source->start = offset + (off_t)source->first;
	if (lseek(fd, offset, SEEK_SET) == -1 || io_write(fd, source->ahead, source->first, NULL) == -1 ||
	    copy(source, from, limit) == -1)
		return -1;
	source->known = true;
	return 0;
}

int
source_rewind(struct source *source)
{
	return source->size == source->first || lseek(source->fd, source->start, SEEK_SET) != -1 ? 0 : -1;
}

ssize_t
source_read(const struct source *source, void *data, size_t size)
{
	ssize_t got;

	while ((got = read(source->fd, data, size)) == -1 && errno == EINTR)
		;
	return got;
}

void
source_close(struct source *source)
{
	if (source->staged)
		close(source->fd);
	source->staged = false;
}
