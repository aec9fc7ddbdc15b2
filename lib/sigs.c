/*
 * sigs.c: the signals that end a command. A handler only sets a flag. A signal that comes between the look at the flag
 * and a system call that then waits is noticed at that wait's next tick (DEADLINE_TICK).
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "ipc7.h"

/* What sigs_setup changes. The first three are caught. */
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGPIPE, SIGCHLD};

#define CAUGHT 3
#define COUNT  (sizeof(numbers) / sizeof(numbers[0]))

static volatile sig_atomic_t caught;
static struct sigaction inherited[COUNT];
static sigset_t inherited_mask, held_mask;

static void catch (int number)
{
	if (!caught)
		caught = number;
}

static void
interrupt(int number)
{
	(void)number;
}

int
sigs_setup(void)
{
	struct sigaction action = {.sa_flags = 0};
	sigset_t alarm;
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < COUNT; i++) {
		if (numbers[i] == SIGCHLD || i < CAUGHT) {
			if (sigaction(numbers[i], NULL, &inherited[i]) == -1)
				return -1;
			if (numbers[i] == SIGCHLD || inherited[i].sa_handler == SIG_IGN)
				continue;
		}
		action.sa_handler = i < CAUGHT ? catch : numbers[i] == SIGPIPE ? SIG_IGN : interrupt;
		if (sigaction(numbers[i], &action, i < CAUGHT ? NULL : &inherited[i]) == -1)
			return -1;
	}
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	return sigprocmask(SIG_UNBLOCK, &alarm, &inherited_mask);
}

int
sigs_caught(void)
{
	return caught;
}

void
sigs_restore(void)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		sigaction(numbers[i], &inherited[i], NULL);
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
	struct sigaction action = {.sa_handler = interrupt};
	sigset_t set;
	size_t i;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGCHLD, &action, NULL) == -1)
		return -1;
	sigemptyset(&set);
	for (i = 0; i < CAUGHT; i++)
		sigaddset(&set, numbers[i]);
	sigaddset(&set, SIGCHLD);
	return sigprocmask(SIG_BLOCK, &set, &held_mask);
}

void
sigs_pause(void)
{
	sigset_t set = held_mask;

	sigdelset(&set, SIGCHLD);
	sigsuspend(&set);
}

void
sigs_release(void)
{
	sigprocmask(SIG_SETMASK, &held_mask, NULL);
}
