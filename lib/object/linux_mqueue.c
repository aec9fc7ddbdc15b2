/*
 * linux_mqueue.c: POSIX queues. Each IPC namespace has a file system of them. It is mounted where no other process sees
 * it or, without the privilege, read at /dev/mqueue. The file system there may be that of another namespace, but a name
 * opens only a queue of this one. See mq_overview(7), fsopen(2), fsmount(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "object/internal.h"

#define QUEUES "/dev/mqueue"

/* The type of the file system of queues, from <linux/magic.h>. */
#define MAGIC 0x19800202

/* From <linux/mount.h>. */
#define CONFIG_CREATE 6U

/* The most bytes of a read in the trace. */
#define SHOWN 32

ssize_t
object_read(int fd, void *data, size_t size)
{
	ssize_t result = TRACED(read(fd, data, size));
	struct text call = {0};

	if (trace_on) {
		text_format(&call, "read(%d, ", fd);
		text_quote(&call, data, result > 0 ? (size_t)result : 0, SHOWN);
		text_format(&call, ", %zu)", size);
		trace_end(&call, result);
	}
	return result;
}

/*
 * Mount this namespace's queues until the descriptor is closed. Returns the descriptor, or -1. Errors: EPERM without
 * the privilege.
 */
static int
mount_queues(void)
{
	int context = (int)syscall(SYS_fsopen, "mqueue", 1U), tree = -1, fd = -1;

	if (trace_call(context, "fsopen(\"mqueue\", FSOPEN_CLOEXEC)") == -1)
		return -1;
	if (syscall(SYS_fsconfig, context, CONFIG_CREATE, NULL, NULL, 0) == 0)
		tree = trace_call(
		    TRACED(syscall(SYS_fsmount, context, 1U, 0U)), "fsmount(%d, FSMOUNT_CLOEXEC, 0)", context);
	else
		trace_call(-1, "fsconfig(%d, FSCONFIG_CMD_CREATE, NULL, NULL, 0)", context);
	object_close(context);
	if (tree != -1)
		fd = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	object_close(tree);
	return fd;
}

/* Open /dev/mqueue if a file system of queues is mounted there. */
static int
open_mounted(void)
{
	struct statfs system;
	int fd = TRACED(open(QUEUES, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	trace_call(fd, "open(\"" QUEUES "\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
	if (fd == -1 || (fstatfs(fd, &system) == 0 && system.f_type == MAGIC))
		return fd;
	close(fd);
	return error_set(ENOENT);
}

int
object_open_queues(void)
{
	int fd = mount_queues();

	/* Without the privilege, and before Linux 5.2, only a mounted file system can be read. */
	if (fd == -1 && (errno == EPERM || errno == ENOSYS || errno == ENODEV))
		fd = open_mounted();
	/* "/" names no queue, so the call fails; ENOSYS tells that there are no queues at all. */
	if (fd == -1 && errno == ENOENT)
		errno = mq_open("/", O_RDONLY) == (mqd_t)-1 && errno == ENOSYS ? ENODEV : ENOENT;
	return fd;
}

/* Add a queue. queue is -1 if this user may not open it. */
static int
add_queue(const char *name, mqd_t queue, const struct stat *st, struct objects *objects)
{
	struct object *object = objects_add(objects, OBJECT_QUEUE, true, "%s", name);
	unsigned long long used;
	char line[128];
	ssize_t size;

	if (!object)
		return -1;
	object_set_file(object, st);
	if (queue == -1 || !(objects->details & OBJECT_ATTRIBUTES))
		return 0;
	object_set_attributes(object, queue);
	/* Without permission to read, this call fails, and the bytes stay unknown. */
	size = object_read(queue, line, sizeof(line) - 1);
	line[size > 0 ? size : 0] = '\0';
	if (sscanf(line, "QSIZE:%llu", &used) == 1)
		object->used = (long long)used;
	return 0;
}

int
objects_find_queue(const char *name, struct objects *objects)
{
	mqd_t queue = object_open_queue(name);
	struct stat st;
	int result;

	if (queue == -1)
		return -1;
	result = fstat(queue, &st) == 0 ? add_queue(name, queue, &st, objects) : -1;
	object_close(queue);
	return result;
}

/* Add the queue of a file if the name of the file opens that queue, or may not be opened. */
static int
add_file(int directory, const char *file, struct objects *objects)
{
	char name[NAME_MAX + 2];
	struct stat here, there;
	bool missing;
	mqd_t queue;
	int result;

	snprintf(name, sizeof(name), "/%s", file);
	queue = object_open_queue(name);
	missing = queue == -1 && errno == ENOENT;
	/* A queue that was unlinked meanwhile is in neither file system. */
	result = fstatat(directory, file, &there, AT_SYMLINK_NOFOLLOW);
	if (result == 0 && (missing || (queue != -1 && (fstat(queue, &here) == -1 || here.st_dev != there.st_dev))))
		result = error_set(EXDEV);
	else if (result == 0)
		result = add_queue(name, queue, &there, objects);
	object_close(queue);
	return result;
}

int
objects_add_queue(int directory, const char *file, struct objects *objects)
{
	int result = add_file(directory, file, objects);

	/* A second look decides: the queue may have been created between the two calls of the first look. */
	return result == -1 && errno == EXDEV ? add_file(directory, file, objects) : result;
}
