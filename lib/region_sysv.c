/*
 * region_sysv.c: System V segments. Their size never changes, the kernel promises all their memory when it creates them,
 * and they have no lock: semop(1) around the commands is the way to share one.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "backend.h"

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
look(struct region *region, struct shmid_ds *status)
{
	if (shmctl(region->id, IPC_STAT, status) == -1)
		return -1;
	region->size = status->shm_segsz;
	return 0;
}

static int
attach(struct region *region)
{
	bool write = region->asked.write;
	void *address = shmat(region->id, NULL, write ? 0 : SHM_RDONLY);
	bool failed = address == (void *)-1;

	if (trace_on) {
		struct text call = {0};

		text_format(&call, "shmat(%d, NULL, %s)", region->id, write ? "0" : "SHM_RDONLY");
		trace_pointer(&call, failed ? NULL : address, "-1");
	}
	region->address = failed ? NULL : address;
	return failed ? -1 : 0;
}

static int
open_sysv(struct region *region)
{
	struct shmid_ds status;
	key_t key;

	if (region->name->kind == NAME_ID) {
		region->id = region->name->number;
	} else {
		if (name_key(region->name, &key) == -1) {
			region->unkeyed = true;
			return -1;
		}
		region->id = get(key, 0, 0, 0);
		if (region->id == -1)
			return -1;
	}
	if (look(region, &status) == -1) {
		if (errno == EINVAL || errno == EIDRM)
			errno = ENOENT;
		return -1;
	}
	if (region->asked.write && region->asked.size && region->asked.size != region->size) {
		region->differs = true;
		errno = EEXIST;
		return -1;
	}
	return attach(region);
}

/* shmctl(IPC_SET) of the mode. */
static int
set_mode(const struct region *region)
{
	struct shmid_ds status;
	int result;

	if (shmctl(region->id, IPC_STAT, &status) == -1)
		return -1;
	status.shm_perm.mode = region->asked.mode;
	result = shmctl(region->id, IPC_SET, &status);
	if (trace_on)
		trace_call(result, "shmctl(%d, IPC_SET, {mode=0%03o})", region->id, (unsigned int)region->asked.mode);
	return result;
}

static int
remove_segment(struct region *region)
{
	int result = shmctl(region->id, IPC_RMID, NULL);

	if (trace_on)
		trace_call(result, "shmctl(%d, IPC_RMID)", region->id);
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

static void
discard_sysv(struct region *region)
{
	(void)remove_segment(region);
}

static int
create_sysv(struct region *region, size_t size)
{
	key_t key = IPC_PRIVATE;
	int saved;

	if (region->name->kind != NAME_NEW && name_key(region->name, &key) == -1) {
		region->unkeyed = true;
		return -1;
	}
	/* Its owner must be able to attach it to fill it; the mode that was asked for may not let him. */
	region->id = get(key, size, key == IPC_PRIVATE ? 0 : IPC_CREAT | IPC_EXCL, region->asked.mode | 0600);
	if (region->id == -1)
		return -1;
	region->size = size;
	if (attach(region) == -1 || (region->asked.mode != (region->asked.mode | 0600) && set_mode(region) == -1)) {
		saved = errno;
		discard_sysv(region);
		errno = saved;
		return -1;
	}
	if (key == IPC_PRIVATE) {
		snprintf(region->handle, sizeof(region->handle), "sysv:@%d", region->id);
		region->text = region->handle;
	}
	return 0;
}

static int
put_sysv(struct region *region, struct source *source, const struct region_part *part)
{
	char *to = region->address + part->offset;
	ssize_t took = 0;

	region->changed = true;
	if (region->fresh)
		pages_large(region->address, region->size);
	memcpy(to, source->ahead, source->first);
	region->got = source->first;
	while (region->got < source->size) {
		took = source_read(source, to + region->got, source->size - region->got);
		if (took <= 0)
			break;
		region->got += (size_t)took;
	}
	if (took == -1)
		return -1;
	if (part->whole && !region->fresh)
		memset(to + region->got, 0, region->size - region->got);
	if (!region->fresh && segment_removed(region)) {
		errno = EIDRM;
		return -1;
	}
	return 0;
}

static int
get_sysv(struct region *region, int output, const struct region_part *part, bool pass, size_t *written)
{
	return pages_write_memory(region->address + part->offset, part->length, output, pass, written);
}

static void
close_sysv(struct region *region)
{
	if (region->address)
		(void)shmdt(region->address);
	region->address = NULL;
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
explain_sysv(const struct region *region, enum region_step step, int error, size_t asked, struct text *text)
{
	(void)step;
	if (region->unkeyed)
		text_format(text, "no key from this path: %s", strerror(error));
	else if (region->differs)
		text_format(text, "the segment exists with %zu bytes, not %zu (leave out -s, or remove it first)",
		    region->size, region->asked.size);
	else if (error == ENOENT && region->name->kind == NAME_ID)
		text_format(text, "no such segment (an identifier names one that exists; ipcs -m lists them)");
	else if (region->missing)
		return explain_create(error, region->asked.size ? region->asked.size : region->offset + asked, text);
	else
		return false;
	return true;
}

const struct region_backend region_sysv = {
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
