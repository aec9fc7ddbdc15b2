/*
 * portable_signal_set.c: sets, mask and dispositions by the calls of POSIX, which leave out the signals that the C
 * library keeps.
 */
#include <stddef.h>

#include "base/signal_set.h"

void
signal_set_add(sigset_t *set, int number)
{
	sigaddset(set, number);
}

bool
signal_set_has(const sigset_t *set, int number)
{
	return sigismember(set, number) == 1;
}

int
signal_set_change(int how, const sigset_t *set, sigset_t *old)
{
	return sigprocmask(how, set, old);
}

int
signal_set_disposition(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL);
}
