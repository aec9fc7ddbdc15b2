/*
 * linux.c: starts a COMMAND by vfork(2), which copies no page tables. The child stores the errno value of the call that
 * failed in memory that it shares with its parent. A signalfd(2) reports the end of children without a signal handler.
 * A process can die with its parent.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "process/child.h"
#include "process/internal.h"

pid_t
launch_start(const struct launch *launch)
{
	volatile int error = 0;
	pid_t pid;

	/* A handler that ran in the child would change the parent's memory. */
	if (interrupt_hold() == -1)
		return -1;
	pid = vfork();
	if (pid == 0) {
		error = launch_child(launch);
		_exit(STATUS_NOEXEC);
	}
	if (pid == -1) {
		error = errno;
	} else if (error) {
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	interrupt_release();
	errno = error;
	return error ? -1 : pid;
}

void
launch_mortal(pid_t parent)
{
	/* The parent may have ended before the call. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() != parent)
		raise(SIGTERM);
}

int
child_watch(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd != -1)
		sigprocmask(SIG_BLOCK, &set, NULL);
	return fd;
}
