/*
 * portable_process.c for POSIX, where nothing but its number stands for a process that is not one's child.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#include "signals/internal.h"

bool
handle_proc(void)
{
	return false;
}

int
handle_open(pid_t pid)
{
	(void)pid;
	errno = ENOTSUP;
	return -1;
}

int
handle_member(pid_t group)
{
	return handle_open(group);
}

int
handle_signal(int fd, int number, const int *value)
{
	(void)number;
	(void)value;
	return handle_open(fd);
}

unsigned long long
handle_limit(pid_t pid)
{
	(void)pid;
	return ULLONG_MAX;
}
