/*
 * names.c: the names of signals, their default actions, and the events that raise them.
 *
 * The numbers of real-time signals depend on the C library: glibc keeps two of the kernel's for itself and musl three,
 * so RTMIN is 34 in glibc and 35 in musl. A program that is linked with musl uses the numbers of the system's other
 * programs (REALTIME_FIRST).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/number.h"
#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/names.h"

static const struct signal_name posix_names[] = {
    {SIGHUP, "HUP", "terminate", "the terminal was closed; kill"},
    {SIGINT, "INT", "terminate", "the terminal: Ctrl-C"},
    {SIGQUIT, "QUIT", "core", "the terminal: Ctrl-\\"},
    {SIGILL, "ILL", "core", "hardware: an instruction that does not exist"},
    {SIGTRAP, "TRAP", "core", "hardware: a breakpoint of a debugger"},
    {SIGABRT, "ABRT", "core", "the program itself: abort(3), assert(3)"},
    {SIGBUS, "BUS", "core", "hardware: memory without anything behind it, as a mapping of a file that shrank"},
    {SIGFPE, "FPE", "core", "hardware: division of an integer by zero"},
    {SIGKILL, "KILL", "terminate", "kill; cannot be caught, blocked or ignored"},
    {SIGUSR1, "USR1", "terminate", "kill: for a program's own use"},
    {SIGSEGV, "SEGV", "core", "hardware: memory that is not the program's"},
    {SIGUSR2, "USR2", "terminate", "kill: for a program's own use"},
    {SIGPIPE, "PIPE", "terminate", "the kernel: a write to a pipe or socket that nobody reads"},
    {SIGALRM, "ALRM", "terminate", "a timer of real time: alarm(2)"},
    {SIGTERM, "TERM", "terminate", "kill: a request to end"},
    {SIGCHLD, "CHLD", "ignore", "the kernel: a child ended, stopped or went on"},
    {SIGCONT, "CONT", "continue", "the shell: fg, bg; kill"},
    {SIGSTOP, "STOP", "stop", "kill; cannot be caught, blocked or ignored"},
    {SIGTSTP, "TSTP", "stop", "the terminal: Ctrl-Z"},
    {SIGTTIN, "TTIN", "stop", "the terminal: a read in the background"},
    {SIGTTOU, "TTOU", "stop", "the terminal: a write in the background"},
    {SIGURG, "URG", "ignore", "the kernel: urgent data at a socket"},
    {SIGXCPU, "XCPU", "core", "the kernel: more processor time than ulimit -t allows"},
    {SIGXFSZ, "XFSZ", "core", "the kernel: a file larger than ulimit -f allows"},
    {SIGVTALRM, "VTALRM", "terminate", "a timer of the process's own processor time"},
    {SIGPROF, "PROF", "terminate", "a timer of the processor time that the process uses; profilers"},
    {SIGPOLL, "POLL", "terminate", "the kernel: a descriptor is ready that was to tell so"},
    {SIGSYS, "SYS", "core", "the kernel: a system call that does not exist, or is forbidden"},
    /* Other spellings. The rows above have the name that is printed. */
    {SIGABRT, "IOT", NULL, NULL},
    {SIGCHLD, "CLD", NULL, NULL},
    {SIGPOLL, "IO", NULL, NULL},
    {0},
};

static const struct signal_name realtime = {
    0, NULL, "terminate", "kill -q, sigsend -q: for a program's own use; queues, and carries a value"};

static const struct signal_code posix_codes[] = {
    {SIGCHLD, CLD_EXITED, "CLD_EXITED", .sender = true},
    {SIGCHLD, CLD_KILLED, "CLD_KILLED", .sender = true},
    {SIGCHLD, CLD_DUMPED, "CLD_DUMPED", .sender = true},
    {SIGCHLD, CLD_TRAPPED, "CLD_TRAPPED", .sender = true},
    {SIGCHLD, CLD_STOPPED, "CLD_STOPPED", .sender = true},
    {SIGCHLD, CLD_CONTINUED, "CLD_CONTINUED", .sender = true},
    {0, SI_USER, "SI_USER", .sender = true},
    {0, SI_QUEUE, "SI_QUEUE", .sender = true},
    {0, SI_TIMER, "SI_TIMER", .sender = false},
    {0, SI_MESGQ, "SI_MESGQ", .sender = false},
    {0, SI_ASYNCIO, "SI_ASYNCIO", .sender = false},
    {0},
};

/* Find a row by name, or by number if name is NULL. The system's name of a signal comes before that of POSIX. */
static const struct signal_name *
find(int number, const char *name)
{
	const struct signal_name *const tables[] = {system_names, posix_names}, *row;
	size_t i;

	if (number >= REALTIME_FIRST && number <= SIGRTMAX)
		return &realtime;
	for (i = 0; i < 2; i++)
		for (row = tables[i]; row->number; row++)
			if (name ? strcasecmp(row->name, name) == 0 : row->number == number)
				return row;
	return NULL;
}

/* Read RTMIN, RTMIN+N, RTMAX or RTMAX-N. */
static int
parse_realtime(const char *text, int *number)
{
	bool first = strncasecmp(text, "RTMIN", 5) == 0;
	unsigned long long distance = 0, most = (unsigned long long)(SIGRTMAX - REALTIME_FIRST);

	if (!first && strncasecmp(text, "RTMAX", 5) != 0)
		return -1;
	text += 5;
	if (*text && (*text != (first ? '+' : '-') || number_parse(text + 1, 0, most, &distance) == -1))
		return -1;
	*number = first ? REALTIME_FIRST + (int)distance : SIGRTMAX - (int)distance;
	return 0;
}

int
signal_name_parse(const char *text, int *number)
{
	const struct signal_name *row;
	unsigned long long value;

	if (number_parse(text, 0, (unsigned long long)SIGRTMAX, &value) == 0) {
		*number = (int)value;
		return 0;
	}
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	row = find(0, text);
	if (row)
		*number = row->number;
	if (row || parse_realtime(text, number) == 0)
		return 0;
	return error_set(EINVAL);
}

const char *
signal_name_format(int number, char name[SIGNAL_NAME_SIZE])
{
	const struct signal_name *found = find(number, NULL);
	int from = number - REALTIME_FIRST, to = SIGRTMAX - number;

	if (!found)
		snprintf(name, SIGNAL_NAME_SIZE, "%d", number);
	else if (found != &realtime)
		snprintf(name, SIGNAL_NAME_SIZE, "%s", found->name);
	else if (from == 0 || to == 0)
		snprintf(name, SIGNAL_NAME_SIZE, "%s", to == 0 ? "RTMAX" : "RTMIN");
	else
		snprintf(name, SIGNAL_NAME_SIZE, "%s%+d", from <= to ? "RTMIN" : "RTMAX", from <= to ? from : -to);
	return name;
}

const char *
signal_name_macro(int number, char name[SIGNAL_NAME_SIZE])
{
	char bare[SIGNAL_NAME_SIZE];

	snprintf(name, SIGNAL_NAME_SIZE, "%s%.12s", find(number, NULL) ? "SIG" : "", signal_name_format(number, bare));
	return name;
}

const struct signal_code *
signal_code(int number, int code)
{
	const struct signal_code *const tables[] = {system_codes, posix_codes}, *row;
	size_t i;

	for (i = 0; i < 2; i++)
		for (row = tables[i]; row->macro; row++)
			if (row->code == code && (row->number == 0 || row->number == number))
				return row;
	return NULL;
}

bool
signal_of_child(const siginfo_t *received)
{
	const struct signal_code *origin = signal_code(received->si_signo, received->si_code);

	return origin && origin->number == SIGCHLD;
}

const char *
signal_name_code_macro(int number, int code, char name[SIGNAL_NAME_SIZE])
{
	const struct signal_code *found = signal_code(number, code);

	if (found)
		snprintf(name, SIGNAL_NAME_SIZE, "%s", found->macro);
	else
		snprintf(name, SIGNAL_NAME_SIZE, "%d", code);
	return name;
}

const char *
signal_name_code(int number, int code, char name[SIGNAL_NAME_SIZE])
{
	const struct signal_code *found = signal_code(number, code);

	/* Positive codes come from the kernel; their other meaning depends on the signal. */
	if (!found && code <= 0)
		return signal_name_code_macro(number, code, name);
	snprintf(name, SIGNAL_NAME_SIZE, "%s", found ? strchr(found->macro, '_') + 1 : "KERNEL");
	return name;
}

void
signal_name_set(struct text *text, const sigset_t *set)
{
	char name[SIGNAL_NAME_SIZE];
	const char *gap = "";
	int number;

	text_format(text, "[");
	for (number = 1; number <= SIGRTMAX; number++) {
		if (!signal_set_has(set, number))
			continue;
		text_format(text, "%s%s", gap, signal_name_format(number, name));
		gap = " ";
	}
	text_format(text, "]");
}

void
signal_name_table(struct text *text)
{
	const struct signal_name *found;
	char name[SIGNAL_NAME_SIZE];
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		if ((found = find(number, NULL)))
			text_format(text, "%-3d %-9s %-10s %s\n", number, signal_name_format(number, name),
			    found->action, found->raised);
}

int
signal_name_convert(struct text *text, const char *word)
{
	unsigned long long status;
	char name[SIGNAL_NAME_SIZE];
	int number;

	if (number_parse(word, STATUS_SIGNAL + 1, STATUS_SIGNAL + (unsigned long long)SIGRTMAX, &status) == 0)
		number = (int)status - STATUS_SIGNAL;
	else if (signal_name_parse(word, &number) == -1 || number == 0)
		return -1;
	if (*word >= '0' && *word <= '9')
		text_format(text, "%s\n", signal_name_format(number, name));
	else
		text_format(text, "%d\n", number);
	return 0;
}
