/*
 * portable.c: POSIX alone has no further signals, no view of other processes, and no name for a process but its process
 * id.
 */
#include <errno.h>
#include <limits.h>

#include "base/error.h"
#include "signals/internal.h"

const struct signal_name system_names[] = {{0}};
const struct signal_code system_codes[] = {{0}};

bool
signal_reserved(int number)
{
	sigset_t set;

	sigemptyset(&set);
	return sigaddset(&set, number) == -1;
}

static int
unsupported(void)
{
	return error_set(ENOTSUP);
}

int
disposition_of(pid_t pid, struct disposition *disposition)
{
	(void)pid;
	(void)disposition;
	return unsupported();
}

int
pidfd_hold(pid_t pid)
{
	(void)pid;
	return unsupported();
}

void
pidfd_order_add(int *order, int pidfd)
{
	(void)order;
	(void)pidfd;
}

int
pidfd_order_next(int order)
{
	(void)order;
	return -1;
}

bool
thread_only(pid_t pid)
{
	(void)pid;
	return false;
}

int
pidfd_signal(int pidfd, int number, const int *value)
{
	(void)pidfd;
	(void)number;
	(void)value;
	return unsupported();
}

bool
proc_usable(void)
{
	return false;
}

unsigned long long
pending_limit(pid_t pid)
{
	(void)pid;
	return ULLONG_MAX;
}
