/*
 * interrupt.h: the signals that end a command: catching them, checking for them, and giving a COMMAND the inherited
 * state.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#include "base/checked.h"

/*
 * Catch the signals that end a process (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGPROF,
 * SIGVTALRM, SIGPOLL), except those that were ignored on entry; ignore SIGPIPE and SIGXFSZ, so that writes fail with
 * EPIPE and EFBIG; let SIGURG and SIGCHLD interrupt system calls. After a caught signal SIGALRM interrupts every
 * second. Unblock the last three, unless interrupt_spare was called before. Do nothing in a second call. Returns 0, or
 * -1 with errno of sigaction(2). See alarm(3p).
 */
int interrupt_setup(void);

/*
 * Ignore SIGPIPE and SIGXFSZ as interrupt_setup does, and catch nothing: for a command that handles signals itself and
 * has nothing to clean up. Returns 0, or -1 with errno of sigaction(2).
 */
int interrupt_spare(void);

/*
 * Let poll(2) notice the signals that have a handler here. Returns a non-blocking descriptor that each such signal
 * makes readable, and that the caller reads until it is empty; or -1 with errno of pipe(2). A second call replaces the
 * first.
 */
CHECKED int interrupt_wake(void);

/* Return the number of the signal that was caught first, or 0. */
int interrupt_caught(void);

/*
 * Return true if the call that has just failed with this errno value is made again: a signal interrupted it that ends
 * nothing, such as SIGCHLD or SIGCONT.
 */
bool interrupt_again(void);

/*
 * Return the number of a caught signal that this function has not returned yet, or 0. A signal of the kernel, such as
 * SIGINT from the terminal, is left out, because it reaches a COMMAND of the same process group anyway.
 */
int interrupt_take(void);

/* Return the number of a caught signal that this function has not returned yet, whoever sent it, or 0. */
int interrupt_next(void);

/* Return true if a process sent the signal, rather than the kernel or the terminal. See sigaction(2). */
bool interrupt_sent(const siginfo_t *info);

/* Forget all caught signals, which were passed on to a COMMAND whose end decides the exit status. */
void interrupt_forget(void);

/*
 * Give all signals the dispositions and the mask from before interrupt_setup or interrupt_spare. Use
 * interrupt_give_back in a child, during a hold, if only exec follows: it leaves to exec what exec resets, and may be
 * called in a child of vfork(2), whose parent then calls interrupt_release.
 */
void interrupt_restore(void);
void interrupt_give_back(void);

/*
 * Block all signals during a step that must not be left half done. Calls nest. Returns 0, or -1 with errno of
 * sigprocmask(2).
 */
int interrupt_hold(void);

/*
 * Wait, during a hold, until a signal has been handled. Signals that were blocked before the hold do not end the wait,
 * nor does SIGURG. The signals are blocked again on return.
 */
void interrupt_pause(void);

/*
 * Wait, during a hold, for the end of a child or for a signal that would end this process, even if it has no handler
 * here. The signal then counts as caught. Call interrupt_take first. Returns the number of the signal if a process sent
 * it, or 0. See sigwaitinfo(3p).
 */
CHECKED int interrupt_wait(void);

/* Undo one interrupt_hold; the outermost call restores the mask. */
void interrupt_release(void);

/*
 * Store in set SIGCHLD, SIGWINCH and all signals that would end this process, even those that were blocked on entry,
 * but none that was ignored on entry.
 */
void interrupt_awaited(sigset_t *set);

/* End the process by the default action of a signal. */
void interrupt_raise(int number);

#endif
