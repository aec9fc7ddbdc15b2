/*
 * receive.c: signals that are waited for. They are blocked, so none is lost between two waits, and none interrupts.
 */
#include <errno.h>
#include <signal.h>

#include "base/deadline.h"
#include "signals/internal.h"
#include "signals/signals.h"

/*
 * POSIX lets the system throw a blocked signal away that is ignored, and the end of a child is not told where SIGCHLD is. No
 * handler is set for what is blocked: musl would unblock some signals then. What musl does not know is not looked at: Linux
 * keeps what is blocked.
 */
static void
stop_ignoring(const sigset_t *set)
{
	struct sigaction old;
	int number;

	for (number = 1; number <= signal_name_last(); number++)
		if (disposition_has(set, number) && sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			(void)disposition_default(number);
}

int
inbox_open(const sigset_t *set)
{
	if (disposition_block(set) == -1)
		return -1;
	stop_ignoring(set);
	return arrival_open(set);
}

int
inbox_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most)
{
	return arrival_wait(output, deadline, batch, most < INBOX_MOST ? most : INBOX_MOST);
}
