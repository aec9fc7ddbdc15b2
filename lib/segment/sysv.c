/*
 * sysv.c: System V segments. Their size never changes, the kernel promises all their memory when it creates them,
 * and they have no lock: semop(1) around the commands is the way to share one.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/name.h"
#include "base/text.h"
#include "base/trace.h"
#include "segment/internal.h"
#include "segment/segment.h"

static int
get(key_t key, size_t size, int flags, mode_t mode)
{
	int id = shmget(key, size, flags | (int)mode);

	if (!trace_on)
		return id;
	if (key == IPC_PRIVATE)
		trace_call(id, "shmget(IPC_PRIVATE, %zu, 0%03o)", size, (unsigned int)mode);
	else if (flags)
		trace_call(
		    id, "shmget(0x%x, %zu, IPC_CREAT|IPC_EXCL|0%03o)", (unsigned int)key, size, (unsigned int)mode);
	else
		trace_call(id, "shmget(0x%x, %zu, 0)", (unsigned int)key, size);
	return id;
}

/* shmctl(IPC_STAT), and from it the size, which what is attached beyond does not belong to. */
static int
look(struct segment *segment, struct shmid_ds *status)
{
	if (shmctl(segment->id, IPC_STAT, status) == -1)
		return -1;
	segment->size = status->shm_segsz;
	return 0;
}

static int
attach(struct segment *segment)
{
	bool write = segment->asked.write;
	void *address = shmat(segment->id, NULL, write ? 0 : SHM_RDONLY);
	bool failed = address == (void *)-1;

	if (trace_on) {
		struct text call = {0};

		text_format(&call, "shmat(%d, NULL, %s)", segment->id, write ? "0" : "SHM_RDONLY");
		trace_pointer(&call, failed ? NULL : address, "-1");
	}
	segment->address = failed ? NULL : address;
	return failed ? -1 : 0;
}

static int
open_sysv(struct segment *segment)
{
	struct shmid_ds status;
	key_t key;

	if (segment->name->kind == NAME_ID) {
		segment->id = segment->name->number;
	} else {
		if (name_key(segment->name, &key) == -1) {
			segment->unkeyed = true;
			return -1;
		}
		segment->id = get(key, 0, 0, 0);
		if (segment->id == -1)
			return -1;
	}
	if (look(segment, &status) == -1) {
		if (errno == EINVAL || errno == EIDRM)
			errno = ENOENT;
		return -1;
	}
	if (segment->asked.write && segment->asked.size && segment->asked.size != segment->size) {
		segment->differs = true;
		errno = EEXIST;
		return -1;
	}
	return attach(segment);
}

/* shmctl(IPC_SET) of the mode. */
static int
set_mode(const struct segment *segment)
{
	struct shmid_ds status;
	int result;

	if (shmctl(segment->id, IPC_STAT, &status) == -1)
		return -1;
	status.shm_perm.mode = segment->asked.mode;
	result = shmctl(segment->id, IPC_SET, &status);
	if (trace_on)
		trace_call(result, "shmctl(%d, IPC_SET, {mode=0%03o})", segment->id, (unsigned int)segment->asked.mode);
	return result;
}

static int
remove_segment(struct segment *segment)
{
	int result = shmctl(segment->id, IPC_RMID, NULL);

	if (trace_on)
		trace_call(result, "shmctl(%d, IPC_RMID)", segment->id);
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

static void
discard_sysv(struct segment *segment)
{
	(void)remove_segment(segment);
}

static int
create_sysv(struct segment *segment, size_t size)
{
	key_t key = IPC_PRIVATE;
	int saved;

	if (segment->name->kind != NAME_NEW && name_key(segment->name, &key) == -1) {
		segment->unkeyed = true;
		return -1;
	}
	/* Its owner must be able to attach it to fill it; the mode that was asked for may not let him. */
	segment->id = get(key, size, key == IPC_PRIVATE ? 0 : IPC_CREAT | IPC_EXCL, segment->asked.mode | 0600);
	if (segment->id == -1)
		return -1;
	segment->size = size;
	if (attach(segment) == -1 || (segment->asked.mode != (segment->asked.mode | 0600) && set_mode(segment) == -1)) {
		saved = errno;
		discard_sysv(segment);
		errno = saved;
		return -1;
	}
	if (key == IPC_PRIVATE) {
		snprintf(segment->handle, sizeof(segment->handle), "sysv:@%d", segment->id);
		segment->text = segment->handle;
	}
	return 0;
}

static int
put_sysv(struct segment *segment, struct source *source, const struct segment_part *part)
{
	char *to = segment->address + part->offset;
	ssize_t took = 0;

	segment->changed = true;
	if (segment->fresh)
		pages_large(segment->address, segment->size);
	memcpy(to, source->ahead, source->first);
	segment->got = source->first;
	while (segment->got < source->size) {
		took = source_read(source, to + segment->got, source->size - segment->got);
		if (took <= 0)
			break;
		segment->got += (size_t)took;
	}
	if (took == -1)
		return -1;
	if (part->whole && !segment->fresh)
		memset(to + segment->got, 0, segment->size - segment->got);
	if (!segment->fresh && segment_removed(segment)) {
		errno = EIDRM;
		return -1;
	}
	return 0;
}

static int
get_sysv(struct segment *segment, int output, const struct segment_part *part, bool pass, size_t *written)
{
	return pages_write_memory(segment->address + part->offset, part->length, output, pass, written);
}

static void
close_sysv(struct segment *segment)
{
	if (segment->address)
		(void)shmdt(segment->address);
	segment->address = NULL;
}

/* Too many segments, or too many pages in all of them. */
static void
explain_full(size_t asked, struct text *text)
{
	unsigned long long page = (unsigned long long)sysconf(_SC_PAGESIZE);

	if (limit_used(LIMIT_SHMMNI) >= limit_value(LIMIT_SHMMNI))
		limit_explain(text, LIMIT_SHMMNI, 0);
	else if (limit_value(LIMIT_SHMALL) == ULLONG_MAX)
		limit_explain(text, LIMIT_SHMALL, 0);
	else
		limit_explain(text, LIMIT_SHMALL, limit_used(LIMIT_SHMALL) + (asked + page - 1) / page);
}

/* What the kernel refuses when a segment is created. */
static bool
explain_create(int error, size_t asked, struct text *text)
{
	if (error == EINVAL && asked == 0)
		text_format(text, "a System V segment has at least 1 byte");
	else if (error == EINVAL)
		limit_explain(text, LIMIT_SHMMAX, asked);
	else if (error == ENOSPC)
		explain_full(asked, text);
	else if (error == ENOMEM)
		text_format(text, "there is no memory for a segment of %zu bytes", asked);
	else
		return false;
	return true;
}

static bool
explain_sysv(const struct segment *segment, enum segment_step step, int error, size_t asked, struct text *text)
{
	(void)step;
	if (segment->unkeyed)
		text_format(text, "no key from this path: %s", strerror(error));
	else if (segment->differs)
		text_format(text, "the segment exists with %zu bytes, not %zu (leave out -s, or remove it first)",
		    segment->size, segment->asked.size);
	else if (error == ENOENT && segment->name->kind == NAME_ID)
		text_format(text, "no such segment (an identifier names one that exists; ipcs -m lists them)");
	else if (segment->missing)
		return explain_create(error, segment->asked.size ? segment->asked.size : segment->offset + asked, text);
	else
		return false;
	return true;
}

const struct segment_backend segment_sysv = {
    .open = open_sysv,
    .create = create_sysv,
    .put = put_sysv,
    .get = get_sysv,
    .discard = discard_sysv,
    .unlink = remove_segment,
    .close = close_sysv,
    .explain = explain_sysv,
    .fixed = true,
};
