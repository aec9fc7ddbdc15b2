/*
 * portable.c for POSIX, which has no further signals, and does not tell about other processes.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "signals/internal.h"
#include "signals/signals.h"

const struct signal_name signals_more[] = {{0, NULL, NULL, NULL}};

bool
signals_kept(int number)
{
	sigset_t set;

	sigemptyset(&set);
	return sigaddset(&set, number) == -1;
}

const char *
signals_code(int code)
{
	(void)code;
	return NULL;
}

int
signals_look(pid_t pid, struct disposition *disposition)
{
	(void)pid;
	(void)disposition;
	errno = ENOTSUP;
	return -1;
}
