/*
 * mapped.c: segments that a descriptor is open on: POSIX shared memory and ordinary files. A new object gets its name
 * together with its content where the system can do that; elsewhere it is locked before it is filled.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/trace.h"
#include "segment/internal.h"

static bool
is_posix(const struct segment *segment)
{
	return segment->name->kind == NAME_POSIX;
}

static void
close_all(struct segment *segment)
{
	mapped_close(segment);
	place_close(&segment->mapped.place);
}

/* Remove the object. Returns 0 or -1. Errors: ENOENT, even if another object has the name by now. */
static int
unlink_mapped(struct segment *segment)
{
	struct stat st;

	if (fstat(segment->mapped.fd, &st) == -1)
		return -1;
	if (!mapped_holds(segment, &st))
		return error_set(ENOENT);
	return mapped_unlink(segment);
}

static int
create_mapped(struct segment *segment, off_t size)
{
	mode_t mask;

	(void)size;
	if (mapped_place(segment) == -1)
		return -1;
	if (mapped_draft(segment) == 0 && segment->asked.command)
		return mapped_lock_now(segment) == -1 ? -1 : mapped_publish(segment);
	if (segment->mapped.draft != MAPPED_NAMED)
		return 0;
	if (errno == EEXIST)
		return -1;
	mask = umask(0);
	segment->mapped.fd = mapped_open(segment, O_RDWR | O_CREAT | O_EXCL);
	umask(mask);
	return segment->mapped.fd == -1 ? -1 : 0;
}

static int
discard_mapped(struct segment *segment)
{
	int result = segment->mapped.draft == MAPPED_NAMED ? unlink_mapped(segment) : 0;

	segment->mapped.draft = MAPPED_NAMED;
	return result;
}

static int
resize(struct segment *segment, off_t size)
{
	int fd = segment->mapped.fd;

	while (trace_call(TRACED(ftruncate(fd, size)), "ftruncate(%d, %lld)", fd, (long long)size) == -1)
		if (!interrupt_again())
			return -1;
	segment->size = size;
	return 0;
}

/*
 * Reserve the pages that will be written: the part up to end, or the whole size. Leave the size as it was after a
 * failure.
 */
static int
reserve(struct segment *segment, off_t end, off_t size)
{
	bool part = segment->asked.part && segment->state != SEGMENT_FRESH;
	off_t offset = part ? segment->asked.offset : 0;
	struct rlimit most;
	int saved;

	/* Writing would stop at this limit, and some file systems reserve pages beyond it. */
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && (rlim_t)end > most.rlim_cur)
		return error_set(EFBIG);
	if (pages_reserve(segment->mapped.fd, offset, (part ? end : size) - offset) == 0)
		return 0;
	saved = errno;
	(void)resize(segment, segment->state == SEGMENT_FRESH ? 0 : segment->size);
	return error_set(saved);
}

static int
put_mapped(struct segment *segment, struct input *input)
{
	const bool fresh = segment->state == SEGMENT_FRESH, whole = !segment->asked.part;
	off_t end = segment->asked.offset + input->size, old = segment->size, size = old, least;
	struct stat st;

	if (whole || fresh)
		size = segment->asked.size ? segment->asked.size : end;
	if (fresh && resize(segment, size) == -1)
		return -1;
	if (reserve(segment, end, size) == -1)
		return -1;
	if (segment->mapped.draft == MAPPED_FILLED)
		return mapped_publish(segment);
	segment->changed = true;
	if (pages_fill(segment->mapped.fd, segment->asked.offset, input, &segment->moved) == -1)
		return -1;
	if (whole && !segment->asked.size)
		size = segment->moved;
	least = old < size ? old : size;
	if (whole && segment->moved < least &&
	    pages_zero(segment->mapped.fd, segment->moved, least - segment->moved) == -1)
		return -1;
	/* The reservation may have made the segment larger than an input that became shorter needs. */
	if ((size != segment->size || segment->moved != input->size) && resize(segment, size) == -1)
		return -1;
	return segment->mapped.draft == MAPPED_NAMED ? mapped_look(segment, &st) : mapped_publish(segment);
}

static void
explain_space(const struct segment *segment, struct text *text)
{
	off_t needed = segment->asked.offset + segment->input, space = mapped_space(segment);
	bool posix = is_posix(segment), staged = segment->step != SEGMENT_STAGE;

	if (needed < segment->asked.size)
		needed = segment->asked.size;
	text_format(text, "the file system%s has no room for ", posix ? " of shared memory" : "");
	if (staged)
		text_format(text, "%lld bytes", (long long)needed);
	else
		text_format(text, "all bytes of the input"); /* it was not read to its end */
	if (space < OFFSET_MAX)
		text_format(text, " (%lld are free%s)", (long long)space,
		    staged && segment->mapped.beside ? " beside a copy of the input" : "");
	if (posix)
		text_format(text, " (make it larger with mount -o remount,size=... /dev/shm, or remove segments)");
}

/* Append the kind of object that has the name of the segment. */
static void
explain_kind(const struct segment *segment, struct text *text)
{
	mode_t kind = segment->mapped.kind;

	if (is_posix(segment))
		text_format(text, "%s has this name, not a segment (remove it first)",
		    kind ? place_kind(kind) : "something else");
	else
		text_format(text, "not an ordinary file but %s", place_kind(kind));
}

/* Return true if the file cannot be created, because its directory does not exist. */
static bool
homeless(const struct segment *segment)
{
	const char *path = segment->name->path, *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : NULL;
	bool missing = directory && access(directory, F_OK) == -1 && errno == ENOENT;

	free(directory);
	return missing;
}

#define CREATING (STEP(CREATE) | STEP(PUT))

static const struct explanation posix_words[] = {
    {ENOENT, CREATING, "the system has no file system for shared memory (/dev/shm)", LIMIT_NONE},
    {0},
};

static const struct explanation file_words[] = {
    {ENOENT, STEP(OPEN_WRITE), "no such file (create it with -c)", LIMIT_NONE},
    {ENOENT, STEP(OPEN_READ), "no such file", LIMIT_NONE},
    {0},
};

static bool
explain_mapped(const struct segment *segment, int error, struct text *text)
{
	const struct explanation *words = is_posix(segment) ? posix_words : file_words;

	if (error == ENOSPC && 1u << segment->step & (STEP(STAGE) | CREATING))
		explain_space(segment, text);
	else if (error == EISDIR && 1u << segment->step & (STEP(OPEN_READ) | STEP(OPEN_WRITE)))
		explain_kind(segment, text);
	else if (error == ENOENT && !is_posix(segment) && homeless(segment))
		text_format(text, "its directory does not exist");
	else if ((error == ENOENT || error == EEXIST) && S_ISLNK(segment->mapped.kind))
		text_format(text, "a dangling symbolic link");
	else if (error == EMLINK)
		text_format(text, "a symbolic link, which is not followed %s (name the file that it leads to)",
		    segment->asked.create ? "with -c or -x" : "in a sticky directory");
	else if (error == EACCES && segment->step == SEGMENT_CREATE)
		text_format(text, "no permission to create %s", segment->name->path);
	else
		return explanation_add(text, words, (int)segment->step, error, 0);
	return true;
}

const struct segment_backend segment_mapped = {
    .open = mapped_find,
    .create = create_mapped,
    .lock = mapped_lock,
    .put = put_mapped,
    .discard = discard_mapped,
    .unlink = unlink_mapped,
    .close = close_all,
    .explain = explain_mapped,
};
