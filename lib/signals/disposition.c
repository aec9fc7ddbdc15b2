/*
 * disposition.c: what a process does with signals: blocked, ignored, by default.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "base/signal_set.h"
#include "base/text.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/signals.h"

int
disposition_add(sigset_t *set, int number)
{
	if (signals_kept(number)) {
		errno = EINVAL;
		return -1;
	}
	signal_set_add(set, number);
	return 0;
}

bool
disposition_has(const sigset_t *set, int number)
{
	return signal_set_has(set, number);
}

void
disposition_fill(sigset_t *set)
{
	int number;

	for (number = 1; number <= signal_name_last(); number++)
		if (number != SIGKILL && number != SIGSTOP && !signals_kept(number))
			signal_set_add(set, number);
}

void
disposition_format(struct text *text, const sigset_t *set)
{
	char room[SIGNAL_NAME_SIZE];
	const char *gap = "";
	int number;

	text_format(text, "[");
	for (number = 1; number <= signal_name_last(); number++) {
		if (!signal_set_has(set, number))
			continue;
		text_format(text, "%s%s", gap, signal_name_format(number, room));
		gap = " ";
	}
	text_format(text, "]");
}

static bool
empty(const sigset_t *set)
{
	int number;

	for (number = 1; number <= signal_name_last(); number++)
		if (signal_set_has(set, number))
			return false;
	return true;
}

static int
change(int how, const char *name, const sigset_t *set)
{
	int result;

	if (empty(set))
		return 0;
	result = signal_set_change(how, set, NULL);

	if (trace_on) {
		struct text call = {0};

		text_format(&call, "sigprocmask(%s, ", name);
		disposition_format(&call, set);
		text_format(&call, ", NULL)");
		trace_end(&call, result);
	}
	return result;
}

int
disposition_block(const sigset_t *set)
{
	return change(SIG_BLOCK, "SIG_BLOCK", set);
}

static int
treat(const sigset_t *set, void (*handler)(int), const char *name)
{
	char room[SIGNAL_NAME_SIZE];
	int number, result;

	for (number = 1; number <= signal_name_last(); number++) {
		if (!signal_set_has(set, number) || number == SIGKILL || number == SIGSTOP)
			continue;
		result = signal_set_treat(number, handler);
		if (trace_on)
			trace_call(
			    result, "sigaction(%s, {sa_handler=%s}, NULL)", signal_name_macro(number, room), name);
		if (result == -1)
			return -1;
	}
	return 0;
}

int
disposition_default(int number)
{
	sigset_t set;

	sigemptyset(&set);
	signal_set_add(&set, number);
	return treat(&set, SIG_DFL, "SIG_DFL");
}

int
disposition_ignore(const sigset_t *set)
{
	return treat(set, SIG_IGN, "SIG_IGN");
}

/* True if set has all signals that can be in one. */
static bool
full(const sigset_t *set)
{
	sigset_t all;
	int number;

	sigemptyset(&all);
	disposition_fill(&all);
	for (number = 1; number <= signal_name_last(); number++)
		if (signal_set_has(&all, number) && !signal_set_has(set, number))
			return false;
	return true;
}

int
disposition_reset(const sigset_t *set)
{
	int number;

	/* All is all: who inherits what the C library keeps as ignored cannot name it. */
	for (number = 1; number <= signal_name_last(); number++)
		if (signals_kept(number) && full(set))
			(void)signal_set_treat(number, SIG_DFL);
	return treat(set, SIG_DFL, "SIG_DFL") == -1 ? -1 : change(SIG_UNBLOCK, "SIG_UNBLOCK", set);
}

int
disposition_of(pid_t pid, struct disposition *disposition)
{
	return signals_look(pid, disposition);
}
