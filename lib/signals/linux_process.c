/*
 * linux_process.c: a descriptor stands for a process as long as it is open, whatever becomes of the process's number; it
 * takes signals, and can be waited for. Source: pidfd_open(2), pidfd_send_signal(2), prlimit(2), proc(5).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/number.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/signals.h"

static int
open_handle(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (trace_on)
		trace_call(fd, "pidfd_open(%ld, 0)", (long)pid);
	return fd;
}

int
handle_open(pid_t pid)
{
	struct rlimit files;
	int fd = open_handle(pid);

	/* As many processes as one is allowed to have files open, not only as many as is usual. */
	if (fd == -1 && errno == EMFILE && getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
		fd = open_handle(pid);
	}
	/* An old kernel, a sandbox, or the number of a thread. */
	if (fd == -1 && errno != ESRCH && errno != EMFILE && errno != ENFILE && errno != ENOMEM)
		errno = ENOTSUP;
	return fd;
}

bool
handle_proc(void)
{
	char own[32], shown[32];
	ssize_t size = readlink("/proc/self", shown, sizeof(shown) - 1);

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	return size > 0 && (size_t)size == strlen(own) && memcmp(shown, own, (size_t)size) == 0;
}

/* True if the process is in the group, also when it has ended and nobody has waited for it. */
static bool
is_in(pid_t pid, pid_t group)
{
	char path[64], text[512], *at;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	size = io_read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size <= 0)
		return false;
	text[size] = '\0';
	/* PID (NAME) STATE PARENT GROUP; the name may have anything in it. */
	at = strrchr(text, ')');
	if (!at || strlen(at) < 4)
		return false;
	at = strchr(at + 4, ' ');
	return at && strtol(at, NULL, 10) == (long)group;
}

/* A handle for the process, if it lives and is still in the group; else -1. */
static int
open_member(pid_t pid, pid_t group)
{
	struct pollfd ended = {.fd = handle_open(pid), .events = POLLIN};

	if (ended.fd == -1)
		return -1;
	/* Its number may have become that of another process since it was looked at. */
	if (is_in(pid, group) && poll(&ended, 1, 0) == 0)
		return ended.fd;
	close(ended.fd);
	errno = ESRCH;
	return -1;
}

int
handle_member(pid_t group)
{
	DIR *all = handle_proc() ? opendir("/proc") : NULL;
	int fd = -1, error = 0;
	struct dirent *entry;
	unsigned long long pid;
	bool seen = false;

	while (all && fd == -1 && !error && (entry = readdir(all))) {
		if (number_parse(entry->d_name, 1, INT_MAX, &pid) == -1 || !is_in((pid_t)pid, group))
			continue;
		seen = true;
		if ((pid_t)pid == getpid())
			continue;
		fd = open_member((pid_t)pid, group);
		if (fd == -1 && errno != ESRCH)
			error = errno;
	}
	if (all)
		closedir(all);
	/* A group of which nothing is seen may be hidden from this user. */
	if (fd == -1)
		errno = error ? error : seen ? ESRCH : ENOTSUP;
	return fd;
}

int
handle_signal(int fd, int number, const int *value)
{
	siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
	char name[SIGNAL_NAME_SIZE];
	long result;

	if (value) {
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value.sival_int = *value;
	}
	result = syscall(SYS_pidfd_send_signal, fd, number, value ? &info : NULL, 0);
	if (!trace_on)
		return (int)result;
	signal_name_macro(number, name);
	if (value)
		trace_call(result, "pidfd_send_signal(%d, %s, {si_code=SI_QUEUE, sival_int=%d}, 0)", fd, name, *value);
	else
		trace_call(result, "pidfd_send_signal(%d, %s, NULL, 0)", fd, name);
	return (int)result;
}

unsigned long long
handle_limit(pid_t pid)
{
	struct rlimit signals;

	if (prlimit(pid, RLIMIT_SIGPENDING, NULL, &signals) == -1 || signals.rlim_cur == RLIM_INFINITY)
		return ULLONG_MAX;
	return signals.rlim_cur;
}
