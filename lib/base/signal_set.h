/*
 * signal_set.h: sets of signals, and what this process does with each, for all signals of the kernel.
 */
#ifndef BASE_SIGNAL_SET_H
#define BASE_SIGNAL_SET_H

#include <signal.h>
#include <stdbool.h>

/*
 * The first real-time signal of the system's own programs; the Makefile gives it where the C library that this is linked
 * with has another.
 */
#ifndef REALTIME_FIRST
#define REALTIME_FIRST SIGRTMIN
#endif

/*
 * sigfillset(3), sigaddset(3), sigismember(3), sigprocmask(2), and sigaction(2) with SIG_DFL or SIG_IGN, for all signals
 * of the kernel.
 */
void signal_set_fill(sigset_t *set);
void signal_set_add(sigset_t *set, int number);
bool signal_set_has(const sigset_t *set, int number);
int signal_set_change(int how, const sigset_t *set, sigset_t *old);
int signal_set_treat(int number, void (*handler)(int));

#endif
