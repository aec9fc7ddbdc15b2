/*
 * sysv.c: System V segments. Their size never changes, the kernel commits all their memory when it creates them, and
 * they have no lock; to share a lock, run the commands under semop(1).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/limits.h"
#include "base/trace.h"
#include "segment/internal.h"

static int
attach(struct segment *segment)
{
	void *address = trace_shmat(segment->sysv.id, segment->asked.write ? 0 : SHM_RDONLY);

	segment->sysv.address = address == (void *)-1 ? NULL : address;
	return segment->sysv.address ? 0 : -1;
}

/* Open the segment. Returns 0 or -1. Errors: ERANGE (it has another size than the size asked for). */
static int
open_sysv(struct segment *segment)
{
	struct shmid_ds status;

	if (segment->name->kind == NAME_ID) {
		segment->sysv.id = segment->name->number;
	} else if (name_key(segment->name, &segment->sysv.key) == -1) {
		segment->step = SEGMENT_KEY;
		return -1;
	} else {
		segment->sysv.id = trace_shmget(segment->sysv.key, 0, 0);
		if (segment->sysv.id == -1)
			return -1;
	}
	if (name_missing(shmctl(segment->sysv.id, IPC_STAT, &status)) == -1)
		return -1;
	/* The exact size: bytes beyond it in the last page do not belong to the segment. */
	segment->size = (off_t)status.shm_segsz;
	if (segment->asked.write && segment->asked.size && segment->asked.size != segment->size)
		return error_set(ERANGE);
	return attach(segment);
}

static int
unlink_sysv(struct segment *segment)
{
	int id = segment->sysv.id;

	return name_missing(trace_call(TRACED(shmctl(id, IPC_RMID, NULL)), "shmctl(%d, IPC_RMID)", id));
}

/* Give a new segment the mode asked for, unless it already has that mode. */
static int
restrict_mode(int id, mode_t asked, mode_t mode)
{
	struct shmid_ds status = {.shm_perm = {.uid = geteuid(), .gid = getegid()}};

	if (mode == asked)
		return 0;
	status.shm_perm.mode = asked;
	return trace_call(
	    TRACED(shmctl(id, IPC_SET, &status)), "shmctl(%d, IPC_SET, {mode=0%03o})", id, (unsigned int)asked);
}

static int
create_sysv(struct segment *segment, off_t size)
{
	/* The owner attaches the segment to fill it, which the mode asked for may not allow. */
	mode_t asked = segment->asked.mode, mode = asked | 0600;
	struct segment_sysv *sysv = &segment->sysv;
	bool private = sysv->key == IPC_PRIVATE;
	int saved;

	if ((off_t)(size_t)size != size)
		return error_set(ENOMEM);
	sysv->id = trace_shmget(sysv->key, (size_t)size, (private ? 0 : IPC_CREAT | IPC_EXCL) | (int)mode);
	if (sysv->id == -1)
		return -1;
	segment->size = size;
	if (attach(segment) == -1 || restrict_mode(sysv->id, asked, mode) == -1) {
		saved = errno;
		(void)unlink_sysv(segment);
		return error_set(saved);
	}
	if (private) {
		snprintf(sysv->handle, sizeof(sysv->handle), "sysv:@%d", sysv->id);
		segment->text = sysv->handle;
	}
	return 0;
}

static void
zero(char *data, size_t size)
{
	size_t now;

	for (; size > 0; data += now, size -= now) {
		now = size < PAGES_STRETCH ? size : PAGES_STRETCH;
		pages_touch(data, now, true);
		memset(data, 0, now);
	}
}

static int
put_sysv(struct segment *segment, struct input *input)
{
	char *to = segment->sysv.address + segment->asked.offset;
	bool fresh = segment->state == SEGMENT_FRESH;
	ssize_t took = 1;

	segment->changed = true;
	segment->moved = 0;
	while (segment->moved < input->size && took > 0) {
		size_t left = (size_t)(input->size - segment->moved), now = left < PAGES_STRETCH ? left : PAGES_STRETCH;

		pages_touch(to + segment->moved, now, true);
		took = input_read(input, to + segment->moved, now);
		if (took > 0)
			segment->moved += took;
	}
	if (took == -1)
		return -1;
	if (!segment->asked.part && !fresh)
		zero(to + segment->moved, (size_t)(segment->size - segment->moved));
	if (!fresh && sysv_removed(segment->sysv.id, segment->name))
		return error_set(EIDRM);
	return 0;
}

static void
close_sysv(struct segment *segment)
{
	if (segment->sysv.address)
		(void)shmdt(segment->sysv.address);
	segment->sysv.address = NULL;
}

/* Append which limit a new segment of size bytes exceeds: the limit of segments, or that of pages in all of them. */
static void
explain_full(unsigned long long size, struct text *text)
{
	unsigned long long page = (unsigned long long)sysconf(_SC_PAGESIZE);

	if (limit_used(LIMIT_SHMMNI) >= limit_value(LIMIT_SHMMNI))
		limit_explain(text, LIMIT_SHMMNI, 0);
	else if (limit_value(LIMIT_SHMALL) == ULLONG_MAX)
		limit_explain(text, LIMIT_SHMALL, 0);
	else
		limit_explain(text, LIMIT_SHMALL, limit_used(LIMIT_SHMALL) + (size + page - 1) / page);
}

static bool
explain_sysv(const struct segment *segment, int error, struct text *text)
{
	bool creates = segment->step == SEGMENT_CREATE;
	off_t size = segment->asked.size || !creates ? segment->asked.size : segment->asked.offset + segment->input;

	if (segment->step == SEGMENT_WATCH)
		text_format(text, "a System V segment cannot be watched (a POSIX segment or file: can)");
	else if (segment->step == SEGMENT_KEY)
		text_format(text, "no key from this path: %s", explain_errno(error));
	else if (segment->step == SEGMENT_OPEN_WRITE && error == ERANGE)
		text_format(text, "the segment exists with %lld bytes, not %lld (leave out -s, or remove it first)",
		    (long long)segment->size, (long long)segment->asked.size);
	else if (error == ENOSYS)
		text_format(
		    text, "this kernel has no System V shared memory (CONFIG_SYSVIPC; use a POSIX name or file:)");
	else if (error == ENOENT && segment->name->kind == NAME_ID)
		text_format(text, "no such segment (an identifier names one that exists; ipcs -m lists them)");
	else if (creates && error == EINVAL && size == 0)
		text_format(text, "a System V segment has at least 1 byte");
	else if (creates && error == ENOSPC)
		explain_full((unsigned long long)size, text);
	else if (creates && error == ENOMEM)
		text_format(text, "there is no memory or address space for a segment of %lld bytes", (long long)size);
	else if (creates && error == EINVAL)
		limit_explain(text, LIMIT_SHMMAX, (unsigned long long)size);
	else
		return false;
	return true;
}

const struct segment_backend segment_sysv = {
    .open = open_sysv,
    .create = create_sysv,
    .put = put_sysv,
    .discard = unlink_sysv,
    .unlink = unlink_sysv,
    .close = close_sysv,
    .explain = explain_sysv,
    .fixed = true,
};
