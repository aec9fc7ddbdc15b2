/*
 * receive.c: signals that a process waits for. They are blocked first, so that none is lost between two waits and none
 * interrupts.
 */

#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/names.h"

int
receive_open(struct receiver *receiver)
{
	struct sigaction old;
	int number;

	if (disposition_block(&receiver->set) == -1)
		return -1;
	/*
	 * POSIX lets the system discard a blocked signal that is ignored, and while SIGCHLD is ignored the end of a child raises
	 * none. A handler would not do: musl then unblocks some signals. The signals that musl does not know need not be
	 * looked at, since Linux keeps what is blocked.
	 */
	for (number = 1; number <= signal_name_last(); number++)
		if (signal_set_has(&receiver->set, number) && sigaction(number, NULL, &old) == 0 &&
		    old.sa_handler == SIG_IGN)
			(void)trace_sigaction(number, SIG_DFL);
	return receive_prepare(receiver);
}

void
receive_format(struct text *text, const struct received_signal *received, bool values)
{
	char name[SIGNAL_NAME_SIZE], code[SIGNAL_NAME_SIZE];
	bool queued = received->code == SI_QUEUE;

	if (!values)
		text_format(text, "%s\t%s\t%ld\t%lu%s", signal_name_format(received->number, name),
		    signal_name_code(received->number, received->code, code), (long)received->pid,
		    (unsigned long)received->uid, queued ? "\t" : "");
	if (queued)
		text_format(text, "%d", received->value);
	text_format(text, "\n");
}
