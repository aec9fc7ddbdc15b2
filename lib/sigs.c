/*
 * sigs.c: the signals that end a command. A handler sets a flag, and asks for SIGALRM a second later, and again, for
 * as long as the process is there: a signal that comes just before a system call that then waits would otherwise be
 * noticed only when the wait ends. alarm(2) is safe in a handler, and costs nothing while no signal comes.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "ipc7.h"

/* What sigs_setup catches: what ends a process and can be caught, but for what tells of a fault of the program. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};

/* And what else it changes. A write past RLIMIT_FSIZE shall fail, as one to a pipe without a reader. */
static const int others[] = {SIGPIPE, SIGXFSZ, SIGURG, SIGCHLD};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static volatile sig_atomic_t first, came[COUNT(ending)];
static struct sigaction inherited[COUNT(ending)], inherited_others[COUNT(others)];
static sigset_t inherited_mask, held_mask;

static void catch (int number)
{
	size_t i;

	alarm(1);
	if (first && number == SIGALRM)
		return;
	if (!first)
		first = number;
	for (i = 0; i < COUNT(ending); i++)
		if (ending[i] == number)
			came[i] = 1;
}

static void
interrupt(int number)
{
	(void)number;
}

int
sigs_setup(void)
{
	struct sigaction action = {.sa_handler = catch};
	sigset_t set;
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < COUNT(ending); i++) {
		if (sigaction(ending[i], &action, &inherited[i]) == -1)
			return -1;
		if (inherited[i].sa_handler == SIG_IGN && sigaction(ending[i], &inherited[i], NULL) == -1)
			return -1;
	}
	for (i = 0; i < COUNT(others); i++) {
		action.sa_handler = others[i] == SIGPIPE || others[i] == SIGXFSZ ? SIG_IGN : interrupt;
		if (sigaction(others[i], &action, &inherited_others[i]) == -1)
			return -1;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	return sigprocmask(SIG_UNBLOCK, &set, &inherited_mask);
}

int
sigs_caught(void)
{
	return first;
}

int
sigs_take(void)
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
sigs_forget(void)
{
	alarm(0);
	first = 0;
}

void
sigs_restore(void)
{
	size_t i;

	for (i = 0; i < COUNT(ending); i++)
		sigaction(ending[i], &inherited[i], NULL);
	for (i = 0; i < COUNT(others); i++)
		sigaction(others[i], &inherited_others[i], NULL);
	sigprocmask(SIG_SETMASK, &inherited_mask, NULL);
}

void
sigs_raise(int number)
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
sigs_hold(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < COUNT(ending); i++)
		sigaddset(&set, ending[i]);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGURG);
	return sigprocmask(SIG_BLOCK, &set, &held_mask);
}

void
sigs_pause(void)
{
	sigset_t set = held_mask;

	sigdelset(&set, SIGCHLD);
	sigaddset(&set, SIGURG);
	sigsuspend(&set);
}

void
sigs_release(void)
{
	sigprocmask(SIG_SETMASK, &held_mask, NULL);
}
