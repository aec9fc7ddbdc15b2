/*
 * signal_set.h: sets of signals, the mask and the dispositions of this process, for all signals of the kernel. The C
 * library refuses the signals that it keeps for itself.
 */
#ifndef BASE_SIGNAL_SET_H
#define BASE_SIGNAL_SET_H

#include <signal.h>
#include <stdbool.h>

/*
 * The first real-time signal of the system's own programs. The Makefile defines it if this program is linked with a C
 * library that has another first signal.
 */
#ifndef REALTIME_FIRST
#define REALTIME_FIRST SIGRTMIN
#endif

/* Add a signal, from 1 to SIGRTMAX, to set. See sigaddset(3). */
void signal_set_add(sigset_t *set, int number);

/* Return true if set has the signal. See sigismember(3). */
bool signal_set_has(const sigset_t *set, int number);

/*
 * Change the mask of this process, and store the former mask in *old unless that is NULL. Returns 0 or -1. See
 * sigprocmask(2).
 */
int signal_set_change(int how, const sigset_t *set, sigset_t *old);

/* Set the disposition of a signal: SIG_DFL, SIG_IGN, or a handler. Returns 0, or -1 with errno of sigaction(2). */
int signal_set_disposition(int number, void (*handler)(int));

#endif
