/*
 * signals.c for POSIX, which has no further signals, and does not tell about other processes.
 */
#include <errno.h>

#include "../backend.h"

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

void
signals_fill(sigset_t *set)
{
	sigfillset(set);
}

void
signals_add(sigset_t *set, int number)
{
	sigaddset(set, number);
}

bool
signals_has(const sigset_t *set, int number)
{
	return sigismember(set, number) == 1;
}

int
signals_change(int how, const sigset_t *set, sigset_t *old)
{
	return sigprocmask(how, set, old);
}

int
signals_treat(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL);
}

int
signals_look(pid_t pid, struct treatment *treatment)
{
	(void)pid;
	(void)treatment;
	errno = ENOTSUP;
	return -1;
}
