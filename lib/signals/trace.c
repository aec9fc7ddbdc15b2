/*
 * trace.c: the system calls of signals/ that every platform has, each with its line of -v. The calls that only one
 * platform has are traced in its own files.
 */
#include <errno.h>

#include "base/signal_set.h"
#include "base/trace.h"
#include "signals/internal.h"
#include "signals/names.h"

int
trace_sigprocmask(int how, const sigset_t *set)
{
	int result = TRACED(signal_set_change(how, set, NULL));
	struct text names = {0};

	if (trace_on)
		signal_name_set(&names, set);
	trace_call(result, "sigprocmask(%s, %s, NULL)", how == SIG_BLOCK ? "SIG_BLOCK" : "SIG_UNBLOCK", names.data);
	text_free(&names);
	return result;
}

int
trace_sigaction(int number, void (*handler)(int))
{
	int result = TRACED(signal_set_disposition(number, handler));
	char name[SIGNAL_NAME_SIZE];

	trace_call(result, "sigaction(%s, {sa_handler=%s}, NULL)", signal_name_macro(number, name),
	    handler == SIG_IGN ? "SIG_IGN" : "SIG_DFL");
	return result;
}

int
trace_sigqueue(pid_t pid, int number, const int *value)
{
	int result = TRACED(value ? sigqueue(pid, number, (union sigval){.sival_int = *value}) : kill(pid, number));
	char name[SIGNAL_NAME_SIZE];

	if (!trace_on)
		return result;
	signal_name_macro(number, name);
	if (value)
		trace_call(result, "sigqueue(%ld, %s, {sival_int=%d})", (long)pid, name, *value);
	else
		trace_call(result, "kill(%ld, %s)", (long)pid, name);
	return result;
}

int
trace_poll(struct pollfd *fds, size_t count, int timeout)
{
	int result = TRACED(poll(fds, (nfds_t)count, timeout));
	struct text call = {0};
	size_t i;

	if (!trace_wanted(result))
		return result;
	text_format(&call, "poll([");
	for (i = 0; i < count && i < 3; i++)
		text_format(&call, "%s{fd=%d, events=POLLIN}", i ? ", " : "", fds[i].fd);
	text_format(&call, "%s], %zu, %d)", i < count ? ", ..." : "", count, timeout);
	trace_end(&call, result);
	return result;
}

void
trace_received(struct text *call, const siginfo_t *received, const char *prefix, const char *value)
{
	char name[SIGNAL_NAME_SIZE], code[SIGNAL_NAME_SIZE];
	const struct signal_code *origin = signal_code(received->si_signo, received->si_code);

	text_format(call, "{%ssigno=%s, %scode=%s", prefix, signal_name_macro(received->si_signo, name), prefix,
	    signal_name_code_macro(received->si_signo, received->si_code, code));
	if (origin && origin->sender && received->si_pid)
		text_format(call, ", %spid=%ld, %suid=%lu", prefix, (long)received->si_pid, prefix,
		    (unsigned long)received->si_uid);
	if (signal_of_child(received))
		text_format(call, ", %sstatus=%d", prefix, received->si_status);
	if (received->si_code == SI_QUEUE)
		text_format(call, ", %s=%d", value, received->si_value.sival_int);
	text_format(call, "}");
}
