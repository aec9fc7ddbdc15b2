/*
 * linux.c: a POSIX semaphore is an ordinary file in the shared memory file system, which can be looked at;
 * inotify(7) tells of its removal;
 * semtimedop(2) takes a timeout; open-file-description locks. See sem_overview(7), fcntl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "semaphore/internal.h"

/* The path of a semaphore's file for glibc, and space for it. */
#define PATH_FORMAT "/dev/shm/sem.%s"
#define PATH_SPACE  (sizeof(PATH_FORMAT) + NAME_MAX)

const bool semaphore_has_semtimedop = true;

int
semaphore_file(const char *name, bool careful, const struct deadline *deadline, struct stat *st)
{
	char path[PATH_SPACE];

	snprintf(path, sizeof(path), PATH_FORMAT, name + 1);
	return place_file(&(struct place){.directory = AT_FDCWD, .name = path}, O_RDWR, careful, deadline, st);
}

bool
semaphore_renamed(const char *name, int file)
{
	char path[PATH_SPACE];
	struct stat now, ours;

	snprintf(path, sizeof(path), PATH_FORMAT, name + 1);
	if (lstat(path, &now) == -1)
		return errno == ENOENT;
	return fstat(file, &ours) == 0 && (now.st_dev != ours.st_dev || now.st_ino != ours.st_ino);
}

int
semaphore_watch(int file)
{
	char path[32];
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (watch == -1 || inotify_add_watch(watch, path, IN_ATTRIB) != -1)
		return watch;
	close(watch);
	return -1;
}

void
semaphore_drain(int watch)
{
	char events[256];

	while (watch != -1 && read(watch, events, sizeof(events)) > 0)
		;
}

void
semaphore_unwatch(int watch)
{
	/* An inotify instance gives its first watch the number 1. */
	if (watch != -1)
		inotify_rm_watch(watch, 1);
	semaphore_drain(watch);
}

int
semaphore_lock_byte(int fd, long byte, enum lock_action action)
{
	struct flock lock = {
	    .l_type = action == LOCK_RELEASE ? F_UNLCK : F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, action == LOCK_WAIT ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
}

long
semaphore_lock_end(int fd, long byte)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	if (fcntl(fd, F_OFD_GETLK, &lock) == -1 || lock.l_type == F_UNLCK)
		return byte + 1;
	return lock.l_len == 0 || lock.l_len > LONG_MAX - lock.l_start ? LONG_MAX : (long)(lock.l_start + lock.l_len);
}

int
semaphore_reopen(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

int
semaphore_timed_semop(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	const long long left = deadline_left(deadline), second = 1000000000, wait = left > 0 ? left : 0;
	const struct timespec timeout = {.tv_sec = (time_t)(wait / second), .tv_nsec = (long)(wait % second)};

	return semtimedop(id, operations, count, &timeout);
}
