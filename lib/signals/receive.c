/*
 * receive.c: signals that a process waits for. They are blocked first, so none is lost between two waits, and none
 * interrupts a system call.
 */

#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/names.h"

int
receive_open(struct receiver *receiver)
{
	struct sigaction old;
	int number;

	if (disposition_mask(SIG_BLOCK, &receiver->set) == -1)
		return -1;
	/*
	 * POSIX lets the system discard a blocked signal that is ignored, and while SIGCHLD is ignored the end of a
	 * child raises no signal. Ignored signals get their default action, not a handler, because musl unblocks some
	 * signals with the first handler. Signals that musl refuses stay ignored: Linux keeps them pending while they
	 * are blocked.
	 */
	for (number = 1; number <= SIGRTMAX; number++)
		if (signal_set_has(&receiver->set, number) && sigaction(number, NULL, &old) == 0 &&
		    old.sa_handler == SIG_IGN)
			(void)trace_sigaction(number, SIG_DFL);
	return receive_prepare(receiver);
}

void
receive_format(struct text *text, const siginfo_t *received, bool value_alone)
{
	char name[SIGNAL_NAME_SIZE], code[SIGNAL_NAME_SIZE];
	const struct signal_code *origin = signal_code(received->si_signo, received->si_code);
	bool sender = origin && origin->sender, child = signal_of_child(received);
	bool valued = child || received->si_code == SI_QUEUE;

	if (!value_alone)
		text_format(text, "%s\t%s\t%ld\t%lu%s", signal_name_format(received->si_signo, name),
		    signal_name_code(received->si_signo, received->si_code, code), sender ? (long)received->si_pid : 0L,
		    sender ? (unsigned long)received->si_uid : 0UL, valued ? "\t" : "");
	if (valued)
		text_format(text, "%d", child ? received->si_status : received->si_value.sival_int);
	text_format(text, "\n");
}
