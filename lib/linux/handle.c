/*
 * handle.c for Linux: a descriptor stands for a process as long as it is open, whatever becomes of the process's number; it
 * takes signals, and can be waited for. Source: pidfd_open(2), pidfd_send_signal(2), prlimit(2), proc(5).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../backend.h"

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

/* True if the process lives and is in the group. */
static bool
lives_in(pid_t pid, pid_t group)
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
	if (!at || strlen(at) < 4 || at[2] == 'Z' || at[2] == 'X')
		return false;
	at = strchr(at + 4, ' ');
	return at && strtol(at, NULL, 10) == (long)group;
}

int
handle_member(pid_t group)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	unsigned long long pid;
	bool proc = false;
	int fd = -1;

	errno = ESRCH;
	while (all && fd == -1 && (entry = readdir(all))) {
		proc = proc || strcmp(entry->d_name, "self") == 0;
		if (num_parse(entry->d_name, 1, INT_MAX, &pid) == -1 || (pid_t)pid == getpid() ||
		    !lives_in((pid_t)pid, group))
			continue;
		fd = handle_open((pid_t)pid);
		if (fd == -1 && errno != ESRCH)
			break;
		/* Its number may have become that of another process between the two looks. */
		if (fd != -1 && !lives_in((pid_t)pid, group)) {
			close(fd);
			fd = -1;
		}
		errno = ESRCH;
	}
	if (all)
		closedir(all);
	if (fd == -1 && errno == ESRCH && !proc)
		errno = ENOTSUP;
	return fd;
}

int
handle_signal(int fd, int number, const int *value)
{
	siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
	char name[SIGNAME_SIZE];
	long result;

	if (value) {
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value.sival_int = *value;
	}
	result = syscall(SYS_pidfd_send_signal, fd, number, value ? &info : NULL, 0);
	if (!trace_on)
		return (int)result;
	signame_format(number, name);
	if (value)
		trace_call(
		    result, "pidfd_send_signal(%d, SIG%s, {si_code=SI_QUEUE, sival_int=%d}, 0)", fd, name, *value);
	else
		trace_call(result, "pidfd_send_signal(%d, SIG%s, NULL, 0)", fd, name);
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
