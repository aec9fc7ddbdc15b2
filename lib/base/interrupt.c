/*
 * interrupt.c: the signals that end a command. A handler sets a flag and requests SIGALRM every second from then on: a
 * signal that comes just before a blocking system call would otherwise be noticed only when the call returns. alarm(2) is
 * safe in a handler and costs nothing while no signal comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/signal_set.h"

/* Signals whose default action ends a process, without those that report a fault of the program and real-time signals. */
static const int ending[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGPROF, SIGVTALRM, SIGPOLL};

/* Signals that are ignored, so that a write beyond RLIMIT_FSIZE or to a pipe without a reader fails. */
static const int spared[] = {SIGPIPE, SIGXFSZ};

/* Signals that only interrupt a system call. */
static const int others[] = {SIGURG, SIGCHLD};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static volatile sig_atomic_t first, came[COUNT(ending)];
static struct sigaction inherited[COUNT(ending)], inherited_others[COUNT(others)], inherited_alarm,
    inherited_spared[COUNT(spared)];
static sigset_t inherited_mask, held_mask;
static bool sparing, handling;
static volatile int wake = -1;

/* Wakes up a loop that is blocked in poll(2). */
static void
ring(void)
{
	int saved = errno;

	if (wake != -1 && write(wake, "", 1) == -1)
		errno = saved;
}

static void
notice(int number, siginfo_t *info, void *context)
{
	bool sent = info->si_code <= 0 || info->si_code == SI_USER || info->si_code == SI_QUEUE;
	size_t i;

	(void)context;
	ring();
	alarm(1);
	if (first && number == SIGALRM)
		return;
	if (!first)
		first = number;
	for (i = 0; i < COUNT(ending); i++)
		if (ending[i] == number)
			came[i] = sent;
}

static void
interrupt(int number)
{
	ring();
	if (number == SIGALRM && first)
		alarm(1);
}

int
interrupt_spare(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	size_t i;

	if (sparing)
		return 0;
	sparing = true;
	sigemptyset(&ignore.sa_mask);
	if (signal_set_change(SIG_BLOCK, NULL, &inherited_mask) == -1)
		return -1;
	for (i = 0; i < COUNT(spared); i++) {
		/* A blocked signal does no harm, and may be pending for the program that this process becomes. */
		bool blocked = signal_set_has(&inherited_mask, spared[i]);

		if (sigaction(spared[i], blocked ? NULL : &ignore, &inherited_spared[i]) == -1)
			return -1;
	}
	return 0;
}

int
interrupt_setup(void)
{
	struct sigaction caught = {.sa_sigaction = notice, .sa_flags = SA_SIGINFO}, plain = {.sa_handler = interrupt};
	sigset_t mask;
	size_t i;

	if (handling)
		return 0;
	handling = true;
	if (interrupt_spare() == -1)
		return -1;
	mask = inherited_mask;
	sigdelset(&mask, SIGURG);
	sigdelset(&mask, SIGALRM);
	sigdelset(&mask, SIGCHLD);
	sigemptyset(&caught.sa_mask);
	sigemptyset(&plain.sa_mask);
	for (i = 0; i < COUNT(others); i++)
		if (sigaction(others[i], &plain, &inherited_others[i]) == -1)
			return -1;
	if (sigaction(SIGALRM, &plain, &inherited_alarm) == -1)
		return -1;
	/* musl unblocks two signals with the first handler; one of them is a real-time signal of other programs. */
	if (signal_set_change(SIG_SETMASK, &mask, NULL) == -1)
		return -1;
	/* SIGALRM that was ignored or blocked ends nothing, but the handler is still needed. */
	for (i = 0; i < COUNT(ending); i++) {
		if (ending[i] == SIGALRM &&
		    (inherited_alarm.sa_handler == SIG_IGN || sigismember(&inherited_mask, SIGALRM)))
			continue;
		if (sigaction(ending[i], &caught, &inherited[i]) == -1)
			return -1;
		if (inherited[i].sa_handler == SIG_IGN && sigaction(ending[i], &inherited[i], NULL) == -1)
			return -1;
	}
	return 0;
}

int
interrupt_wake(void)
{
	int ends[2], i;

	if (pipe(ends) == -1)
		return -1;
	for (i = 0; i < 2; i++) {
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
		fcntl(ends[i], F_SETFL, O_NONBLOCK);
	}
	wake = ends[1];
	return ends[0];
}

int
interrupt_caught(void)
{
	return first;
}

int
interrupt_take(void)
{
	size_t i;

	for (i = 0; i < COUNT(ending); i++) {
		if (came[i]) {
			came[i] = 0;
			return ending[i];
		}
	}
	return 0;
}

void
interrupt_forget(void)
{
	alarm(0);
	first = 0;
}

void
interrupt_give_back(void)
{
	size_t i;

	for (i = 0; i < COUNT(ending) && handling; i++)
		sigaction(ending[i], ending[i] == SIGALRM ? &inherited_alarm : &inherited[i], NULL);
	for (i = 0; i < COUNT(others) && handling; i++)
		sigaction(others[i], &inherited_others[i], NULL);
	for (i = 0; i < COUNT(spared); i++)
		if (!signal_set_has(&inherited_mask, spared[i]))
			sigaction(spared[i], &inherited_spared[i], NULL);
	signal_set_change(SIG_SETMASK, &inherited_mask, NULL);
}

void
interrupt_restore(void)
{
	interrupt_give_back();
	sparing = handling = false;
}

void
interrupt_awaited(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (i = 0; i < COUNT(ending); i++)
		if (inherited[i].sa_handler != SIG_IGN)
			sigaddset(set, ending[i]);
}

void
interrupt_raise(int number)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int
interrupt_block(sigset_t *before)
{
	sigset_t set;

	signal_set_fill(&set);
	return signal_set_change(SIG_BLOCK, &set, before);
}

void
interrupt_unblock(const sigset_t *before)
{
	signal_set_change(SIG_SETMASK, before, NULL);
}

int
interrupt_hold(void)
{
	return interrupt_block(&held_mask);
}

void
interrupt_pause(void)
{
	sigset_t set = held_mask;

	sigdelset(&set, SIGCHLD);
	sigaddset(&set, SIGURG);
	sigsuspend(&set);
}

void
interrupt_release(void)
{
	interrupt_unblock(&held_mask);
}
