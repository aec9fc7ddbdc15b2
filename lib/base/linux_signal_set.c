/*
 * linux_signal_set.c: sets, mask and dispositions for all signals of the kernel.
 *
 * The C library refuses the real-time signals that it keeps for itself, and musl keeps one that programs with glibc
 * use. Therefore this file calls the kernel directly. See rt_sigprocmask(2), rt_sigaction(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/signal_set.h"

/* Bytes of the kernel's set of signals, with which the C library's begins. */
#define SET_SIZE ((size_t)_NSIG / CHAR_BIT)

void
signal_set_add(sigset_t *set, int number)
{
	unsigned long *words = (unsigned long *)(void *)set;
	unsigned int bit = (unsigned int)number - 1, width = sizeof(*words) * CHAR_BIT;

	words[bit / width] |= 1UL << bit % width;
}

bool
signal_set_has(const sigset_t *set, int number)
{
	const unsigned long *words = (const unsigned long *)(const void *)set;
	unsigned int bit = (unsigned int)number - 1, width = sizeof(*words) * CHAR_BIT;

	return words[bit / width] >> bit % width & 1;
}

int
signal_set_change(int how, const sigset_t *set, sigset_t *old)
{
	if (old)
		sigemptyset(old);
	return (int)syscall(SYS_rt_sigprocmask, how, set, old, SET_SIZE);
}

int
signal_set_disposition(int number, void (*handler)(int))
{
	/* The kernel's struct: handler, flags, one more word on some machines, mask. */
	struct {
		void (*handler)(int);
		unsigned long rest[8];
	} raw = {.handler = handler};
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	if (sigaction(number, &action, NULL) == 0)
		return 0;
	return errno == EINVAL ? (int)syscall(SYS_rt_sigaction, number, &raw, NULL, SET_SIZE) : -1;
}
