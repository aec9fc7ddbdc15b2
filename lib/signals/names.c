/*
 * names.c: the names of signals, what they do by default, and what raises them.
 *
 * The numbers of real-time signals are the C library's: glibc keeps the kernel's first two for itself and musl three, so
 * RTMIN is 34 in one and 35 in the other. What is linked with musl on a system whose programs use glibc must mean their
 * signals, not its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/signal_set.h"
#include "base/text.h"
#include "signals/internal.h"
#include "signals/signals.h"

static const struct signal_name names[] = {
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
};

/* Other names that are in use. */
static const struct signal_name aliases[] = {
    {SIGABRT, "IOT", NULL, NULL},
    {SIGCHLD, "CLD", NULL, NULL},
    {SIGPOLL, "IO", NULL, NULL},
};

static const struct signal_name realtime = {
    0, NULL, "terminate", "kill -q, sigsend -q: for a program's own use; queues, and carries a value"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int
signal_name_last(void)
{
	return SIGRTMAX;
}

static const struct signal_name *
find(int number)
{
	const struct signal_name *more;
	size_t i;

	for (more = signals_more; more->number; more++)
		if (more->number == number)
			return more;
	for (i = 0; i < COUNT(names); i++)
		if (names[i].number == number)
			return &names[i];
	return number >= REALTIME_FIRST && number <= SIGRTMAX ? &realtime : NULL;
}

/* Whether text is that name, whatever the case of its letters. */
static bool
same(const char *text, const char *name)
{
	for (; *name; text++, name++)
		if (*text != *name && (*text < 'a' || *text > 'z' || *text - 'a' + 'A' != *name))
			return false;
	return !*text;
}

/* RTMIN, RTMIN+N, RTMAX, RTMAX-N. */
static int
parse_realtime(const char *text, int *number)
{
	static const char *const ends[] = {"RTMIN", "RTMAX"};
	unsigned long long distance = 0, most = (unsigned long long)(SIGRTMAX - REALTIME_FIRST);
	char word[6] = "";
	int end;

	strncat(word, text, 5);
	for (end = 0; end < 2 && !same(word, ends[end]); end++)
		;
	if (end == 2)
		return -1;
	text += 5;
	if (*text && (*text != "+-"[end] || number_parse(text + 1, 0, most, &distance) == -1))
		return -1;
	*number = end == 0 ? REALTIME_FIRST + (int)distance : SIGRTMAX - (int)distance;
	return 0;
}

int
signal_name_parse(const char *text, int *number)
{
	const struct signal_name *more;
	unsigned long long value;
	char word[4] = "";
	size_t i;

	if (number_parse(text, 0, (unsigned long long)SIGRTMAX, &value) == 0) {
		*number = (int)value;
		return 0;
	}
	strncat(word, text, 3);
	if (same(word, "SIG"))
		text += 3;
	*number = 0;
	for (i = 0; i < COUNT(names); i++)
		if (same(text, names[i].name))
			*number = names[i].number;
	for (i = 0; i < COUNT(aliases); i++)
		if (same(text, aliases[i].name))
			*number = aliases[i].number;
	for (more = signals_more; more->number; more++)
		if (same(text, more->name))
			*number = more->number;
	if (*number || parse_realtime(text, number) == 0)
		return 0;
	errno = EINVAL;
	return -1;
}

const char *
signal_name_format(int number, char room[SIGNAL_NAME_SIZE])
{
	const struct signal_name *found = find(number);
	int from = number - REALTIME_FIRST, to = SIGRTMAX - number;

	if (!found)
		snprintf(room, SIGNAL_NAME_SIZE, "%d", number);
	else if (found != &realtime)
		snprintf(room, SIGNAL_NAME_SIZE, "%s", found->name);
	else if (from == 0 || to == 0)
		snprintf(room, SIGNAL_NAME_SIZE, "%s", to == 0 ? "RTMAX" : "RTMIN");
	else
		snprintf(room, SIGNAL_NAME_SIZE, "%s%+d", from <= to ? "RTMIN" : "RTMAX", from <= to ? from : -to);
	return room;
}

const char *
signal_name_macro(int number, char room[SIGNAL_NAME_SIZE])
{
	char name[SIGNAL_NAME_SIZE];

	snprintf(room, SIGNAL_NAME_SIZE, "%s%.12s", find(number) ? "SIG" : "", signal_name_format(number, name));
	return room;
}

/* The name of a code; *prefix stands in front of it in programs. NULL: it has none. */
static const char *
find_code(int number, int code, const char **prefix)
{
	static const struct {
		int code;
		const char *name;
	} codes[] =
	    {
	        {SI_USER, "USER"},
	        {SI_QUEUE, "QUEUE"},
	        {SI_TIMER, "TIMER"},
	        {SI_MESGQ, "MESGQ"},
	        {SI_ASYNCIO, "ASYNCIO"},
	    },
	  ends[] = {
	      {CLD_EXITED, "EXITED"},
	      {CLD_KILLED, "KILLED"},
	      {CLD_DUMPED, "DUMPED"},
	      {CLD_TRAPPED, "TRAPPED"},
	      {CLD_STOPPED, "STOPPED"},
	      {CLD_CONTINUED, "CONTINUED"},
	  };
	size_t i;

	*prefix = "CLD_";
	for (i = 0; number == SIGCHLD && i < COUNT(ends); i++)
		if (ends[i].code == code)
			return ends[i].name;
	*prefix = "SI_";
	for (i = 0; i < COUNT(codes); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return signals_code(code);
}

const char *
signal_name_code(int number, int code, char room[SIGNAL_NAME_SIZE])
{
	const char *prefix, *name = find_code(number, code, &prefix);

	/* What is positive comes from the system, whatever it tells besides. */
	if (!name && code > 0)
		name = "KERNEL";
	if (name)
		snprintf(room, SIGNAL_NAME_SIZE, "%s", name);
	else
		snprintf(room, SIGNAL_NAME_SIZE, "%d", code);
	return room;
}

const char *
signal_name_code_macro(int number, int code, char room[SIGNAL_NAME_SIZE])
{
	const char *prefix, *name = find_code(number, code, &prefix);

	if (name)
		snprintf(room, SIGNAL_NAME_SIZE, "%s%s", prefix, name);
	else
		snprintf(room, SIGNAL_NAME_SIZE, "%d", code);
	return room;
}

void
signal_name_table(struct text *text)
{
	const struct signal_name *found;
	char name[SIGNAL_NAME_SIZE];
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		if ((found = find(number)))
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
	else if (signal_name_parse(word, &number) == -1)
		return -1;
	if (number == 0) {
		errno = EINVAL;
		return -1;
	}
	if (*word >= '0' && *word <= '9')
		text_format(text, "%s\n", signal_name_format(number, name));
	else
		text_format(text, "%d\n", number);
	return 0;
}
