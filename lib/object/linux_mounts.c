/*
 * linux_mounts.c, of Linux alone: where POSIX queues are files. Each IPC namespace has a file system of them, which may be mounted
 * at /dev/mqueue, as may be that of another namespace. Source: mq_overview(7), fsopen(2), fsmount(2), statfs(2).
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

/* Of the file system of queues, <linux/magic.h>. */
#define MAGIC 0x19800202

/* Of <linux/mount.h>. */
#define CONFIG_CREATE 6U

/* A mount of this namespace's queues that appears nowhere, and goes with its descriptor. -1: EPERM without the privilege. */
static int
mount_queues(void)
{
#ifdef SYS_fsopen
	int context = (int)syscall(SYS_fsopen, "mqueue", 1U), tree = -1, fd = -1, saved;

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
	saved = errno;
	close(context);
	if (tree != -1) {
		fd = openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		saved = errno;
		close(tree);
	}
	errno = saved;
	return fd;
#else
	errno = ENOSYS;
	return -1;
#endif
}

/* The queues at the usual place, which may be those of another namespace. */
static int
open_queues(void)
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

int
mounts_queues(bool *mounted)
{
	int fd = mount_queues();

	*mounted = fd != -1;
	/* What is not for this user to do has another way; what else is wrong is what is to be said. */
	return *mounted || (errno != EPERM && errno != ENOSYS && errno != ENODEV) ? fd : open_queues();
}

/* What one file of the directory tells of that: nothing, if it may not be opened. */
static enum mounts
whose_file(int directory, const char *file)
{
	struct text name = {0};
	struct stat here, there;
	enum mounts whose = MOUNTS_UNKNOWN;
	mqd_t queue = (mqd_t)-1;

	text_format(&name, "/%s", file);
	if (name.data)
		queue = contents_open(name.data);
	/* What was unlinked meanwhile is in neither place. */
	if (fstatat(directory, file, &there, AT_SYMLINK_NOFOLLOW) == 0) {
		if (queue != (mqd_t)-1 && fstat(queue, &here) == 0)
			whose = here.st_dev == there.st_dev ? MOUNTS_OURS : MOUNTS_STRANGE;
		else if (queue == (mqd_t)-1 && errno == ENOENT)
			whose = MOUNTS_STRANGE;
	}
	if (queue != (mqd_t)-1)
		mq_close(queue);
	text_free(&name);
	return whose;
}

enum mounts
mounts_whose(int directory)
{
	int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *files = again == -1 ? NULL : fdopendir(again);
	enum mounts whose = MOUNTS_UNKNOWN;
	struct dirent *file;

	if (again != -1 && !files)
		close(again);
	while (files && whose == MOUNTS_UNKNOWN && (file = readdir(files))) {
		if (*file->d_name == '.')
			continue;
		whose = whose_file(directory, file->d_name);
		/* Twice, since a queue may have been made between the two looks. */
		if (whose == MOUNTS_STRANGE)
			whose = whose_file(directory, file->d_name);
	}
	if (files)
		closedir(files);
	return whose;
}
