/*
 * sigsend: send signals, with values, escalation and waiting.
 *
 * All operands and input are checked before the first signal is sent. Where a second signal may follow, or a value may have
 * to wait, the processes themselves are held first, so that a process id that is used again meanwhile does no harm. A
 * process that has vanished does not stop the rest.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"
#include "signals/names.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "sigsend",
    .usage = "[-gvw] [-k SIG] [-q VALUE] [-s SIG] [-t TIME] [PID...] | -l [NAME|NUMBER...]",
    .help =
        "Send a signal to each PID, or to each PID that standard input names.\n"
        "  -s SIG    this signal (TERM): its name with or without SIG, its number, RTMIN+N, RTMAX-N; 0 only tests\n"
        "  -g        the PIDs are process groups\n"
        "  -q VALUE  send this number with it; -: one signal for each line of standard input, a number\n"
        "            (real-time signals queue; others merge while one is pending)\n"
        "  -w        wait until each process has ended\n"
        "  -t TIME   wait at most so long, with -q for room in its queue of signals; 0 never waits\n"
        "  -k SIG    if it has not ended after TIME, send this one, and wait again; implies -w\n"
        "  -v        print each system call\n"
        "  -l        list the signals: number, name, default action, what raises them; or convert names and numbers\n",
    .signals = true,
};

/* Nanoseconds that a process has at least to end after the signal of -k. */
#define GRACE (2 * 1000000000LL)

/* Bytes of the longest line of -q -. */
#define LINE ((size_t)4096)

struct sender {
	struct target_list targets;
	int number;         /* -s */
	int last;           /* -k; -1: none */
	int value;          /* -q */
	bool valued, lines; /* -q, -q - */
	bool wait;          /* -w or -k */
	bool table;         /* -l */
	bool chosen;        /* -s */
	bool escalating;    /* last is being sent */
	long long timeout;  /* -t, in nanoseconds */
	unsigned long sent; /* values sent by -q - */
};

static int
read_value(void *to, int letter, const char *text)
{
	struct sender *sender = to;

	(void)letter;
	sender->lines = strcmp(text, "-") == 0;
	if (sender->lines || number_int(text, strlen(text), &sender->value) == 0)
		return GO_ON;
	return command_argument(
	    "-q ", text, "not a number from -2147483648 to 2147483647 (or - for those of standard input)");
}

/* Check the rules between options, and what kill(1) would take as a PID or a signal. */
static int
check(const struct sender *sender, char *operands[])
{
	bool timed = sender->timeout != DEADLINE_NEVER;
	int number;

	if (sender->table && (sender->wait || timed || sender->valued || sender->targets.groups || sender->chosen))
		return command_usage("-l lists or converts, and sends nothing: no other option goes with it");
	if (sender->table)
		return GO_ON;
	if (sender->valued && sender->targets.groups)
		return command_usage("-q sends to processes; a value cannot be sent to a group (-g)");
	if (sender->lines && !*operands)
		return command_usage("PID is missing; with -q - standard input has the values");
	if (sender->last == 0)
		return command_argument("-k ", "0", "0 is no signal");
	if (sender->last > 0 && !timed)
		return command_usage("-k needs -t TIME, after which it sends");
	if (timed && !sender->wait && !sender->valued)
		return command_usage("-t bounds the waiting of -w, -k and -q, and there is none of them");
	if (!*operands && isatty(STDIN_FILENO))
		return command_usage("PID is missing, and standard input, which may name them, is a terminal");
	if (*operands && isalpha((unsigned char)**operands) && signal_name_parse(*operands, &number) == 0)
		return command_argument("PID ", *operands, "not a PID; a signal is given with -s");
	return GO_ON;
}

static int
parse(struct sender *sender, int argc, char *argv[])
{
	const struct command_option options[] = {
	    {'g', .flag = &sender->targets.groups},
	    {'k', .flag = &sender->wait, .read = signal_read, .to = &sender->last},
	    {'l', .flag = &sender->table},
	    {'q', .flag = &sender->valued, .read = read_value, .to = sender},
	    {'s', .flag = &sender->chosen, .read = signal_read, .to = &sender->number},
	    {'t', .time = &sender->timeout},
	    {'w', .flag = &sender->wait},
	    {0},
	};
	int status, first = argc > 1 && argv[1][0] == '-' ? (unsigned char)argv[1][1] : 0;

	/* Users of kill(1) try -9 and -KILL. */
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
		return command_argument("-l ", *words,
		    "there is no such signal (sigsend -l lists them; one that ended a program is shown by shells as "
		    "128 + its number)");
	}
	return command_print(&text);
}

/* Append how many values of standard input were sent, for a line about a failure. */
static void
add_sent(const struct sender *sender, struct text *line)
{
	text_format(line, "%lu value%s sent", sender->sent, sender->sent == 1 ? " was" : "s were");
}

/* Send a signal to all targets that are left. */
static void
send_all(struct sender *sender, int number, const int *value)
{
	struct target_list *list = &sender->targets;
	struct deadline deadline;
	struct text sent = {0};
	size_t i = 0;

	while (i < list->count) {
		int error;

		deadline_set(&deadline, sender->timeout);
		error = target_signal(list, &list->items[i], number, value, &deadline) == 0 ? 0 : errno;
		if (error == EINTR)
			return;
		/* The second signal need not reach a process that has ended, and waiting for an end needs no permission. */
		if (error == 0 || (error == ESRCH && sender->escalating) ||
		    (error == EPERM && sender->wait && number == 0)) {
			i++;
			continue;
		}
		if (sender->lines && !sender->escalating)
			add_sent(sender, &sent);
		target_fail(list, i, error, sent.data);
		text_free(&sent);
	}
}

/* Send one signal for each line of standard input (-q -). A signal that ends sigsend is caught, to say how many were sent. */
static void
send_lines(struct sender *sender)
{
	struct target_list *list = &sender->targets;
	struct record_reader reader;
	struct text line = {0};
	const char *data;
	int got = 0, value;
	size_t size;

	(void)interrupt_setup();
	record_open(&reader, STDIN_FILENO, RECORD_LINE, LINE);
	while (list->count > 0 && !interrupt_caught() && (got = record_next(&reader, &data, &size)) == 1 &&
	       number_int(data, size, &value) == 0) {
		send_all(sender, sender->number, &value);
		if (!interrupt_caught() && list->count > 0)
			sender->sent++;
	}
	if (interrupt_caught()) {
		text_format(&line, "stopped by a signal; ");
	} else if (got == -1) {
		text_format(&line, "standard input: ");
		record_fault(&reader, errno, &line);
		text_format(&line, "; ");
	} else if (got == 1 && list->count > 0) {
		text_format(&line, "standard input: record %lu, ", reader.count);
		text_quote(&line, data, size, 64);
		text_format(&line, ": not a number from -2147483648 to 2147483647; ");
	}
	if (line.data) {
		add_sent(sender, &line);
		error_line(NULL, "%s", line.data);
		list->status = STATUS_FAILED;
	}
	text_free(&line);
	record_close(&reader);
}

/* Wait until all targets have ended, and print a line for each that has not. */
static void
finish(struct sender *sender)
{
	struct target_list *list = &sender->targets;
	struct deadline deadline;
	int result;

	deadline_set(&deadline, sender->timeout);
	result = target_wait(list, &deadline);
	if (result == -1 && errno == ETIMEDOUT && sender->last > 0) {
		sender->escalating = true;
		send_all(sender, sender->last, NULL);
		deadline_set(&deadline, sender->timeout > GRACE ? sender->timeout : GRACE);
		result = target_wait(list, &deadline);
	}
	if (result == -1 && errno == ETIMEDOUT) {
		target_report(list, sender->last > 0 ? sender->last : sender->number);
	} else if (result == -1 && errno != EINTR) {
		error_line(NULL, "cannot wait: %s", strerror(errno));
		list->status = STATUS_FAILED;
	}
}

static int
send(struct sender *sender)
{
	int status = GO_ON;

	if (sender->targets.count == 0)
		status = target_read(&sender->targets, STDIN_FILENO);
	if (status == GO_ON && (sender->wait || sender->valued))
		status = target_start(&sender->targets, sender->wait);
	if (status != GO_ON)
		return status;
	if (sender->lines)
		send_lines(sender);
	else
		send_all(sender, sender->number, sender->valued ? &sender->value : NULL);
	if (sender->wait && !interrupt_caught())
		finish(sender);
	return sender->targets.status;
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
