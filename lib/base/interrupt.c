/*
 * interrupt.c: the signals that end a command. A handler sets a flag and requests SIGALRM every second from then on: a
 * signal that comes just before a blocking system call would otherwise be noticed only when the call returns. alarm(2)
 * is safe in a handler and costs nothing while no signal comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/signal_set.h"

/* The part that a signal plays in this process, if the process does not leave the signal alone. */
enum part {
	ENDS,       /* noticed: its default action ends a process, and no fault of the program raises it */
	INTERRUPTS, /* a signal that may interrupt system calls */
	SPARED      /* ignored, so that a write beyond RLIMIT_FSIZE or to a pipe without a reader fails */
};

static const struct {
	int number;
	enum part part;
} signals[] = {{SIGINT, ENDS}, {SIGTERM, ENDS}, {SIGHUP, ENDS}, {SIGQUIT, ENDS}, {SIGALRM, ENDS}, {SIGUSR1, ENDS},
    {SIGUSR2, ENDS}, {SIGXCPU, ENDS}, {SIGPROF, ENDS}, {SIGVTALRM, ENDS}, {SIGPOLL, ENDS}, {SIGURG, INTERRUPTS},
    {SIGCHLD, INTERRUPTS}, {SIGPIPE, SPARED}, {SIGXFSZ, SPARED}};

#define COUNT (sizeof(signals) / sizeof(signals[0]))

/* Where a signal came from that was caught and not yet taken. */
enum { NOWHERE, KERNEL, PROCESS };

static volatile sig_atomic_t first, came[COUNT];
static struct sigaction inherited[COUNT];
static sigset_t inherited_mask, held_mask;
static unsigned int holds;
static bool sparing, handling;
static volatile sig_atomic_t given_back; /* this is a child that is about to become a COMMAND */
static volatile int wake = -1;

bool
interrupt_sent(const siginfo_t *info)
{
	return info->si_code <= 0 || info->si_code == SI_USER || info->si_code == SI_QUEUE;
}

/* Wake up a loop that is blocked in poll(2). */
static void
ring(void)
{
	int saved = errno;

	if (wake != -1 && write(wake, "", 1) == -1)
		errno = saved;
}

/* Let a signal have its effect on a COMMAND instead of on this process. Returns false if there is no COMMAND. */
static bool
pass_on(int number)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	if (!given_back)
		return false;
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
	/* raise(3) could mean the parent, with which a child of vfork(2) shares its memory. */
	kill(getpid(), number);
	return true;
}

static void
notice(int number, siginfo_t *info, void *context)
{
	bool sent = interrupt_sent(info);
	size_t i;

	(void)context;
	if (pass_on(number))
		return;
	ring();
	alarm(1);
	if (first && number == SIGALRM)
		return;
	if (!first)
		first = number;
	for (i = 0; i < COUNT; i++)
		if (signals[i].number == number)
			came[i] = sent || came[i] == PROCESS ? PROCESS : KERNEL;
}

static void
interrupt(int number)
{
	if (pass_on(number))
		return;
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
	for (i = 0; i < COUNT; i++) {
		/*
		 * A blocked signal ends nothing, and may be pending for the program that this process becomes. It keeps
		 * its disposition.
		 */
		bool blocked = signal_set_has(&inherited_mask, signals[i].number);

		if (signals[i].part == SPARED &&
		    sigaction(signals[i].number, blocked ? NULL : &ignore, &inherited[i]) == -1)
			return -1;
	}
	return 0;
}

/*
 * Install the handler of a signal. Keep a signal of ENDS ignored if it was ignored on entry; SIGALRM then gets a
 * handler that only interrupts. Returns 0, or -1 with errno of sigaction(2).
 */
static int
handle(int number, enum part part, struct sigaction *before)
{
	struct sigaction noticed = {.sa_sigaction = notice, .sa_flags = SA_SIGINFO}, plain = {.sa_handler = interrupt};

	bool ends = part == ENDS;

	sigemptyset(&noticed.sa_mask);
	sigemptyset(&plain.sa_mask);
	if (sigaction(number, NULL, before) == -1)
		return -1;
	/*
	 * SIGALRM that was ignored or blocked on entry must not end the command. It needs a handler all the same,
	 * because it comes every second after a caught signal.
	 */
	if (number == SIGALRM && (before->sa_handler == SIG_IGN || sigismember(&inherited_mask, SIGALRM)))
		ends = false;
	else if (ends && before->sa_handler == SIG_IGN)
		return 0;
	return sigaction(number, ends ? &noticed : &plain, NULL);
}

int
interrupt_setup(void)
{
	bool own = sparing;
	sigset_t mask;
	size_t i;

	if (handling)
		return 0;
	handling = true;
	if (interrupt_spare() == -1)
		return -1;
	for (i = 0; i < COUNT; i++)
		if (signals[i].part != SPARED && handle(signals[i].number, signals[i].part, &inherited[i]) == -1)
			return -1;
	mask = inherited_mask;
	/* A command that handles signals itself may wait for one that was blocked on entry, and pending. */
	if (!own) {
		sigdelset(&mask, SIGURG);
		sigdelset(&mask, SIGALRM);
		sigdelset(&mask, SIGCHLD);
	}
	/*
	 * musl unblocks two signals when the first handler is installed; other programs use one of them as a real-time
	 * signal.
	 */
	return signal_set_change(SIG_SETMASK, &mask, NULL);
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

bool
interrupt_again(void)
{
	return errno == EINTR && !interrupt_caught();
}

/* Return the number of a caught signal that came from there, or from a process, or 0. Take the first signal first. */
static int
take(int from)
{
	size_t i, found = COUNT;

	for (i = 0; i < COUNT; i++)
		if (came[i] >= from && (found == COUNT || signals[i].number == first))
			found = i;
	if (found == COUNT)
		return 0;
	came[found] = NOWHERE;
	return signals[found].number;
}

int
interrupt_take(void)
{
	return take(PROCESS);
}

int
interrupt_next(void)
{
	return take(KERNEL);
}

void
interrupt_forget(void)
{
	size_t i;

	/* A signal that comes meanwhile stays pending, and counts as caught after the call. */
	(void)interrupt_hold();
	for (i = 0; i < COUNT; i++)
		came[i] = NOWHERE;
	first = 0;
	alarm(0);
	interrupt_release();
}

/*
 * Return true if exec does not give back the disposition of a signal by itself: it is ignored now, or it has a handler
 * now and was ignored on entry.
 */
static bool
stays(size_t i)
{
	if (signals[i].part == SPARED)
		return !signal_set_has(&inherited_mask, signals[i].number);
	return handling && inherited[i].sa_handler == SIG_IGN &&
	       (signals[i].part == INTERRUPTS || signals[i].number == SIGALRM);
}

/* Give back the mask and the dispositions; all: those too that exec gives back. */
static void
give_back(bool all)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (stays(i) || (all && handling && signals[i].part != SPARED))
			sigaction(signals[i].number, &inherited[i], NULL);
	signal_set_change(SIG_SETMASK, &inherited_mask, NULL);
}

void
interrupt_give_back(void)
{
	given_back = true;
	give_back(false);
}

void
interrupt_restore(void)
{
	give_back(true);
	sparing = handling = false;
}

void
interrupt_awaited(sigset_t *set)
{
	static const int others[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGURG, SIGPIPE, SIGXFSZ};
	struct sigaction action;
	int number;
	size_t i;

	sigemptyset(set);
	/* The disposition of a signal that the C library keeps for itself is not known. */
	for (number = 1; number <= SIGRTMAX; number++)
		if (sigaction(number, NULL, &action) == -1 || action.sa_handler != SIG_IGN)
			signal_set_add(set, number);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		sigdelset(set, others[i]);
}

void
interrupt_raise(int number)
{
	sigset_t set;

	signal_set_disposition(number, SIG_DFL);
	sigemptyset(&set);
	signal_set_add(&set, number);
	raise(number);
	signal_set_change(SIG_UNBLOCK, &set, NULL);
}

int
interrupt_hold(void)
{
	sigset_t all;
	int number;

	sigemptyset(&all);
	for (number = 1; number <= SIGRTMAX; number++)
		signal_set_add(&all, number);
	if (holds == 0 && signal_set_change(SIG_BLOCK, &all, &held_mask) == -1)
		return -1;
	holds++;
	return 0;
}

void
interrupt_pause(void)
{
	sigset_t set = held_mask;

	sigdelset(&set, SIGCHLD);
	sigaddset(&set, SIGURG);
	sigsuspend(&set);
}

int
interrupt_wait(void)
{
	sigset_t awaited, set, mask = held_mask, before;
	struct sigaction action;
	siginfo_t info;
	int number;

	interrupt_awaited(&awaited);
	sigdelset(&awaited, SIGWINCH);
	/* That handler only interrupts. */
	if (sigaction(SIGALRM, NULL, &action) == 0 && action.sa_handler == interrupt)
		sigdelset(&awaited, SIGALRM);
	sigemptyset(&set);
	signal_set_add(&mask, SIGURG);
	for (number = 1; number <= SIGRTMAX; number++) {
		if (!signal_set_has(&awaited, number) || signal_set_has(&held_mask, number))
			continue;
		signal_set_add(&set, number);
		signal_set_add(&mask, number);
	}
	/* The terminal can stop this process meanwhile. */
	if (signal_set_change(SIG_SETMASK, &mask, &before) == -1)
		return 0;
	number = sigwaitinfo(&set, &info);
	signal_set_change(SIG_SETMASK, &before, NULL);
	if (number == -1 || number == SIGCHLD)
		return 0;
	notice(number, &info, NULL);
	(void)take(PROCESS);
	return interrupt_sent(&info) ? number : 0;
}

void
interrupt_release(void)
{
	given_back = false;
	if (--holds == 0)
		signal_set_change(SIG_SETMASK, &held_mask, NULL);
}
