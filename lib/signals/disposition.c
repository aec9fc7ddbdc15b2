/*
 * disposition.c: sets of signals that a user may name, and the effect of such signals on this process: block, ignore,
 * default.
 *
 * exec(3) keeps the mask and the signals that are ignored, so sigmask sets them here and then becomes COMMAND.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/names.h"

void
disposition_fill(sigset_t *set)
{
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		if (number != SIGKILL && number != SIGSTOP && !signal_reserved(number))
			signal_set_add(set, number);
}

/* Return true if set has all signals of part. */
static bool
includes(const sigset_t *set, const sigset_t *part)
{
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		if (signal_set_has(part, number) && !signal_set_has(set, number))
			return false;
	return true;
}

int
disposition_mask(int how, const sigset_t *set)
{
	sigset_t none;

	sigemptyset(&none);
	return includes(&none, set) ? 0 : trace_sigprocmask(how, set);
}

int
disposition_change(const sigset_t *set, void (*handler)(int))
{
	sigset_t all;
	bool reset;
	int number;

	/* A user cannot name the signals that the C library keeps, but a process may inherit them as ignored. */
	sigemptyset(&all);
	disposition_fill(&all);
	reset = handler == SIG_DFL && includes(set, &all);
	for (number = 1; number <= SIGRTMAX; number++) {
		if (reset && signal_reserved(number))
			(void)signal_set_disposition(number, SIG_DFL);
		else if (signal_set_has(set, number) && number != SIGKILL && number != SIGSTOP &&
		         trace_sigaction(number, handler) == -1)
			return -1;
	}
	return 0;
}

void
disposition_format(struct text *text, pid_t pid, const struct disposition *disposition)
{
	const struct {
		const char *name;
		const sigset_t *set;
	} states[] = {{"pending", &disposition->pending}, {"blocked", &disposition->blocked},
	    {"ignored", &disposition->ignored}, {"caught", &disposition->caught}};
	char name[SIGNAL_NAME_SIZE];
	int number, i, shown;

	for (number = 1; number <= SIGRTMAX; number++) {
		for (i = shown = 0; i < 4; i++) {
			if (!signal_set_has(states[i].set, number))
				continue;
			if (shown++)
				text_format(text, ",%s", states[i].name);
			else
				text_format(
				    text, "%ld\t%s\t%s", (long)pid, signal_name_format(number, name), states[i].name);
		}
		if (shown)
			text_format(text, "\n");
	}
}

void
disposition_report(pid_t pid, int error)
{
	char object[24];

	snprintf(object, sizeof(object), "%ld", (long)pid);
	error_line(error == ENOTSUP ? NULL : object, "%s",
	    error == ENOTSUP ? "this system does not show how other processes treat signals (Linux does, in a /proc of "
	                       "the same PID namespace)"
	    : error == ESRCH ? "no such process"
	    : error == EACCES ? "/proc hides it from this user"
	                      : explain_errno(error));
}
