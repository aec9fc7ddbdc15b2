/*
 * child.c: running a COMMAND. It gets the signal disposition, the mask and the descriptors that ipc7 was started with;
 * its end and the signals to be passed on to it are waited for together, without a race between them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "process/child.h"

/* 0 if path is a file that can be executed, else errno says why not; *there: it exists. */
static int
executable(const char *path, bool *there)
{
	struct stat st;

	*there = stat(path, &st) == 0;
	if (!*there)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EACCES;
		return -1;
	}
	return access(path, X_OK);
}

int
child_find(const char *command, char **path)
{
	const char *from = getenv("PATH");
	int reason = ENOENT;
	bool there;

	*path = NULL;
	if (strchr(command, '/') || !*command) {
		if (executable(command, &there) == 0)
			*path = strdup(command);
		return *path ? 0 : -1;
	}
	if (!from)
		from = "/bin:/usr/bin";
	for (;;) {
		size_t length = strcspn(from, ":");
		struct text file = {0};

		text_format(&file, "%.*s%s%s", (int)length, from, length ? "/" : "", command);
		if (!file.data)
			return -1;
		if (executable(file.data, &there) == 0) {
			*path = file.data;
			return 0;
		}
		/* A folder along PATH that may not be searched has nothing for us. */
		if (there)
			reason = EACCES;
		text_free(&file);
		if (!from[length])
			break;
		from += length + 1;
	}
	errno = reason;
	return -1;
}

/* The child's side: becomes the COMMAND, or sends errno to its parent. */
static void
become(const char *path, char *const argv[], int input, int report)
{
	int error;

	if (input == STDIN_FILENO || dup2(input, STDIN_FILENO) != -1) {
		interrupt_restore();
		execv(path, argv);
	}
	error = errno;
	(void)io_write(report, &error, sizeof(error), NULL);
	_exit(STATUS_NOEXEC);
}

/* Waits for the child to end and passes caught signals on to it. */
static int
attend(pid_t pid, int *status)
{
	int number;

	for (;;) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid)
			return 0;
		if (ended == -1 && errno != EINTR)
			return -1;
		number = interrupt_take();
		if (number)
			kill(pid, number);
		else
			interrupt_pause();
	}
}

/* Starts path in a child, which is to be waited for unless -1 is returned. *error: why it was not executed, or 0. */
static pid_t
start(const char *path, char *const argv[], int input, int *error)
{
	int report[2];
	ssize_t got;
	pid_t pid;

	if (pipe(report) == -1) {
		*error = errno;
		return -1;
	}
	fcntl(report[0], F_SETFD, FD_CLOEXEC);
	fcntl(report[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid == 0)
		become(path, argv, input, report[1]);
	*error = errno;
	close(report[1]);
	if (pid != -1) {
		while ((got = read(report[0], error, sizeof(*error))) == -1 && errno == EINTR)
			;
		if (got != sizeof(*error))
			*error = 0;
	}
	close(report[0]);
	return pid;
}

int
child_run(const char *path, char *const argv[], int input, int *status)
{
	int error = 0, result = -1;
	pid_t pid;

	if (interrupt_hold() == -1)
		return -1;
	pid = start(path, argv, input, &error);
	if (pid != -1) {
		result = attend(pid, status);
		if (result == -1)
			error = errno;
	}
	interrupt_release();
	errno = error;
	return error ? -1 : result;
}

int
child_split(int *status)
{
	int result = 1, saved;
	pid_t pid;

	if (interrupt_hold() == -1)
		return -1;
	pid = fork();
	if (pid == 0)
		result = 0;
	else if (pid == -1 || attend(pid, status) == -1)
		result = -1;
	saved = errno;
	interrupt_release();
	errno = saved;
	return result;
}

int
child_become(const char *path, char *const argv[])
{
	/* A signal that comes from here on waits, and then does to the COMMAND what it would have done. */
	if (interrupt_hold() == -1)
		return -1;
	if (interrupt_caught()) {
		interrupt_release();
		errno = EINTR;
		return -1;
	}
	interrupt_restore();
	return execv(path, argv);
}

/* A pipe that has exactly these bytes in it, at most PIPE_BUF. */
static int
pipe_with(const void *data, size_t size)
{
	int ends[2];

	if (pipe(ends) == -1)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)io_write(ends[1], data, size, NULL);
	close(ends[1]);
	return ends[0];
}

int
child_input(const void *data, size_t size)
{
	int fd, saved;

	if (size <= PIPE_BUF)
		return pipe_with(data, size);
	fd = memory_file();
	if (fd != -1 && (io_write(fd, data, size, NULL) == -1 || lseek(fd, 0, SEEK_SET) == -1)) {
		saved = errno;
		close(fd);
		errno = saved;
		fd = -1;
	}
	return fd;
}

int
child_failure(int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return STATUS_NOCOMMAND;
	return error == EACCES || error == ENOEXEC || error == ETXTBSY || error == EISDIR ? STATUS_NOEXEC
	                                                                                  : STATUS_RUNNER;
}

int
child_failed(const char *command, int error)
{
	int status = child_failure(error);

	if (status == STATUS_NOCOMMAND)
		error_line(command, "no such command");
	else
		error_line(command, "cannot be executed: %s%s", strerror(error),
		    error == ENOEXEC ? " (a script starts with #!)" : "");
	return status;
}

int
child_status(int status)
{
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t
child_spawn(const char *path, char *argv[], char *environment[], int input, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t mask, defaults;
	pid_t pid = -1;
	int error;

	interrupt_inherited(&mask, &defaults);
	error = posix_spawn_file_actions_init(&actions);
	if (error) {
		errno = error;
		return -1;
	}
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		posix_spawnattr_setflags(
		    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		posix_spawnattr_setpgroup(&attributes, 0);
		posix_spawnattr_setsigmask(&attributes, &mask);
		posix_spawnattr_setsigdefault(&attributes, &defaults);
		error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
		if (error == 0)
			error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
		if (error == 0)
			error = posix_spawn(&pid, path, &actions, &attributes, argv, environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	errno = error;
	return error ? -1 : pid;
}
