/*
 * linux_mqueue.c: POSIX queues. Each IPC namespace has a file system of them, which is mounted where nobody else
 * sees it or, without the privilege, read at /dev/mqueue. There may be that of another namespace, but a name opens
 * only a queue of ours. See mq_overview(7), fsopen(2), fsmount(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"

#define QUEUES "/dev/mqueue"

/* The type of the file system of queues, of <linux/magic.h>. */
#define MAGIC 0x19800202

/* Of <linux/mount.h>. */
#define CONFIG_CREATE 6U

/*
 * Mounts this namespace's queues for as long as the descriptor is open. Returns it, or -1: EPERM without the
 * privilege.
 */
static int
mount_queues(void)
{
#ifdef SYS_fsopen
	int context = (int)syscall(SYS_fsopen, "mqueue", 1U), tree = -1, fd = -1;

	trace_call(context, "fsopen(\"mqueue\", FSOPEN_CLOEXEC)");
	if (context == -1)
		return -1;
	if (syscall(SYS_fsconfig, context, CONFIG_CREATE, NULL, NULL, 0) == 0) {
		tree = (int)syscall(SYS_fsmount, context, 1U, 0U);
		trace_call(tree, "fsmount(%d, FSMOUNT_CLOEXEC, 0)", context);
	} else if (trace_on) {
		trace_call(-1, "fsconfig(%d, FSCONFIG_CMD_CREATE, NULL, NULL, 0)", context);
	}
	object_close(context);
	if (tree != -1)
		fd = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	object_close(tree);
	return fd;
#else
	errno = ENOSYS;
	return -1;
#endif
}

/* Opens what is mounted at the usual place. */
static int
open_mounted(void)
{
	struct statfs system;
	int fd = open(QUEUES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	trace_call(fd, "open(\"" QUEUES "\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
	if (fd == -1 || (fstatfs(fd, &system) == 0 && system.f_type == MAGIC))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

int
object_open_queues(bool certain)
{
	int fd = mount_queues();

	if (fd == -1 && certain)
		errno = EACCES;
	/* Without the privilege, or before Linux 5.2, what is mounted has to do. */
	if (fd != -1 || certain || (errno != EPERM && errno != ENOSYS && errno != ENODEV))
		return fd;
	return open_mounted();
}

/* Adds a queue, which is open unless it may not be opened. */
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
	/* This fails without permission to read. */
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

/* Adds the queue of a file if the name of the file opens that queue, or may not open it. */
static int
add_file(int directory, const char *file, struct objects *objects)
{
	char name[NAME_MAX + 2];
	struct stat here, there;
	int result = -1;
	bool missing;
	mqd_t queue;

	snprintf(name, sizeof(name), "/%s", file);
	queue = object_open_queue(name);
	missing = queue == -1 && errno == ENOENT;
	/* A queue that was unlinked meanwhile is in neither place. */
	if (fstatat(directory, file, &there, AT_SYMLINK_NOFOLLOW) == -1)
		errno = ENOENT;
	else if (missing || (queue != -1 && (fstat(queue, &here) == -1 || here.st_dev != there.st_dev)))
		errno = EXDEV;
	else
		result = add_queue(name, queue, &there, objects);
	object_close(queue);
	return result;
}

int
objects_add_queue(int directory, const char *file, struct objects *objects)
{
	int result;

	if (strcmp(file, ".") == 0 || strcmp(file, "..") == 0) {
		errno = ENOENT;
		return -1;
	}
	result = add_file(directory, file, objects);
	/* A second look, since the queue may have been made between the two calls of the first. */
	return result == -1 && errno == EXDEV ? add_file(directory, file, objects) : result;
}
