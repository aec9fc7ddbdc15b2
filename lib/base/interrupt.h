/*
 * interrupt.h: signals that end a command.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>

/*
 * Catches the signals that end a process (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGPROF,
 * SIGVTALRM, SIGPOLL; not those that were ignored on entry), ignores SIGPIPE and SIGXFSZ so that writes fail with EPIPE
 * and EFBIG, and lets SIGURG and SIGCHLD interrupt. After a caught signal SIGALRM interrupts every second. Called again
 * it does nothing. Source: sigaction(2), alarm(3p).
 */
int interrupt_setup(void);

/*
 * What interrupt_setup does about SIGPIPE and SIGXFSZ, and no more: for a command whose business signals are, and that has
 * nothing to clean up.
 */
int interrupt_spare(void);

/* From now on a signal that interrupts also makes the descriptor that is returned readable, for a loop in poll(2). */
int interrupt_wake(void);

/* The signal that was caught first, or 0. */
int interrupt_caught(void);

/*
 * A signal that was caught and not yet taken here, or 0. Only those that a process sent: what the kernel sends, such as
 * SIGINT from the terminal, goes to a COMMAND of the same process group as well.
 */
int interrupt_take(void);

/* Forgets the signals that were caught: they were passed on to a COMMAND, whose end is what counts. */
void interrupt_forget(void);

/* Gives all signals back the disposition and the mask that they had before interrupt_setup or interrupt_spare; before exec. */
void interrupt_restore(void);

/* The same in a child of vfork(2), which must not change the memory that it shares with its parent. */
void interrupt_give_back(void);

/* Block all signals and store the mask before; set that mask again. Calls may nest. See sigprocmask(2). */
int interrupt_block(sigset_t *before);
void interrupt_unblock(const sigset_t *before);

/* SIGCHLD, and the signals that interrupt_setup catches. */
void interrupt_awaited(sigset_t *set);

/* Ends the process by that signal's default action. */
void interrupt_raise(int number);

/* Blocks all signals: for child_run, and for what is not to be left half done. */
int interrupt_hold(void);

/* Waits until one of the signals that interrupt_hold blocked has come; they are blocked again on return. */
void interrupt_pause(void);

/* Undoes interrupt_hold. */
void interrupt_release(void);

#endif
