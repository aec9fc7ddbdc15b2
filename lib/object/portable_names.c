/*
 * portable_names.c for POSIX, which has no way to list its objects: they are opened by name. Of a segment the owner and mode are
 * known then; of a queue and a semaphore not. Source: shm_open(3p),
 * sem_getvalue(3p).
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "semaphore/semaphore.h"
#include "object/object.h"

int
catalog_posix(unsigned int set, struct object_list *list)
{
	(void)set;
	(void)list;
	error_line(NULL, "this system has no way to list objects; name them (mq:/jobs, sem:sysv:0x4d2)");
	return STATUS_FAILED;
}

static int
find_queue(const char *name, struct object_list *list)
{
	mqd_t queue = contents_open(name);
	struct object *object;

	if (queue == (mqd_t)-1)
		return -1;
	object = object_add(list, OBJECT_QUEUE, true, name);
	if (object && list->wanted & OBJECT_CONTENTS)
		contents_queue(object, queue);
	mq_close(queue);
	return object ? 0 : -1;
}

static int
open_segment(const char *name)
{
	/* What stands there may be no segment, and must not keep anybody waiting. */
	int fd = shm_open(name, O_RDONLY | O_NONBLOCK, 0);

	if (trace_on)
		contents_trace("shm_open(", name, "O_RDONLY|O_NONBLOCK, 0", fd);
	return fd;
}

static int
find_segment(const char *name, struct object_list *list)
{
	int fd = open_segment(name);
	struct object *object = NULL;
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0) {
		errno = ENOENT;
		if (!S_ISDIR(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
			object = object_add(list, OBJECT_SEGMENT, true, name);
	}
	if (object) {
		object->owned = true;
		object->uid = object->creator_uid = st.st_uid;
		object->gid = st.st_gid;
		object->mode = st.st_mode & 0777;
		object->size = st.st_size;
		object->changed = st.st_ctime;
	}
	close(fd);
	return object ? 0 : -1;
}

/* Opens a semaphore, and sets its value if that is wanted. -1: errno; EBADMSG: it is none. */
static int
read_semaphore(struct object *object, bool value)
{
	struct text text = {0}, call = {0};
	sem_t *semaphore;
	int number;

	if (semaphore_sound(object->name) == -1)
		return -1;
	semaphore = sem_open(object->name, 0);
	if (trace_on) {
		text_format(&call, "sem_open(");
		text_quote(&call, object->name, strlen(object->name), strlen(object->name));
		text_format(&call, ", 0)");
		trace_pointer(&call, semaphore == SEM_FAILED ? NULL : (void *)semaphore, "SEM_FAILED");
	}
	if (semaphore == SEM_FAILED)
		return -1;
	if (value && sem_getvalue(semaphore, &number) == 0) {
		text_format(&text, "%d", number);
		object->values = text.data;
		if (trace_on)
			trace_call(0, "sem_getvalue(%p, [%d])", (void *)semaphore, number);
	}
	sem_close(semaphore);
	return 0;
}

static int
find_semaphore(const char *name, struct object_list *list)
{
	struct object *object = object_add(list, OBJECT_SEMAPHORE, true, name);
	int saved;

	if (!object)
		return -1;
	object->count = 1;
	if (read_semaphore(object, list->wanted & OBJECT_VALUES) == 0)
		return 0;
	saved = errno;
	object_drop(list);
	errno = saved;
	return -1;
}

int
catalog_find(enum object_kind kind, const char *name, struct object_list *list)
{
	return kind == OBJECT_QUEUE     ? find_queue(name, list)
	       : kind == OBJECT_SEGMENT ? find_segment(name, list)
	                                : find_semaphore(name, list);
}

int
catalog_open(const struct object *object)
{
	return open_segment(object->name);
}
