/*
 * linux_files.c: POSIX objects are files: queues of a file system of their own (linux_mqueue.c), segments and
 * semaphores of /dev/shm. Any user may put a file there, so no file is mapped, waited for or followed. Mode and owner
 * are changed by a descriptor that only stands for the file. See mq_overview(7), shm_overview(7), sem_overview(7),
 * chmod(2), proc(5).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "object/internal.h"

#define SHARED "/dev/shm"

/* The directory of this process's descriptors. */
#define SELF "/proc/self/fd"

/* The start of the file name of a semaphore. */
#define PREFIX "sem."

/* Bytes of space for the name of a file, which may be longer than a file name can be. */
#define FILE_SIZE (NAME_MAX + sizeof(PREFIX))

#define FOR_QUEUES (1U << OBJECT_QUEUE)
#define FOR_SHARED (1U << OBJECT_SEGMENT | 1U << OBJECT_SEMAPHORE)

const struct explanation objects_unlisted[] = {
    {ENOENT, FOR_QUEUES,
        "/dev/mqueue is not mounted, and to look without it needs CAP_SYS_ADMIN (mount -t mqueue none /dev/mqueue); "
        "mq:NAME shows one all the same",
        LIMIT_NONE},
    {ENODEV, FOR_QUEUES, NO_QUEUES, LIMIT_NONE},
    {EXDEV, FOR_QUEUES,
        "what is mounted at /dev/mqueue is of another IPC namespace, and to look without it needs CAP_SYS_ADMIN",
        LIMIT_NONE},
    {ENOENT, FOR_SHARED, SHARED ": No such file or directory", LIMIT_NONE},
    {EACCES, FOR_SHARED, SHARED ": Permission denied", LIMIT_NONE},
    {0},
};

static int
open_directory(enum object_kind kind)
{
	if (kind == OBJECT_QUEUE)
		return object_open_queues();
	return trace_call(
	    open(SHARED, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open(\"" SHARED "\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
}

/* Open the directory of a segment or semaphore, and store the name of its file there in file. */
static int
open_place(enum object_kind kind, const char *name, char file[FILE_SIZE])
{
	snprintf(file, FILE_SIZE, "%s%s", kind == OBJECT_SEMAPHORE ? PREFIX : "", name + 1);
	return open_directory(kind);
}

/* Open a file of a directory without following a link. words are the other flags as the trace shows them. */
static int
open_file(int directory, const char *file, int flags, const char *words)
{
	return object_trace(openat(directory, file, flags | O_NOFOLLOW | O_CLOEXEC), "openat", directory, file,
	    ", %s|O_NOFOLLOW|O_CLOEXEC", words);
}

/*
 * Read the value of a semaphore from a copy of its file, which its owner can truncate at any moment. The value stays
 * unknown if this user may not read the file. Returns 0, or -1 with ENOMEM.
 */
static int
read_value(struct object *object, int directory, const char *file)
{
	int fd = open_file(directory, file, O_RDONLY | O_NONBLOCK, "O_RDONLY|O_NONBLOCK");
	struct text value = {0};
	sem_t semaphore;
	bool known = true;
	int number;

	if (fd == -1)
		return 0;
	if (object_read(fd, &semaphore, sizeof(semaphore)) == (ssize_t)sizeof(semaphore) &&
	    sem_getvalue(&semaphore, &number) == 0) {
		text_format(&value, "%d", number);
		object->values = text_take(&value);
		known = object->values != NULL;
	}
	close(fd);
	return known ? 0 : error_set(ENOMEM);
}

/* Add the object of a file. Returns 0 or -1. Errors: ENOENT (no object of that kind), ENOMEM, EXDEV. */
static int
add_file(enum object_kind kind, int directory, const char *file, struct objects *objects)
{
	bool semaphore = strncmp(file, PREFIX, strlen(PREFIX)) == 0;
	const char *name = file + (kind == OBJECT_SEMAPHORE && semaphore ? strlen(PREFIX) : 0);
	/* No command accepts these as names. */
	bool nameless = !name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
	struct object *object;
	struct stat st;

	if (kind == OBJECT_QUEUE && !nameless)
		return objects_add_queue(directory, file, objects);
	if (nameless || semaphore != (kind == OBJECT_SEMAPHORE))
		return error_set(ENOENT);
	if (fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (!S_ISREG(st.st_mode))
		return error_set(ENOENT);
	object = objects_add(objects, kind, true, "/%s", name);
	if (!object)
		return -1;
	object_set_file(object, &st);
	if (kind == OBJECT_SEGMENT)
		object_trace(0, "fstatat", directory, file,
		    ", {st_mode=S_IFREG|%04o, st_size=%lld}, AT_SYMLINK_NOFOLLOW", (unsigned int)st.st_mode & 07777,
		    (long long)st.st_size);
	else if (objects->details & OBJECT_VALUES)
		return read_value(object, directory, file);
	return 0;
}

int
objects_list_posix(enum object_kind kind, struct objects *objects)
{
	int directory = open_directory(kind), error;
	size_t before = objects->count;
	DIR *files = directory == -1 ? NULL : fdopendir(directory);
	struct dirent *file;

	if (!files) {
		object_close(directory);
		return -1;
	}
	while ((errno = 0, file = readdir(files)))
		/* Files in which mqrecv keeps messages are no objects. */
		if (strncmp(file->d_name, "ipc7.hand.", 10) != 0 &&
		    add_file(kind, directory, file->d_name, objects) == -1 && errno != ENOENT)
			break;
	error = errno;
	/* If one queue belongs to another IPC namespace, all do. */
	while (error == EXDEV && objects->count > before)
		objects_drop(objects);
	closedir(files);
	errno = error;
	return error ? -1 : 0;
}

int
objects_find_posix(enum object_kind kind, const char *name, struct objects *objects)
{
	char file[FILE_SIZE];
	int directory, result;

	if (kind == OBJECT_QUEUE)
		return objects_find_queue(name, objects);
	directory = open_place(kind, name, file);
	if (directory == -1)
		return -1;
	result = add_file(kind, directory, file, objects);
	object_close(directory);
	return result;
}

const char *
object_unchanging(const struct object *object)
{
	return object->kind == OBJECT_QUEUE || access(SELF, X_OK) == 0
	           ? NULL
	           : "/proc is not mounted, and needed to change it";
}

int
object_open(const struct object *object)
{
	char file[FILE_SIZE];
	int directory, fd;

	if (object->kind == OBJECT_QUEUE)
		return object_open_queue(object->name);
	directory = open_place(object->kind, object->name, file);
	if (directory == -1)
		return -1;
	fd = open_file(directory, file, O_PATH, "O_PATH");
	object_close(directory);
	return fd;
}

int
object_chown(int fd, uid_t uid, gid_t gid)
{
	return trace_call(TRACED(fchownat(fd, "", uid, gid, AT_EMPTY_PATH)),
	    "fchownat(%d, \"\", %lld, %lld, AT_EMPTY_PATH)", fd, uid == (uid_t)-1 ? -1 : (long long)uid,
	    gid == (gid_t)-1 ? -1 : (long long)gid);
}

int
object_chmod(int fd, mode_t mode)
{
	int result = TRACED(fchmod(fd, mode));
	char path[64];

	/* fchmod(2) refuses a descriptor of O_PATH. */
	if (result == 0 || errno != EBADF)
		return trace_call(result, "fchmod(%d, %04o)", fd, (unsigned int)mode);
	snprintf(path, sizeof(path), SELF "/%d", fd);
	return trace_call(TRACED(chmod(path, mode)), "chmod(\"%s\", %04o)", path, (unsigned int)mode);
}
