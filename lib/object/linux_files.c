/*
 * linux_files.c: POSIX objects are files: queues of a file system of their own (linux_mqueue.c), segments and
 * semaphores of /dev/shm. Anybody may put a file there, so nothing is mapped, waited for or followed. See
 * mq_overview(7), shm_overview(7), sem_overview(7).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"

#define SHARED "/dev/shm"

/* The start of the file name of a semaphore. */
#define PREFIX "sem."

/* Bytes for the name of a file, which may be longer than a file can have. */
#define FILE_SIZE (NAME_MAX + sizeof(PREFIX))

#define FOR_QUEUES (1U << OBJECT_QUEUE)
#define FOR_SHARED (1U << OBJECT_SEGMENT | 1U << OBJECT_SEMAPHORE)

const struct explanation objects_unlisted[] = {
    {ENOENT, FOR_QUEUES,
        "/dev/mqueue is not mounted, and to look without it needs CAP_SYS_ADMIN (mount -t mqueue none /dev/mqueue); "
        "mq:NAME shows one all the same",
        LIMIT_NONE},
    {EXDEV, FOR_QUEUES,
        "what is mounted at /dev/mqueue is of another IPC namespace, and to look without it needs CAP_SYS_ADMIN",
        LIMIT_NONE},
    {ENOENT, FOR_SHARED, SHARED ": No such file or directory", LIMIT_NONE},
    {EACCES, FOR_SHARED, SHARED ": Permission denied", LIMIT_NONE},
    {0},
};

/* Opens the directory of a kind. certain: that of this IPC namespace for sure. */
static int
open_directory(enum object_kind kind, bool certain)
{
	int fd;

	if (kind == OBJECT_QUEUE)
		return object_open_queues(certain);
	fd = open(SHARED, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	trace_call(fd, "open(\"" SHARED "\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
	return fd;
}

static void
trace_at(const char *call, int directory, const char *file, const char *rest, int result)
{
	char start[32];

	snprintf(start, sizeof(start), "%s(%d, ", call, directory);
	object_trace(start, file, rest, result);
}

/* Opens a file of a directory; words are its flags. */
static int
open_file(int directory, const char *file, int flags, const char *words)
{
	int fd = openat(directory, file, flags | O_NOFOLLOW | O_CLOEXEC);

	if (trace_on)
		trace_at("openat", directory, file, words, fd);
	return fd;
}

/* Reads the value of a semaphore from a copy of its file, which its owner can truncate at any moment. */
static void
read_value(struct object *object, int directory, const char *file)
{
	int fd = open_file(directory, file, O_RDONLY | O_NONBLOCK, ", O_RDONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC");
	struct text value = {0};
	sem_t semaphore;
	int number;

	if (fd == -1)
		return;
	if (object_read(fd, &semaphore, sizeof(semaphore)) == (ssize_t)sizeof(semaphore) &&
	    sem_getvalue(&semaphore, &number) == 0) {
		text_format(&value, "%d", number);
		object->values = value.data;
	}
	close(fd);
}

static void
trace_segment(int directory, const char *file, const struct stat *st)
{
	char rest[96];

	snprintf(rest, sizeof(rest), ", {st_mode=S_IFREG|%04o, st_size=%lld}, AT_SYMLINK_NOFOLLOW",
	    (unsigned int)st->st_mode & 07777, (long long)st->st_size);
	trace_at("fstatat", directory, file, rest, 0);
}

/* Adds the object of a file. Returns 0 or -1. Errors: ENOENT (no object of that kind), ENOMEM, EXDEV. */
static int
add_file(enum object_kind kind, int directory, const char *file, struct objects *objects)
{
	bool semaphore = strncmp(file, PREFIX, strlen(PREFIX)) == 0;
	const char *name = file + (kind == OBJECT_SEMAPHORE && semaphore ? strlen(PREFIX) : 0);
	struct object *object;
	struct stat st;

	errno = ENOENT;
	if (kind == OBJECT_QUEUE)
		return objects_add_queue(directory, file, objects);
	if (semaphore != (kind == OBJECT_SEMAPHORE))
		return -1;
	/* No command accepts these as names. */
	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -1;
	if (fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW) == -1 || !S_ISREG(st.st_mode)) {
		errno = ENOENT;
		return -1;
	}
	object = objects_add(objects, kind, true, "/%s", name);
	if (!object)
		return -1;
	object_set_file(object, &st);
	if (trace_on && kind == OBJECT_SEGMENT)
		trace_segment(directory, file, &st);
	if (kind == OBJECT_SEMAPHORE && objects->details & OBJECT_VALUES)
		read_value(object, directory, file);
	return 0;
}

int
objects_list_posix(enum object_kind kind, struct objects *objects)
{
	int directory = open_directory(kind, false), error;
	size_t before = objects->count;
	DIR *files = directory == -1 ? NULL : fdopendir(directory);
	struct dirent *file;

	if (!files) {
		object_close(directory);
		return -1;
	}
	while ((errno = 0, file = readdir(files)))
		if (add_file(kind, directory, file->d_name, objects) == -1 && errno != ENOENT)
			break;
	error = errno;
	/* All are of another IPC namespace if one is. */
	while (error == EXDEV && objects->count > before)
		objects_drop(objects);
	closedir(files);
	errno = error;
	return error ? -1 : 0;
}

/* Makes the name of the file of an object. */
static void
file_name(enum object_kind kind, const char *name, char file[FILE_SIZE])
{
	snprintf(file, FILE_SIZE, "%s%s", kind == OBJECT_SEMAPHORE ? PREFIX : "", name + 1);
}

static int
find_file(enum object_kind kind, const char *name, struct objects *objects)
{
	int directory = open_directory(kind, true), result;
	char file[FILE_SIZE];

	if (directory == -1)
		return -1;
	file_name(kind, name, file);
	result = add_file(kind, directory, file, objects);
	object_close(directory);
	return result;
}

int
objects_find_posix(enum object_kind kind, const char *name, struct objects *objects)
{
	if (kind == OBJECT_QUEUE && objects_find_queue(name, objects) == 0)
		return 0;
	if (kind == OBJECT_QUEUE && errno != EACCES)
		return -1;
	return find_file(kind, name, objects);
}

int
object_open(const struct object *object)
{
	int fd = object->kind == OBJECT_QUEUE ? object_open_queue(object->name) : -1, directory;
	char file[FILE_SIZE];

	if (fd != -1)
		return fd;
	directory = open_directory(object->kind, true);
	if (directory == -1)
		return -1;
	file_name(object->kind, object->name, file);
	fd = open_file(directory, file, O_PATH, ", O_PATH|O_NOFOLLOW|O_CLOEXEC");
	object_close(directory);
	return fd;
}
