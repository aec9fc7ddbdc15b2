/*
 * portable_posix.c: POSIX cannot list its objects. They are opened by name. Then the owner and mode of a segment are
 * known and can be changed; those of a queue or semaphore are not known. See shm_open(3p), sem_getvalue(3p),
 * fchmod(3p).
 */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "object/internal.h"
#include "semaphore/semaphore.h"

const struct explanation objects_unlisted[] = {{0}};

int
objects_list_posix(enum object_kind kind, struct objects *objects)
{
	(void)kind;
	(void)objects;
	return error_set(ENOSYS);
}

static int
find_queue(const char *name, struct objects *objects)
{
	mqd_t queue = object_open_queue(name);
	struct object *object;

	if (queue == (mqd_t)-1)
		return -1;
	object = objects_add(objects, OBJECT_QUEUE, true, "%s", name);
	if (object && objects->details & OBJECT_ATTRIBUTES)
		object_set_attributes(object, queue);
	mq_close(queue);
	return object ? 0 : -1;
}

/* Open a segment without waiting, because the object of that name may be a FIFO. */
static int
open_segment(const char *name)
{
	return object_trace(shm_open(name, O_RDONLY | O_NONBLOCK, 0), "shm_open", -1, name, ", O_RDONLY|O_NONBLOCK, 0");
}

static int
find_segment(const char *name, struct objects *objects)
{
	int fd = open_segment(name), result;
	struct object *object = NULL;
	struct stat st;

	if (fd == -1)
		return -1;
	result = fstat(fd, &st);
	close(fd);
	if (result == -1 || S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return error_set(ENOENT);
	object = objects_add(objects, OBJECT_SEGMENT, true, "%s", name);
	if (!object)
		return -1;
	object_set_file(object, &st);
	return 0;
}

static int
read_semaphore(struct object *object, sem_t *semaphore)
{
	struct text text = {0};
	int number;

	if (sem_getvalue(semaphore, &number) == -1)
		return 0;
	trace_call(0, "sem_getvalue(%p, [%d])", (void *)semaphore, number);
	text_format(&text, "%d", number);
	object->values = text_take(&text);
	return object->values ? 0 : -1;
}

static int
find_semaphore(const char *name, struct objects *objects)
{
	struct object *object;
	struct text call = {0};
	sem_t *semaphore;
	int result;

	if (semaphore_sound(name) == -1)
		return -1;
	semaphore = TRACED(sem_open(name, 0));
	if (trace_on) {
		text_format(&call, "sem_open(");
		text_quote(&call, name, strlen(name), strlen(name));
		text_format(&call, ", 0)");
		trace_pointer(&call, semaphore == SEM_FAILED ? NULL : (void *)semaphore, "SEM_FAILED");
	}
	if (semaphore == SEM_FAILED)
		return -1;
	object = objects_add(objects, OBJECT_SEMAPHORE, true, "%s", name);
	result = object ? 0 : -1;
	if (object) {
		object->count = 1;
		if (objects->details & OBJECT_VALUES)
			result = read_semaphore(object, semaphore);
	}
	sem_close(semaphore);
	return result;
}

int
objects_find_posix(enum object_kind kind, const char *name, struct objects *objects)
{
	return kind == OBJECT_QUEUE     ? find_queue(name, objects)
	       : kind == OBJECT_SEGMENT ? find_segment(name, objects)
	                                : find_semaphore(name, objects);
}

const char *
object_unchanging(const struct object *object)
{
	return object->kind == OBJECT_SEGMENT ? NULL : "this system has no way to change it";
}

int
object_open(const struct object *object)
{
	return open_segment(object->name);
}

int
object_chown(int fd, uid_t uid, gid_t gid)
{
	return trace_call(TRACED(fchown(fd, uid, gid)), "fchown(%d, %lld, %lld)", fd,
	    uid == (uid_t)-1 ? -1 : (long long)uid, gid == (gid_t)-1 ? -1 : (long long)gid);
}

int
object_chmod(int fd, mode_t mode)
{
	return trace_call(TRACED(fchmod(fd, mode)), "fchmod(%d, %04o)", fd, (unsigned int)mode);
}
