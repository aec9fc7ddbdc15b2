/*
 * linux.c: the dispositions of processes, from /proc, and descriptors that each stand for one process even if its
 * process id is used again. See proc(5), pidfd_open(2).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number.h"
#include "base/record.h"
#include "base/signal_set.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/names.h"

/* Bytes of the longest line: the groups of the process. */
#define LINE ((size_t)1024 * 1024)

bool
proc_usable(void)
{
	char self[32] = "";

	return readlink("/proc/self", self, sizeof(self) - 1) > 0 && strtol(self, NULL, 10) == (long)getpid();
}

static int
open_status(pid_t pid)
{
	char path[64];
	int fd;

	if (!proc_usable())
		return error_set(ENOTSUP);
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* Mount options of /proc may hide processes of other users. */
	if (fd == -1 && errno == ENOENT)
		errno = kill(pid, 0) == -1 && errno == ESRCH ? ESRCH : EACCES;
	return fd;
}

/* Read one line of the file, of size bytes. */
static void
read_line(struct disposition *disposition, const char *line, size_t size)
{
	const struct {
		const char *field;
		sigset_t *set;
	} fields[] = {{"SigPnd:", &disposition->pending}, {"ShdPnd:", &disposition->pending},
	    {"SigBlk:", &disposition->blocked}, {"SigIgn:", &disposition->ignored}, {"SigCgt:", &disposition->caught}};
	unsigned long long bits;
	int number;
	size_t i;

	if (size < 8)
		return;
	if (memcmp(line, "State:\t", 7) == 0)
		disposition->stopped = line[7] == 'T' || line[7] == 't';
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (memcmp(line, fields[i].field, 7) != 0 ||
		    number_read(line + 8, size - 8, 16, 0, ULLONG_MAX, &bits) == -1)
			continue;
		for (number = 1; number <= 64; number++)
			if (bits >> (number - 1) & 1)
				signal_set_add(fields[i].set, number);
	}
}

int
disposition_of(pid_t pid, struct disposition *disposition)
{
	struct record_reader reader;
	int fd = open_status(pid), got;
	const char *line;
	size_t size;

	if (fd == -1)
		return -1;
	*disposition = (struct disposition){.stopped = false};
	record_open(&reader, fd, RECORD_LINE, LINE);
	while ((got = record_next(&reader, &line, &size)) == 1)
		read_line(disposition, line, size);
	record_close(&reader);
	close(fd);
	return got;
}

unsigned long long
pending_limit(pid_t pid)
{
	struct rlimit signals;

	if (prlimit(pid, RLIMIT_SIGPENDING, NULL, &signals) == -1 || signals.rlim_cur == RLIM_INFINITY)
		return ULLONG_MAX;
	return signals.rlim_cur;
}

static int
trace_pidfd_open(pid_t pid)
{
	return trace_call((int)TRACED(syscall(SYS_pidfd_open, pid, 0)), "pidfd_open(%ld, 0)", (long)pid);
}

static int
hold_process(pid_t pid)
{
	struct rlimit files;
	int fd = trace_pidfd_open(pid);

	/* The soft limit may be too low for a descriptor for each of many processes. */
	if (fd == -1 && errno == EMFILE && getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
		fd = trace_pidfd_open(pid);
	}
	/* Kernels before 6.14 say EINVAL of a thread. Other causes are an old kernel, or a sandbox. */
	if (fd == -1 && errno == EINVAL)
		errno = ENOENT;
	if (fd == -1 && errno != ESRCH && errno != ENOENT && errno != EMFILE && errno != ENFILE && errno != ENOMEM)
		errno = ENOTSUP;
	return fd;
}

void
pidfd_order_add(int *order, int pidfd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = pidfd};

	if (*order == 0)
		*order = epoll_create1(EPOLL_CLOEXEC);
	(void)epoll_ctl(*order, EPOLL_CTL_ADD, pidfd, &event);
}

int
pidfd_order_next(int order)
{
	struct epoll_event event;

	return order > 0 && epoll_wait(order, &event, 1, 0) == 1 ? event.data.fd : -1;
}

bool
thread_only(pid_t pid)
{
	return syscall(SYS_tgkill, pid, pid, 0) == -1 && errno == ESRCH && (kill(pid, 0) == 0 || errno == EPERM);
}

/* Open a descriptor for a process of a group, unless it has ended or left the group. */
static int
hold_member(pid_t pid, pid_t group)
{
	struct pollfd ended = {.fd = hold_process(pid), .events = POLLIN};

	if (ended.fd == -1)
		return -1;
	/* By now the process id may be that of another process. */
	if (getpgid(pid) == group && poll(&ended, 1, 0) == 0)
		return ended.fd;
	close(ended.fd);
	return error_set(ESRCH);
}

/* Open a descriptor for any live process of a group but this one. */
static int
hold_group(pid_t group)
{
	DIR *proc = proc_usable() ? opendir("/proc") : NULL;
	struct dirent *entry;
	unsigned long long pid;
	/* /proc may hide other users' processes, so a group without a visible process need not have ended. */
	int fd = -1, error = ENOTSUP;

	while (proc && fd == -1 && (entry = readdir(proc))) {
		if (number_parse(entry->d_name, 1, INT_MAX, &pid) == -1 || getpgid((pid_t)pid) != group)
			continue;
		error = ESRCH;
		if ((pid_t)pid == getpid() || (fd = hold_member((pid_t)pid, group)) != -1 || errno == ESRCH)
			continue;
		error = errno;
		break;
	}
	if (proc)
		closedir(proc);
	if (fd == -1)
		errno = error;
	return fd;
}

int
pidfd_hold(pid_t pid)
{
	return pid < 0 ? hold_group(-pid) : hold_process(pid);
}

int
pidfd_signal(int pidfd, int number, const int *value)
{
	siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
	char name[SIGNAL_NAME_SIZE];
	int result;

	if (value) {
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value.sival_int = *value;
	}
	result = (int)TRACED(syscall(SYS_pidfd_send_signal, pidfd, number, value ? &info : NULL, 0));
	if (!trace_on)
		return result;
	signal_name_macro(number, name);
	if (value)
		trace_call(
		    result, "pidfd_send_signal(%d, %s, {si_code=SI_QUEUE, sival_int=%d}, 0)", pidfd, name, *value);
	else
		trace_call(result, "pidfd_send_signal(%d, %s, NULL, 0)", pidfd, name);
	return result;
}
