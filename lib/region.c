/*
 * region.c: shared memory, the front of the two back ends.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend.h"

/* How often to begin again when the segment appears, or goes away, between two calls. */
#define TRIES 20

static const struct region_backend *
backend(const struct name *name)
{
	return name->kind == NAME_POSIX || name->kind == NAME_FILE ? &region_map : &region_sysv;
}

int
region_check(const struct name *name, const struct region_options *options)
{
	static const char reserved[] = "/sem.";

	if (name->kind == NAME_POSIX && strncmp(name->path, reserved, strlen(reserved)) == 0)
		return command_usage("%s: names that start with sem. are those of semaphores", name->text);
	return command_object(name, "segment", options->create || options->exclusive, options->exclusive);
}

int
region_start(struct region **result, const struct name *name, const struct region_options *options)
{
	static struct region region;

	region = (struct region){
	    .backend = backend(name), .name = name, .text = name->text, .asked = *options, .fd = -1, .id = -1};
	region.asked.create |= options->exclusive;
	*result = &region;
	if (name->kind == NAME_NEW) {
		region.missing = true;
		return -1;
	}
	if (region.backend->open(&region) == 0) {
		if (!options->exclusive)
			return -1;
		errno = EEXIST;
	} else if (errno == ENOENT && region.asked.create && !region.unkeyed && name->kind != NAME_ID) {
		region.missing = true;
		return -1;
	}
	return region_report(&region, REGION_OPEN, errno, 0, NULL);
}

bool
region_missing(const struct region *region)
{
	return region->missing;
}

bool
region_fixed(const struct region *region)
{
	return region->backend->fixed;
}

const char *
region_name(const struct region *region)
{
	return region->text;
}

bool
region_changed(const struct region *region, size_t *bytes)
{
	*bytes = region->got;
	return region->changed;
}

int
region_scratch(struct region *region, const struct region_part *part, int *fd, off_t *offset)
{
	*offset = (off_t)part->offset;
	*fd = region->missing && region->backend->draft ? region->backend->draft(region) : -1;
	if (*fd != -1)
		return 0;
	*offset = 0;
	*fd = memory_file_beside(region->name->kind == NAME_FILE ? region->name->path : NULL);
	return *fd == -1 ? -1 : 0;
}

/* The bytes that the segment can have without being made larger; SSIZE_MAX: as many as are needed. */
static size_t
bound(const struct region *region, const struct region_part *part)
{
	if (!region->missing && !region->fresh && (region->backend->fixed || !part->whole))
		return region->size;
	return region->asked.size ? region->asked.size : SSIZE_MAX;
}

size_t
region_room(const struct region *region, const struct region_part *part, bool *bounded)
{
	size_t most = bound(region, part);
	unsigned long long space;

	/* What can never be put is not to fill the memory either. */
	*bounded = most != SSIZE_MAX || region->backend->fixed;
	if (!*bounded) {
		space = pages_space(region) + region->size;
		most = space < SSIZE_MAX ? (size_t)space : SSIZE_MAX;
	}
	return part->offset < most ? most - part->offset : 0;
}

bool
region_same(const struct region *region, int fd)
{
	struct stat one, other;

	return region->fd != -1 && fstat(region->fd, &one) == 0 && fstat(fd, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Opens what has appeared meanwhile, or not. Returns 1 to begin again. */
static int
reopen(struct region *region)
{
	int result = region->backend->open(region);

	region->missing = result == -1 && errno == ENOENT;
	return result == 0 || region->missing ? 1 : -1;
}

/* Creates what is missing, with room for the input. Returns 1 to begin again. */
static int
create(struct region *region, size_t needed)
{
	if (region->filled || region->backend->create(region, region->asked.size ? region->asked.size : needed) == 0) {
		region->missing = false;
		region->fresh = true;
		return 0;
	}
	return errno == EEXIST && !region->asked.exclusive ? reopen(region) : -1;
}

/* Whether the input fits. */
static int
check(struct region *region, const struct source *source, const struct region_part *part)
{
	size_t most = bound(region, part);

	region->offset = part->offset;
	region->room = part->offset < most ? most - part->offset : 0;
	if (source->size <= region->room && part->offset <= most)
		return 0;
	errno = EMSGSIZE;
	return -1;
}

/* Takes back what was created. */
static void
discard(struct region *region)
{
	int saved = errno;

	region->backend->discard(region);
	region->fresh = region->changed = region->filled = false;
	region->missing = true;
	errno = saved;
}

/* One try. Returns 1 to begin again. */
static int
put(struct region *region, struct source *source, const struct region_part *part, const struct deadline *deadline)
{
	int result, saved;

	if (check(region, source, part) == -1)
		return -1;
	if (region->missing && (result = create(region, part->offset + source->size)) != 0)
		return result;
	if (region->backend->lock) {
		if (region->backend->lock(region, deadline) == -1)
			return -1;
		if (region->asked.exclusive && !region->fresh) {
			errno = EEXIST;
			return -1;
		}
		/* Before it had the lock, its size could still change. */
		if (check(region, source, part) == -1)
			return -1;
	}
	if (sigs_caught()) {
		errno = EINTR;
		return -1;
	}
	if (source_rewind(source) == -1 || sigs_hold() == -1)
		return -1;
	result = region->backend->put(region, source, part);
	saved = errno;
	sigs_release();
	errno = saved;
	if (result == -1 && errno == EEXIST && region->fresh && !region->asked.exclusive) {
		discard(region);
		return reopen(region);
	}
	return result;
}

int
region_put(
    struct region *region, struct source *source, const struct region_part *part, const struct deadline *deadline)
{
	int tries = TRIES, result;

	do {
		result = put(region, source, part, deadline);
	} while (result == 1 && --tries > 0);
	if (result == 1) {
		errno = EEXIST;
		result = -1;
	}
	if (result == -1 && region->fresh)
		discard(region);
	region->fresh = false;
	return result;
}

int
region_get(struct region *region, int output, const struct region_part *part, bool pass,
    const struct deadline *deadline, size_t *written)
{
	struct region_part wanted = *part;

	*written = 0;
	if (region->backend->lock && region->backend->lock(region, deadline) == -1)
		return -1;
	if (wanted.offset <= region->size && wanted.length == REGION_ALL)
		wanted.length = region->size - wanted.offset;
	if (wanted.offset > region->size || wanted.length > region->size - wanted.offset) {
		errno = ERANGE;
		return -1;
	}
	region->writing = true;
	return region->backend->get(region, output, &wanted, pass, written);
}

bool
region_writing(const struct region *region)
{
	return region->writing;
}

int
region_unlink(struct region *region)
{
	return region->backend->unlink(region);
}

void
region_close(struct region *region)
{
	if (region)
		region->backend->close(region);
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* The words for what every back end means alike. */
static void
explain(const struct region *region, enum region_step step, int error, size_t asked, struct text *text)
{
	if (error == ENOENT && region->asked.write)
		text_format(text, "no such segment (create it with -c)");
	else if (error == ENOENT)
		text_format(text, "no such segment (shmput -c creates one)");
	else if (error == EEXIST && region->asked.exclusive)
		text_format(text, "the segment exists already (leave out -x to use it)");
	else if ((error == EACCES || error == EPERM) && step == REGION_UNLINK)
		text_format(text, "no permission to remove the segment (only its owner or root may)");
	else if (error == EACCES)
		text_format(text, "no permission to %s this segment (its owner or root can change its mode)",
		    region->asked.write ? "read and write" : "read");
	else if (error == EIDRM)
		text_format(text, "the segment was removed while in use");
	else if (error == ETIMEDOUT)
		text_format(text, "the segment stayed locked by another process, not free in time (-t)");
	else if (error == EINTR)
		text_format(text, "stopped by signal %d", sigs_caught());
	else if (error == EMSGSIZE && region->offset)
		text_format(text, "the input has %zu byte%s, and from byte %zu on there is room for %zu", asked,
		    plural(asked), region->offset, region->room);
	else if (error == EMSGSIZE)
		text_format(
		    text, "the input has %zu byte%s, and there is room for %zu", asked, plural(asked), region->room);
	else if (error == ERANGE)
		text_format(text, "the segment has %zu byte%s, and not the part asked for (-o, -n)", region->size,
		    plural(region->size));
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
region_report(const struct region *region, enum region_step step, int error, size_t asked, const char *extra)
{
	struct text text = {0};

	if (!region->backend->explain(region, step, error, asked, &text))
		explain(region, step, error, asked, &text);
	if (extra)
		text_format(&text, "; %s", extra);
	err_line(region->text, "%s", text.data ? text.data : strerror(error));
	text_free(&text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
