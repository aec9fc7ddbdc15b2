/*
 * dead_letter.c: the messages whose COMMAND has failed. They go to another queue, or into a file as netstrings of
 * priority, tab and message, which mqsend -N -P reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/place.h"
#include "base/interrupt.h"
#include "queue/internal.h"

/* The longest pause between two looks for space in a full queue, in nanoseconds. */
#define LONGEST_PAUSE 60000000000LL

/*
 * Open the file, or create it. As with -c, follow no link, and use no file that another user has put into a sticky
 * directory. Returns a descriptor, or -1; after EBADMSG, *st describes the object with that name.
 */
static int
open_file(const struct work *work, struct stat *st)
{
	struct deadline deadline;
	struct place place = {0};
	int tries = 2, fd, error;

	*st = (struct stat){0};
	deadline_set(&deadline, work->timeout);
	if (place_open(&place, work->dead.name.path) == -1)
		return -1;
	/* Another process may create the file in between. */
	do {
		fd = place_file(&place, O_RDWR, true, &deadline, st);
		if (fd == -1 && errno == ENOENT)
			fd = openat(
			    place.directory, place.name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (fd == -1 && (interrupt_again() || (errno == EEXIST && st->st_mode == 0 && --tries > 0)));
	place_close(&place);
	if (fd == -1 || fcntl(fd, F_SETFL, O_APPEND) == 0)
		return fd;
	error = errno;
	close(fd);
	return error_set(error);
}

/* Return words for an errno value of open_file. */
static const char *
explain(int error)
{
	if (error == EBADMSG)
		return "not an ordinary file";
	return error == EEXIST ? "another user's file in a sticky directory" : explain_errno(error);
}

int
dead_letters_open(struct work *work, const struct queue_options *options)
{
	struct dead_letters *dead = &work->dead;
	struct queue_options other = *options;
	struct stat st;
	int status;

	dead->fd = -1;
	if (!dead->name.text)
		return GO_ON;
	if (dead->name.kind == NAME_FILE) {
		dead->fd = open_file(work, &st);
		if (dead->fd != -1)
			return GO_ON;
		if (errno == EBADMSG)
			error_line(dead->name.text, "%s but %s", explain(errno), place_kind(st.st_mode));
		else
			error_line(dead->name.text, "%s", explain(errno));
		return STATUS_FAILED;
	}
	other.create |= other.exclusive;
	other.exclusive = other.receive = other.peek = false;
	other.select = NULL;
	status = queue_check(&dead->name, &other);
	if (status == GO_ON)
		status = queue_start(&dead->queue, &dead->name, &other);
	if (status == GO_ON && queue_same(work->queue, &dead->queue))
		status = command_usage("-D must name a queue other than QUEUE");
	return status;
}

/* Format the messages one after the other. Returns the bytes, whose number is in *size, or NULL. */
static char *
format(const struct message *messages, size_t count, size_t *size)
{
	char prefix[24], *bytes;
	size_t need = 0, body, i;

	for (i = 0; i < count; i++)
		need += messages[i].size + RECORD_FRAME;
	bytes = malloc(need);
	*size = 0;
	for (i = 0; bytes && i < count; i++) {
		snprintf(prefix, sizeof(prefix), "%ld", messages[i].priority);
		*size +=
		    record_format(RECORD_NETSTRING, prefix, messages[i].data, messages[i].size, bytes + *size, &body);
	}
	return bytes;
}

/*
 * Lock the file that has the name now. Its reader may have renamed or removed the open file; then open the new one.
 * Returns 0 or -1.
 */
static int
lock_file(struct work *work, struct flock *lock)
{
	struct dead_letters *dead = &work->dead;
	struct stat open, named;
	int fd;

	for (;;) {
		while (fcntl(dead->fd, F_SETLKW, lock) == -1)
			if (!interrupt_again())
				return -1;
		if (fstat(dead->fd, &open) == -1)
			return -1;
		if (lstat(dead->name.path, &named) == 0 && named.st_dev == open.st_dev && named.st_ino == open.st_ino)
			return 0;
		fd = open_file(work, &named);
		if (fd == -1)
			return -1;
		close(dead->fd);
		dead->fd = fd;
	}
}

/* Append bytes to the file, all or none, and wait until they are on the disk. Returns 0 or -1. */
static int
append(struct work *work, const char *bytes, size_t size)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct stat st;
	ssize_t wrote = -1;
	int error, fd;

	if (lock_file(work, &lock) == -1)
		return -1;
	fd = work->dead.fd;
	if (fstat(fd, &st) == 0)
		while ((wrote = write(fd, bytes, size)) == -1 && interrupt_again())
			;
	error = wrote == -1 ? errno : (size_t)wrote < size ? ENOSPC : 0;
	while (!error && fdatasync(fd) == -1)
		error = interrupt_again() ? 0 : errno;
	/* A part of a record would make the rest of the file unreadable. */
	if (error && wrote > 0 && ftruncate(fd, st.st_size) == -1)
		error = errno;
	lock.l_type = F_UNLCK;
	fcntl(fd, F_SETLK, &lock);
	return error ? error_set(error) : 0;
}

/* Send a message to the queue. While it is full, say so once, and look again at growing intervals. */
static int
send_letter(struct work *work, const struct message *message)
{
	struct dead_letters *dead = &work->dead;
	long long pause = work->pause > 0 ? work->pause : 1000000000LL, longest = LONGEST_PAUSE;
	bool bounded = work->timeout != DEADLINE_NEVER;
	struct queue_wait wait = {.output = -1};

	if (queue_send_nearest(&dead->queue, message, NULL) == 0)
		return 0;
	if (errno != EAGAIN)
		return -1;
	if (!bounded && !dead->warned)
		error_line(dead->name.text, "the queue is full; the message of a failed COMMAND waits for space "
		                            "(receive from it, or use -D file:PATH)");
	dead->warned = true;
	for (;;) {
		deadline_set(&wait.deadline, bounded ? work->timeout : pause);
		if (queue_send_nearest(&dead->queue, message, &wait) == 0)
			return 0;
		if (errno != ETIMEDOUT || bounded)
			return -1;
		pause = pause * 2 < longest ? pause * 2 : longest;
	}
}

int
dead_letters_send(struct work *work, const struct message *messages, size_t count, size_t *done)
{
	char *bytes;
	size_t size;
	int result;

	*done = 0;
	if (work->dead.fd == -1) {
		while (*done < count && send_letter(work, &messages[*done]) == 0)
			++*done;
		return *done == count ? 0 : -1;
	}
	bytes = format(messages, count, &size);
	result = bytes ? append(work, bytes, size) : -1;
	free(bytes);
	if (result == 0)
		*done = count;
	return result;
}

int
dead_letters_report(const struct work *work, int error, const char *extra)
{
	const struct dead_letters *dead = &work->dead;
	int status;

	if (dead->fd == -1) {
		status = queue_report(&dead->queue, QUEUE_SEND, error, extra);
		return status == STATUS_TIMEOUT ? STATUS_FAILED : status;
	}
	error_line(dead->name.text, "%s; %s", explain(error), extra);
	return STATUS_FAILED;
}

void
dead_letters_close(struct dead_letters *dead)
{
	queue_close(&dead->queue);
	if (dead->fd > 0)
		close(dead->fd);
	name_free(&dead->name);
}
