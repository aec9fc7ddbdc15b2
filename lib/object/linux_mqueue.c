/*
 * linux_mqueue.c: each IPC namespace has a file system of its POSIX queues. It is mounted where nobody else sees it or, without
 * the privilege, read at /dev/mqueue, where that of another namespace may be. See mq_overview(7), fsopen(2), fsmount(2).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"

#define QUEUES "/dev/mqueue"

/* The type of the file system of queues, of <linux/magic.h>. */
#define MAGIC 0x19800202

/* Of <linux/mount.h>. */
#define CONFIG_CREATE 6U

/* Whose queues a directory holds. */
enum namespace { NAMESPACE_UNKNOWN, NAMESPACE_OURS, NAMESPACE_OTHER };

/* Mounts this namespace's queues for as long as the descriptor is open. Returns it, or -1: EPERM without the privilege. */
static int
mount_queues(void)
{
#ifdef SYS_fsopen
	int context = (int)syscall(SYS_fsopen, "mqueue", 1U), tree = -1, fd = -1;

	if (trace_on)
		trace_call(context, "fsopen(\"mqueue\", FSOPEN_CLOEXEC)");
	if (context == -1)
		return -1;
	if (syscall(SYS_fsconfig, context, CONFIG_CREATE, NULL, NULL, 0) == 0) {
		tree = (int)syscall(SYS_fsmount, context, 1U, 0U);
		if (trace_on)
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

	if (trace_on)
		trace_call(fd, "open(\"" QUEUES "\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
	if (fd == -1 || (fstatfs(fd, &system) == 0 && system.f_type == MAGIC))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

/* Compares a file of the directory with the queue that its name opens; if that is not permitted, it tells nothing. */
static enum namespace whose_file(int directory, const char *file)
{
	enum namespace whose = NAMESPACE_UNKNOWN;
	struct text name = {0};
	struct stat here, there;
	mqd_t queue = -1;

	text_format(&name, "/%s", file);
	if (name.data)
		queue = object_open_queue(name.data);
	/* A queue that was unlinked meanwhile is in neither place. */
	if (fstatat(directory, file, &there, AT_SYMLINK_NOFOLLOW) == 0) {
		if (queue != -1 && fstat(queue, &here) == 0)
			whose = here.st_dev == there.st_dev ? NAMESPACE_OURS : NAMESPACE_OTHER;
		else if (queue == -1 && errno == ENOENT)
			whose = NAMESPACE_OTHER;
	}
	if (queue != -1)
		mq_close(queue);
	text_free(&name);
	return whose;
}

/* The first queue that tells decides. */
static enum namespace whose_directory(int directory)
{
	int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *files = again == -1 ? NULL : fdopendir(again);
	enum namespace whose = NAMESPACE_UNKNOWN;
	struct dirent *file;

	if (!files)
		object_close(again);
	while (files && whose == NAMESPACE_UNKNOWN && (file = readdir(files))) {
		if (*file->d_name == '.')
			continue;
		whose = whose_file(directory, file->d_name);
		/* A second look, since the queue may have been made between the two calls of the first. */
		if (whose == NAMESPACE_OTHER)
			whose = whose_file(directory, file->d_name);
	}
	if (files)
		closedir(files);
	return whose;
}

int
object_open_queues(bool certain)
{
	enum namespace whose;
	int fd = mount_queues();

	/* Without the privilege, or before Linux 5.2, the mounted directory has to do. */
	if (fd != -1 || (errno != EPERM && errno != ENOSYS && errno != ENODEV))
		return fd;
	fd = open_mounted();
	if (fd == -1) {
		errno = certain ? EACCES : errno;
		return -1;
	}
	whose = whose_directory(fd);
	if (whose == NAMESPACE_OURS || (whose == NAMESPACE_UNKNOWN && !certain))
		return fd;
	close(fd);
	errno = certain ? EACCES : EXDEV;
	return -1;
}
