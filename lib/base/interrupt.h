/*
 * interrupt.h: the signals that end a command: catching them, looking for them, and handing a COMMAND what was inherited.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/*
 * Catch the signals that end a process (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGPROF,
 * SIGVTALRM, SIGPOLL), except those that were ignored on entry; ignore SIGPIPE and SIGXFSZ, so that writes fail with
 * EPIPE and EFBIG; let SIGURG and SIGCHLD interrupt system calls. After a caught signal SIGALRM interrupts every second.
 * A second call does nothing. Returns 0, or -1 with errno of sigaction(2). See alarm(3p).
 */
int interrupt_setup(void);

/*
 * Ignore SIGPIPE and SIGXFSZ as interrupt_setup does, and catch nothing: for a command that handles signals itself and
 * has nothing to clean up. Returns 0, or -1 with errno of sigaction(2).
 */
int interrupt_spare(void);

/*
 * Make signals that interrupt also visible to poll(2). Returns a descriptor that becomes readable with each, or -1 with
 * errno of pipe(2).
 */
int interrupt_wake(void);

/* Return the number of the signal that was caught first, or 0. */
int interrupt_caught(void);

/*
 * Return the number of a caught signal that was not yet taken, or 0. Only signals that a process sent are returned: a
 * signal of the kernel, such as SIGINT from the terminal, reaches a COMMAND of the same process group anyway.
 */
int interrupt_take(void);

/* Return true if a process sent the signal, and not the kernel or the terminal. See sigaction(2). */
bool interrupt_sent(const siginfo_t *info);

/* Forget all caught signals: they were passed on to a COMMAND, whose end decides the exit status. */
void interrupt_forget(void);

/*
 * Give all signals the dispositions and the mask from before interrupt_setup or interrupt_spare. interrupt_give_back is
 * for a child of vfork(2): it changes nothing in the memory that the child shares with its parent.
 */
void interrupt_restore(void);
void interrupt_give_back(void);

/*
 * Block all signals, for a step that must not be left half done. Calls nest. Returns 0, or -1 with errno of
 * sigprocmask(2).
 */
int interrupt_hold(void);

/* Wait until one of the signals that interrupt_hold blocks has come; they are blocked again on return. */
void interrupt_pause(void);

/* End what an interrupt_hold began: the last call sets the mask from before the first one. Keeps errno. */
void interrupt_release(void);

/* Store in set SIGCHLD and the signals that interrupt_setup catches. */
void interrupt_awaited(sigset_t *set);

/* End the process by the default action of a signal. */
void interrupt_raise(int number);

#endif
