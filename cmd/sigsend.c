/*
 * sigsend: send signals, with values, escalation and waiting.
 *
 * sigsend checks all operands and input before it sends the first signal. If a second signal may follow, or a value may
 * have to wait, it first opens descriptors for the processes, so that no signal reaches another process that got a
 * process id meanwhile. A process that does not exist does not keep sigsend from the others.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "signals/names.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "sigsend",
    .usage = "[-gvw] [-k SIG] [-n COUNT] [-q VALUE] [-s SIG] [-t TIME] [PID...] | -l [NAME|NUMBER...]",
    .help = "Send a signal to each PID, or to each PID on standard input.\n"
            "  -s SIG    send this signal (TERM); 0 only tests\n"
            "  -g        send to process groups\n"
            "  -q VALUE  send this number with the signal; -: one signal for each line of standard input\n"
            "  -w        wait until each process has ended\n"
            "  -t TIME   wait at most TIME; 0 never waits\n"
            "  -k SIG    send this signal to a process that has not ended within TIME; implies -w\n"
            "  -n COUNT  with -w, stop once COUNT have ended; print each PID as it ends\n"
            "  -v        trace IPC system calls\n"
            "  -l        list signals, or convert names, numbers and exit statuses\n"
            "SIG: TERM, SIGTERM, 15, RTMIN+1, RTMAX-1; see ipc7(7)\n",
    .signals = true,
};

/* Bytes of the longest line of -q -. */
#define LINE ((size_t)4096)

struct sender {
	struct target_list targets;
	int number;         /* -s */
	int last;           /* -k; -1: none */
	int value;          /* -q */
	bool valued, lines; /* -q is given; its argument is - */
	bool table;         /* -l */
	bool chosen;        /* -s */
	long long timeout;  /* -t, in nanoseconds */
};

static int
read_value(void *to, int letter, const char *text)
{
	struct sender *sender = to;

	sender->lines = strcmp(text, "-") == 0;
	if (sender->lines || number_int(text, strlen(text), &sender->value) == 0)
		return GO_ON;
	return command_refuse(
	    letter, text, "not a number from -2147483648 to 2147483647 (or - for those of standard input)");
}

/* Check the rules between options, and refuse an operand that kill(1) would take for a signal. */
static int
check(const struct sender *sender, char *operands[])
{
	bool timed = sender->timeout != DEADLINE_NEVER;
	int number;

	if (sender->table && (sender->targets.wait || timed || sender->valued || sender->targets.groups ||
	                         sender->chosen || sender->targets.counted))
		return command_usage("-l cannot be combined with other options");
	if (sender->table)
		return GO_ON;
	if (sender->valued && sender->targets.groups)
		return command_usage("-q sends to processes; a value cannot be sent to a group (-g)");
	if (sender->lines && !*operands)
		return command_usage("PID is missing; with -q - standard input has the values");
	if (sender->last == 0)
		return command_refuse('k', "0", "0 is no signal");
	if (sender->last > 0 && !timed)
		return command_usage("-k needs -t TIME, after which it sends");
	if (sender->targets.counted && !sender->targets.wait)
		return command_usage("-n needs -w or -k");
	if (timed && !sender->targets.wait && !sender->valued)
		return command_usage("-t needs -w, -k or -q");
	if (!*operands && isatty(STDIN_FILENO))
		return command_usage("PID is missing, and standard input, which may name them, is a terminal");
	if (*operands && isalpha((unsigned char)**operands) && signal_name_parse(*operands, &number) == 0)
		return command_argument("PID ", *operands, "not a PID (a signal is given with -s)");
	return GO_ON;
}

static int
parse(struct sender *sender, int argc, char *argv[])
{
	const struct command_option options[] = {
	    {'g', .flag = &sender->targets.groups},
	    {'k', .flag = &sender->targets.wait, .read = signal_read, .to = &sender->last},
	    {'l', .flag = &sender->table},
	    {'n', .flag = &sender->targets.counted, .number = &sender->targets.most, .max = ULLONG_MAX},
	    {'q', .flag = &sender->valued, .read = read_value, .to = sender},
	    {'s', .flag = &sender->chosen, .read = signal_read, .to = &sender->number},
	    {'t', .time = &sender->timeout},
	    {'w', .flag = &sender->targets.wait},
	    {0},
	};
	int status, first = argc > 1 && argv[1][0] == '-' ? (unsigned char)argv[1][1] : 0;

	/* Users of kill(1) type -9 and -KILL. */
	if (isdigit(first) || (isupper(first) && first != 'V'))
		return command_usage(
		    "there is no option -%c; a signal is given with -s, a group with -g (see sigsend -h)", first);
	status = command_options(&command, options, argc, argv);
	if (status == GO_ON)
		status = check(sender, argv + optind);
	if (status == GO_ON && !sender->table)
		status = target_operands(&sender->targets, argv + optind);
	return status;
}

/* List or convert names (-l). */
static int
show(char *words[])
{
	struct text text = {0};

	if (!*words)
		signal_name_table(&text);
	for (; *words; words++) {
		if (signal_name_convert(&text, *words) == 0)
			continue;
		text_free(&text);
		return command_refuse('l', *words, "no such signal or exit status (sigsend -l lists the signals)");
	}
	return command_print(&text);
}

/*
 * Send one signal for each line of standard input (-q -). Catch a signal that ends sigsend, to print how many were sent
 * if values are lost: those that were read and not sent.
 */
static void
send_lines(struct sender *sender)
{
	struct target_list *list = &sender->targets;
	struct record_reader reader;
	unsigned long sent = 0;
	struct text line = {0};
	const char *data;
	int got = 0, value;
	size_t size;

	(void)interrupt_setup();
	record_open(&reader, STDIN_FILENO, RECORD_LINE, LINE);
	while (list->count > 0 && !interrupt_caught() && (got = record_next(&reader, &data, &size)) == 1 &&
	       number_int(data, size, &value) == 0) {
		if (target_send(list, sender->number, &value, sender->timeout, &sent) == -1)
			continue;
		sent += list->count > 0;
		got = 0;
	}
	if (interrupt_caught()) {
		if (got == 1 || record_held(&reader) > 0)
			text_format(&line, "stopped by a signal");
	} else if (got == -1) {
		text_format(&line, "standard input: ");
		record_fault(&reader, errno, &line);
	} else if (got == 1) {
		text_format(&line, "standard input: record %lu, ", reader.count);
		text_quote(&line, data, size, 64);
		text_format(&line, ": not a number from -2147483648 to 2147483647");
	}
	if (line.data) {
		error_line(NULL, "%s; %lu value%s sent", line.data, sent, sent == 1 ? " was" : "s were");
		list->status = STATUS_FAILED;
	}
	text_free(&line);
	record_close(&reader);
}

static int
send(struct sender *sender)
{
	struct target_list *list = &sender->targets;
	int status = GO_ON;

	if (list->count == 0)
		status = target_read(list, STDIN_FILENO);
	if (status == GO_ON)
		status = target_start(list, list->wait || sender->valued);
	if (status != GO_ON)
		return status;
	if (sender->lines)
		send_lines(sender);
	else
		(void)target_send(list, sender->number, sender->valued ? &sender->value : NULL, sender->timeout, NULL);
	if (list->wait && !interrupt_caught())
		target_finish(list, sender->number, sender->last, sender->timeout);
	return list->status;
}

int
main(int argc, char *argv[])
{
	struct sender sender = {.number = SIGTERM, .last = -1, .timeout = DEADLINE_NEVER};
	int status;

	command_start(&command, argc, argv);
	status = parse(&sender, argc, argv);
	if (status == GO_ON)
		status = sender.table ? show(argv + optind) : send(&sender);
	target_free(&sender.targets);
	return command_end(status);
}
