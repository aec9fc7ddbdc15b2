/*
 * linux_pidfd.c: a descriptor that stands for a process for as long as it is open, whatever becomes of the process id. It
 * takes signals, and poll(2) waits for the end of its process. See pidfd_open(2), pidfd_send_signal(2).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/number.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/names.h"

static int
trace_pidfd_open(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (trace_on)
		trace_call(fd, "pidfd_open(%ld, 0)", (long)pid);
	return fd;
}

static int
trace_pidfd_send_signal(int pidfd, int number, siginfo_t *info)
{
	int result = (int)syscall(SYS_pidfd_send_signal, pidfd, number, info, 0);
	char name[SIGNAL_NAME_SIZE];

	if (!trace_on)
		return result;
	signal_name_macro(number, name);
	if (info)
		trace_call(result, "pidfd_send_signal(%d, %s, {si_code=SI_QUEUE, sival_int=%d}, 0)", pidfd, name,
		    info->si_value.sival_int);
	else
		trace_call(result, "pidfd_send_signal(%d, %s, NULL, 0)", pidfd, name);
	return result;
}

static int
hold_process(pid_t pid)
{
	struct rlimit files;
	int fd = trace_pidfd_open(pid);

	/* Each process takes a descriptor, which the soft limit is not meant for. */
	if (fd == -1 && errno == EMFILE && getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
		fd = trace_pidfd_open(pid);
	}
	/* An old kernel, a sandbox, or the id of a thread. */
	if (fd == -1 && errno != ESRCH && errno != EMFILE && errno != ENFILE && errno != ENOMEM)
		errno = ENOTSUP;
	return fd;
}

/* Open a descriptor for a process of a group, unless it has ended or left the group. */
static int
hold_member(pid_t pid, pid_t group)
{
	struct pollfd ended = {.fd = hold_process(pid), .events = POLLIN};

	if (ended.fd == -1)
		return -1;
	/* Another process may have got the process id by now. */
	if (getpgid(pid) == group && poll(&ended, 1, 0) == 0)
		return ended.fd;
	close(ended.fd);
	errno = ESRCH;
	return -1;
}

/* Open a descriptor for any live process of a group but this one. */
static int
hold_group(pid_t group)
{
	DIR *proc = proc_usable() ? opendir("/proc") : NULL;
	struct dirent *entry;
	unsigned long long pid;
	int fd = -1, error = 0;
	bool seen = false;

	while (proc && fd == -1 && !error && (entry = readdir(proc))) {
		if (number_parse(entry->d_name, 1, INT_MAX, &pid) == -1 || getpgid((pid_t)pid) != group)
			continue;
		seen = true;
		if ((pid_t)pid == getpid())
			continue;
		fd = hold_member((pid_t)pid, group);
		if (fd == -1 && errno != ESRCH)
			error = errno;
	}
	if (proc)
		closedir(proc);
	/* /proc may hide other users' processes, so a group of which none is seen need not have ended. */
	if (fd == -1)
		errno = error ? error : seen ? ESRCH : ENOTSUP;
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

	if (value) {
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value.sival_int = *value;
	}
	return trace_pidfd_send_signal(pidfd, number, value ? &info : NULL);
}
