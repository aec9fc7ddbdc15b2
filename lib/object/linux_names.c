/*
 * linux_names.c: all POSIX objects. Queues are files of a file system of their own, of which each IPC namespace has
 * one; segments and semaphores are files of /dev/shm. Source: mq_overview(7), shm_overview(7), sem_overview(7), fsmount(2).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/trace.h"
#include "object/internal.h"
#include "object/object.h"

#define SHARED "/dev/shm"
#define QUEUES "/dev/mqueue"
#define PREFIX "sem."

/* How many bytes of what is read a trace shows. */
#define SHOWN 32

/* Opens the directory in which the objects of a kind are files; what the last error says is why it cannot be had. */
static int
open_directory(enum object_kind kind, bool *mounted)
{
	int fd;

	*mounted = false;
	if (kind == OBJECT_QUEUE)
		return mounts_queues(mounted);
	fd = open(SHARED, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (trace_on)
		trace_call(fd, "open(\"" SHARED "\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
	return fd;
}

static void
set_file(struct object *object, const struct stat *st)
{
	object->owned = true;
	object->uid = object->creator_uid = st->st_uid;
	object->gid = st->st_gid;
	object->mode = st->st_mode & 0777;
	/* To read the file of a queue sets its ctime, but messages alone set its mtime. */
	object->changed = object->kind == OBJECT_QUEUE ? st->st_mtime : st->st_ctime;
	if (object->kind == OBJECT_SEGMENT)
		object->size = st->st_size;
	if (object->kind == OBJECT_SEMAPHORE)
		object->count = 1;
}

/* What only those see who may open the queue; those who may only send do not see the bytes that are in it. */
static void
read_queue(struct object *object, int fd)
{
	unsigned long long used;
	struct text call = {0};
	char line[128];
	ssize_t size;

	contents_queue(object, fd);
	size = read(fd, line, sizeof(line) - 1);
	line[size > 0 ? size : 0] = '\0';
	if (sscanf(line, "QSIZE:%llu", &used) == 1)
		object->used = (long long)used;
	if (trace_on) {
		text_format(&call, "read(%d, ", fd);
		text_quote(&call, line, strlen(line), SHOWN);
		text_format(&call, ", %zu)", sizeof(line) - 1);
		trace_end(&call, size);
	}
}

/* Opens a file of a directory. */
static int
open_file(int directory, const char *name, int flags, const char *shown)
{
	int fd = openat(directory, name, flags);
	struct text call = {0};

	if (trace_on) {
		text_format(&call, "openat(%d, ", directory);
		contents_trace(call.data ? call.data : "", name, shown, fd);
		text_free(&call);
	}
	return fd;
}

/* Opens a queue of a directory, to read or at least to send. -1: it may be neither. */
static int
open_listed(int directory, const char *name)
{
	int fd = open_file(directory, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC, "O_RDONLY|O_NONBLOCK|O_CLOEXEC");

	if (fd == -1 && errno == EACCES)
		fd = open_file(directory, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC, "O_WRONLY|O_NONBLOCK|O_CLOEXEC");
	return fd;
}

/*
 * The value of a semaphore, from a copy of its file: the file may be anybody's, who can make it shorter at any moment, and
 * what is mapped then is no more.
 */
static void
read_semaphore(struct object *object, int directory, const char *file)
{
	int fd = open_file(directory, file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC,
	    "O_RDONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC");
	struct text value = {0}, call = {0};
	sem_t semaphore;
	ssize_t size;
	int number;

	if (fd == -1)
		return;
	size = read(fd, &semaphore, sizeof(semaphore));
	if (trace_on) {
		text_format(&call, "read(%d, ", fd);
		text_quote(&call, &semaphore, size > 0 ? (size_t)size : 0, SHOWN);
		text_format(&call, ", %zu)", sizeof(semaphore));
		trace_end(&call, size);
	}
	close(fd);
	if (size != (ssize_t)sizeof(semaphore) || sem_getvalue(&semaphore, &number) == -1)
		return;
	text_format(&value, "%d", number);
	object->values = value.data;
}

static void
trace_file(int directory, const char *file, const struct stat *st)
{
	struct text call = {0}, rest = {0};

	text_format(&call, "fstatat(%d, ", directory);
	text_format(&rest, "{st_mode=S_IFREG|%04o, st_size=%lld}, AT_SYMLINK_NOFOLLOW",
	    (unsigned int)st->st_mode & 07777, (long long)st->st_size);
	contents_trace(call.data ? call.data : "", file, rest.data ? rest.data : "", 0);
	text_free(&call);
	text_free(&rest);
}

/* Adds the object that a file of a directory is, if it is one of that kind. -1: ENOMEM. */
static int
add_file(struct object_list *list, enum object_kind kind, int directory, const char *file)
{
	bool semaphore = strncmp(file, PREFIX, strlen(PREFIX)) == 0;
	const char *name = file + (kind == OBJECT_SEMAPHORE && semaphore ? strlen(PREFIX) : 0);
	struct text full = {0};
	struct object *object;
	struct stat st;
	int fd;

	if (kind != OBJECT_QUEUE && semaphore != (kind == OBJECT_SEMAPHORE))
		return 0;
	/* No command takes such a name. */
	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW) == -1 || !S_ISREG(st.st_mode))
		return 0;
	text_format(&full, "/%s", name);
	object = full.data ? object_add(list, kind, true, full.data) : NULL;
	text_free(&full);
	if (!object)
		return -1;
	set_file(object, &st);
	if (trace_on && kind == OBJECT_SEGMENT)
		trace_file(directory, file, &st);
	if (kind == OBJECT_SEMAPHORE && list->wanted & OBJECT_VALUES)
		read_semaphore(object, directory, file);
	if (kind != OBJECT_QUEUE || !(list->wanted & OBJECT_CONTENTS))
		return 0;
	fd = open_listed(directory, file);
	if (fd != -1) {
		read_queue(object, fd);
		close(fd);
	}
	return 0;
}

/* Adds what a directory, which it closes, holds of a kind. */
static int
add_files(struct object_list *list, enum object_kind kind, int directory)
{
	DIR *files = fdopendir(directory);
	struct dirent *file;
	int result = 0, saved;

	if (!files) {
		close(directory);
		return -1;
	}
	while (result == 0 && (errno = 0, file = readdir(files)))
		result = add_file(list, kind, dirfd(files), file->d_name);
	if (errno)
		result = -1;
	saved = errno;
	closedir(files);
	errno = saved;
	return result;
}

static int
add_queues(struct object_list *list)
{
	bool mounted;
	int fd = open_directory(OBJECT_QUEUE, &mounted);

	if (fd == -1 && errno != ENOENT) {
		error_line(NULL, "POSIX queues cannot be listed: %s", strerror(errno));
		return STATUS_FAILED;
	}
	if (fd == -1) {
		error_line(NULL,
		    "POSIX queues cannot be listed: " QUEUES " is not mounted, and to look without it needs "
		    "CAP_SYS_ADMIN (mount -t mqueue none " QUEUES "); mq:NAME shows one all the same");
		return STATUS_FAILED;
	}
	if (!mounted && mounts_whose(fd) == MOUNTS_STRANGE) {
		close(fd);
		error_line(NULL,
		    "POSIX queues cannot be listed: what is mounted at " QUEUES " is of another IPC namespace, and to "
		    "look without it needs CAP_SYS_ADMIN");
		return STATUS_FAILED;
	}
	if (add_files(list, OBJECT_QUEUE, fd) == 0)
		return STATUS_OK;
	error_line(NULL, "POSIX queues cannot be listed: %s", strerror(errno));
	return STATUS_FAILED;
}

static int
add_shared(struct object_list *list, enum object_kind kind)
{
	bool mounted;
	int fd = open_directory(kind, &mounted);

	if (fd != -1 && add_files(list, kind, fd) == 0)
		return STATUS_OK;
	error_line(NULL, "POSIX %ss cannot be listed: " SHARED ": %s", object_kind_noun(kind), strerror(errno));
	return STATUS_FAILED;
}

int
catalog_posix(unsigned int set, struct object_list *list)
{
	int status = STATUS_OK;

	if (set & OBJECT_QUEUE)
		status |= add_queues(list);
	if (set & OBJECT_SEGMENT)
		status |= add_shared(list, OBJECT_SEGMENT);
	if (set & OBJECT_SEMAPHORE)
		status |= add_shared(list, OBJECT_SEMAPHORE);
	return status;
}

/*
 * Opens the directory of a kind to find one object. -1: EACCES, also if it may be that of another IPC namespace, which has a
 * queue of that name too.
 */
static int
open_certain(enum object_kind kind)
{
	bool mounted;
	int directory = open_directory(kind, &mounted);

	if (kind != OBJECT_QUEUE || mounted || (directory != -1 && mounts_whose(directory) == MOUNTS_OURS))
		return directory;
	if (directory != -1)
		close(directory);
	errno = EACCES;
	return -1;
}

/* The name of the file that an object is. */
static void
file_name(enum object_kind kind, const char *name, struct text *text)
{
	text_format(text, "%s%s", kind == OBJECT_SEMAPHORE ? PREFIX : "", name + 1);
}

/* Adds what is a file of the kind's directory. -1: ENOENT, or why that cannot be known. */
static int
find_file(enum object_kind kind, const char *name, struct object_list *list)
{
	int directory = open_certain(kind), result = -1, saved;
	size_t before = list->count;
	struct text file = {0};

	if (directory == -1)
		return -1;
	file_name(kind, name, &file);
	if (file.data)
		result = add_file(list, kind, directory, file.data);
	if (result == 0 && list->count == before) {
		result = -1;
		errno = ENOENT;
	}
	saved = errno;
	close(directory);
	text_free(&file);
	errno = saved;
	return result;
}

int
catalog_find(enum object_kind kind, const char *name, struct object_list *list)
{
	struct object *object = NULL;
	struct stat st;
	int queue;

	if (kind != OBJECT_QUEUE)
		return find_file(kind, name, list);
	queue = contents_open(name);
	if (queue == -1)
		return errno == EACCES ? find_file(kind, name, list) : -1;
	if (fstat(queue, &st) == 0)
		object = object_add(list, kind, true, name);
	if (object) {
		set_file(object, &st);
		if (list->wanted & OBJECT_CONTENTS)
			read_queue(object, queue);
	}
	mq_close(queue);
	return object ? 0 : -1;
}

int
catalog_open(const struct object *object)
{
	struct text file = {0};
	int fd = object->kind == OBJECT_QUEUE ? contents_open(object->name) : -1, directory, saved;

	if (fd != -1)
		return fd;
	directory = open_certain(object->kind);
	if (directory == -1)
		return -1;
	file_name(object->kind, object->name, &file);
	if (file.data)
		fd = open_file(directory, file.data, O_PATH | O_NOFOLLOW | O_CLOEXEC, "O_PATH|O_NOFOLLOW|O_CLOEXEC");
	saved = errno;
	close(directory);
	text_free(&file);
	errno = saved;
	return fd;
}
