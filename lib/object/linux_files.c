/*
 * linux_files.c: POSIX objects are files: queues of a file system of their own, segments and semaphores of /dev/shm. Nothing is
 * mapped, waited for or followed, as anybody may put a file there. See mq_overview(7), shm_overview(7), sem_overview(7).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/explain.h"
#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

#define SHARED "/dev/shm"

/* The start of the file name of a semaphore. */
#define PREFIX "sem."

/* Bytes for the name of a file, which may be longer than a file can have. */
#define FILE_SIZE (NAME_MAX + sizeof(PREFIX))

/* The most bytes of a read in the trace. */
#define SHOWN 32

#define QUEUES (1U << OBJECT_QUEUE)

const struct explanation objects_unlisted[] = {
    {ENOENT, QUEUES,
        "/dev/mqueue is not mounted, and to look without it needs CAP_SYS_ADMIN (mount -t mqueue none /dev/mqueue); "
        "mq:NAME shows one all the same",
        LIMIT_NONE},
    {EXDEV, QUEUES,
        "what is mounted at /dev/mqueue is of another IPC namespace, and to look without it needs CAP_SYS_ADMIN",
        LIMIT_NONE},
    {ENOENT, ~QUEUES, SHARED ": No such file or directory", LIMIT_NONE},
    {EACCES, ~QUEUES, SHARED ": Permission denied", LIMIT_NONE},
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
	if (trace_on)
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

static ssize_t
read_file(int fd, void *data, size_t size)
{
	ssize_t result = read(fd, data, size);
	struct text call = {0};

	if (trace_on) {
		text_format(&call, "read(%d, ", fd);
		text_quote(&call, data, result > 0 ? (size_t)result : 0, SHOWN);
		text_format(&call, ", %zu)", size);
		trace_end(&call, result);
	}
	return result;
}

/* Reads the attributes of an open queue, and if it may be read, how many bytes are in it. */
static void
read_queue(struct object *object, int fd)
{
	unsigned long long used;
	char line[128];
	ssize_t size;

	object_set_attributes(object, fd);
	size = read_file(fd, line, sizeof(line) - 1);
	line[size > 0 ? size : 0] = '\0';
	if (sscanf(line, "QSIZE:%llu", &used) == 1)
		object->used = (long long)used;
}

/* Reads the value of a semaphore from a copy of its file, which its owner can truncate at any moment. */
static void
read_semaphore(struct object *object, int fd)
{
	struct text value = {0};
	sem_t semaphore;
	int number;

	if (read_file(fd, &semaphore, sizeof(semaphore)) != (ssize_t)sizeof(semaphore) ||
	    sem_getvalue(&semaphore, &number) == -1)
		return;
	text_format(&value, "%d", number);
	object->values = value.data;
}

/* Reads the details that are asked for, if the file of the object may be opened. */
static void
read_details(struct object *object, int directory, const char *file, unsigned int details)
{
	bool queue = object->kind == OBJECT_QUEUE;
	int fd;

	if (object->kind == OBJECT_SEGMENT || !(details & (queue ? OBJECT_ATTRIBUTES : OBJECT_VALUES)))
		return;
	fd = open_file(directory, file, O_RDONLY | O_NONBLOCK, ", O_RDONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC");
	if (fd == -1 && errno == EACCES && queue)
		fd = open_file(directory, file, O_WRONLY | O_NONBLOCK, ", O_WRONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC");
	if (fd == -1)
		return;
	if (queue)
		read_queue(object, fd);
	else
		read_semaphore(object, fd);
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

/* Adds the object whose file it is. Returns 0, or -1 with ENOENT if it is not the file of such an object, or ENOMEM. */
static int
add_file(enum object_kind kind, int directory, const char *file, struct objects *objects)
{
	bool semaphore = strncmp(file, PREFIX, strlen(PREFIX)) == 0;
	const char *name = file + (kind == OBJECT_SEMAPHORE && semaphore ? strlen(PREFIX) : 0);
	struct object *object;
	struct stat st;

	errno = ENOENT;
	if (kind != OBJECT_QUEUE && semaphore != (kind == OBJECT_SEMAPHORE))
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
	read_details(object, directory, file, objects->details);
	return 0;
}

int
objects_list_posix(enum object_kind kind, struct objects *objects)
{
	int directory = open_directory(kind, false), error;
	DIR *files = directory == -1 ? NULL : fdopendir(directory);
	struct dirent *file;

	if (!files) {
		object_close(directory);
		return -1;
	}
	while ((errno = 0, file = readdir(files)))
		if (add_file(kind, directory, file->d_name, objects) == -1 && errno == ENOMEM)
			break;
	error = errno;
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

/* Adds an open queue. */
static int
add_queue(const char *name, int queue, struct objects *objects)
{
	struct object *object;
	struct stat st;

	if (fstat(queue, &st) == -1)
		return -1;
	object = objects_add(objects, OBJECT_QUEUE, true, "%s", name);
	if (!object)
		return -1;
	object_set_file(object, &st);
	if (objects->details & OBJECT_ATTRIBUTES)
		read_queue(object, queue);
	return 0;
}

int
objects_find_posix(enum object_kind kind, const char *name, struct objects *objects)
{
	int result;
	mqd_t queue;

	if (kind != OBJECT_QUEUE)
		return find_file(kind, name, objects);
	queue = object_open_queue(name);
	if (queue == -1)
		return errno == EACCES ? find_file(kind, name, objects) : -1;
	result = add_queue(name, queue, objects);
	mq_close(queue);
	return result;
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
