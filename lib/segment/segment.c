/*
 * segment.c: shared memory, the front of the two back ends.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/name.h"
#include "base/text.h"
#include "segment/internal.h"
#include "segment/segment.h"

/* How often to begin again when the segment appears, or goes away, between two calls. */
#define TRIES 20

static const struct segment_backend *
backend(const struct name *name)
{
	return name->kind == NAME_POSIX || name->kind == NAME_FILE ? &segment_map : &segment_sysv;
}

int
segment_check(const struct name *name, const struct segment_options *options)
{
	static const char reserved[] = "/sem.";

	if (name->kind == NAME_POSIX && strncmp(name->path, reserved, strlen(reserved)) == 0)
		return command_usage("%s: names that start with sem. are those of semaphores", name->text);
	return command_object(name, "segment", options->create || options->exclusive, options->exclusive);
}

int
segment_start(struct segment **result, const struct name *name, const struct segment_options *options)
{
	static struct segment segment;

	segment = (struct segment){
	    .backend = backend(name), .name = name, .text = name->text, .asked = *options, .fd = -1, .id = -1};
	segment.asked.create |= options->exclusive;
	*result = &segment;
	if (name->kind == NAME_NEW) {
		segment.missing = true;
		return -1;
	}
	if (segment.backend->open(&segment) == 0) {
		if (!options->exclusive)
			return -1;
		errno = EEXIST;
	} else if (errno == ENOENT && segment.asked.create && !segment.unkeyed && name->kind != NAME_ID) {
		segment.missing = true;
		return -1;
	}
	return segment_report(&segment, SEGMENT_OPEN, errno, 0, NULL);
}

bool
segment_missing(const struct segment *segment)
{
	return segment->missing;
}

bool
segment_fixed(const struct segment *segment)
{
	return segment->backend->fixed;
}

const char *
segment_name(const struct segment *segment)
{
	return segment->text;
}

bool
segment_changed(const struct segment *segment, size_t *bytes)
{
	*bytes = segment->got;
	return segment->changed;
}

int
segment_scratch(struct segment *segment, const struct segment_part *part, int *fd, off_t *offset)
{
	*offset = (off_t)part->offset;
	*fd = segment->missing && segment->backend->draft ? segment->backend->draft(segment) : -1;
	if (*fd != -1)
		return 0;
	*offset = 0;
	*fd = memory_file_beside(segment->name->kind == NAME_FILE ? segment->name->path : NULL);
	return *fd == -1 ? -1 : 0;
}

/* The bytes that the segment can have without being made larger; SSIZE_MAX: as many as are needed. */
static size_t
bound(const struct segment *segment, const struct segment_part *part)
{
	if (!segment->missing && !segment->fresh && (segment->backend->fixed || !part->whole))
		return segment->size;
	return segment->asked.size ? segment->asked.size : SSIZE_MAX;
}

size_t
segment_room(const struct segment *segment, const struct segment_part *part, bool *bounded)
{
	size_t most = bound(segment, part);
	unsigned long long space;

	/* What can never be put is not to fill the memory either. */
	*bounded = most != SSIZE_MAX || segment->backend->fixed;
	if (!*bounded) {
		space = pages_space(segment) + segment->size;
		most = space < SSIZE_MAX ? (size_t)space : SSIZE_MAX;
	}
	return part->offset < most ? most - part->offset : 0;
}

bool
segment_same(const struct segment *segment, int fd)
{
	struct stat one, other;

	return segment->fd != -1 && fstat(segment->fd, &one) == 0 && fstat(fd, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Opens what has appeared meanwhile, or not. Returns 1 to begin again. */
static int
reopen(struct segment *segment)
{
	int result = segment->backend->open(segment);

	segment->missing = result == -1 && errno == ENOENT;
	return result == 0 || segment->missing ? 1 : -1;
}

/* Creates what is missing, with room for the input. Returns 1 to begin again. */
static int
create(struct segment *segment, size_t needed)
{
	if (segment->filled ||
	    segment->backend->create(segment, segment->asked.size ? segment->asked.size : needed) == 0) {
		segment->missing = false;
		segment->fresh = true;
		return 0;
	}
	return errno == EEXIST && !segment->asked.exclusive ? reopen(segment) : -1;
}

/* Whether the input fits. */
static int
check(struct segment *segment, const struct source *source, const struct segment_part *part)
{
	size_t most = bound(segment, part);

	segment->offset = part->offset;
	segment->room = part->offset < most ? most - part->offset : 0;
	if (source->size <= segment->room && part->offset <= most)
		return 0;
	errno = EMSGSIZE;
	return -1;
}

/* Takes back what was created. */
static void
discard(struct segment *segment)
{
	int saved = errno;

	segment->backend->discard(segment);
	segment->fresh = segment->changed = segment->filled = false;
	segment->missing = true;
	errno = saved;
}

/* One try. Returns 1 to begin again. */
static int
put(struct segment *segment, struct source *source, const struct segment_part *part, const struct deadline *deadline)
{
	int result, saved;

	if (check(segment, source, part) == -1)
		return -1;
	if (segment->missing && (result = create(segment, part->offset + source->size)) != 0)
		return result;
	if (segment->backend->lock) {
		if (segment->backend->lock(segment, deadline) == -1)
			return -1;
		if (segment->asked.exclusive && !segment->fresh) {
			errno = EEXIST;
			return -1;
		}
		/* Before it had the lock, its size could still change. */
		if (check(segment, source, part) == -1)
			return -1;
	}
	if (interrupt_caught()) {
		errno = EINTR;
		return -1;
	}
	if (source_rewind(source) == -1 || interrupt_hold() == -1)
		return -1;
	result = segment->backend->put(segment, source, part);
	saved = errno;
	interrupt_release();
	errno = saved;
	if (result == -1 && errno == EEXIST && segment->fresh && !segment->asked.exclusive) {
		discard(segment);
		return reopen(segment);
	}
	return result;
}

int
segment_put(
    struct segment *segment, struct source *source, const struct segment_part *part, const struct deadline *deadline)
{
	int tries = TRIES, result;

	do {
		result = put(segment, source, part, deadline);
	} while (result == 1 && --tries > 0);
	if (result == 1) {
		errno = EEXIST;
		result = -1;
	}
	if (result == -1 && segment->fresh)
		discard(segment);
	segment->fresh = false;
	return result;
}

int
segment_get(struct segment *segment, int output, const struct segment_part *part, bool pass,
    const struct deadline *deadline, size_t *written)
{
	struct segment_part wanted = *part;

	*written = 0;
	if (segment->backend->lock && segment->backend->lock(segment, deadline) == -1)
		return -1;
	if (wanted.offset <= segment->size && wanted.length == SEGMENT_ALL)
		wanted.length = segment->size - wanted.offset;
	if (wanted.offset > segment->size || wanted.length > segment->size - wanted.offset) {
		errno = ERANGE;
		return -1;
	}
	segment->writing = true;
	return segment->backend->get(segment, output, &wanted, pass, written);
}

bool
segment_writing(const struct segment *segment)
{
	return segment->writing;
}

int
segment_unlink(struct segment *segment)
{
	return segment->backend->unlink(segment);
}

void
segment_close(struct segment *segment)
{
	if (segment)
		segment->backend->close(segment);
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* The words for what every back end means alike. */
static void
explain(const struct segment *segment, enum segment_step step, int error, size_t asked, struct text *text)
{
	if (error == ENOENT && segment->asked.write)
		text_format(text, "no such segment (create it with -c)");
	else if (error == ENOENT)
		text_format(text, "no such segment (shmput -c creates one)");
	else if (error == EEXIST && segment->asked.exclusive)
		text_format(text, "the segment exists already (leave out -x to use it)");
	else if ((error == EACCES || error == EPERM) && step == SEGMENT_UNLINK)
		text_format(text, "no permission to remove the segment (only its owner or root may)");
	else if (error == EACCES)
		text_format(text, "no permission to %s this segment (its owner or root can change its mode)",
		    segment->asked.write ? "read and write" : "read");
	else if (error == EIDRM)
		text_format(text, "the segment was removed while in use");
	else if (error == ETIMEDOUT)
		text_format(text, "the segment stayed locked by another process, not free in time (-t)");
	else if (error == EINTR)
		text_format(text, "stopped by signal %d", interrupt_caught());
	else if (error == EMSGSIZE && segment->offset)
		text_format(text, "the input has %zu byte%s, and from byte %zu on there is room for %zu", asked,
		    plural(asked), segment->offset, segment->room);
	else if (error == EMSGSIZE)
		text_format(
		    text, "the input has %zu byte%s, and there is room for %zu", asked, plural(asked), segment->room);
	else if (error == ERANGE)
		text_format(text, "the segment has %zu byte%s, and not the part asked for (-o, -n)", segment->size,
		    plural(segment->size));
	else if (error == ESTALE)
		text_format(text, "the segment became smaller while it was read");
	else if (error == EAGAIN)
		text_format(text, "no timer can be had (RLIMIT_SIGPENDING; raise it with ulimit -i)");
	else if (error == EFBIG)
		text_format(text, "RLIMIT_FSIZE does not let files become so large (raise it with ulimit -f)");
	else
		text_format(text, "%s", strerror(error));
}

int
segment_report(const struct segment *segment, enum segment_step step, int error, size_t asked, const char *extra)
{
	struct text text = {0};

	if (!segment->backend->explain(segment, step, error, asked, &text))
		explain(segment, step, error, asked, &text);
	if (extra)
		text_format(&text, "; %s", extra);
	error_line(segment->text, "%s", text.data ? text.data : strerror(error));
	text_free(&text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
