/*
 * sigsend: send signals, with values, escalation and waiting.
 *
 * Operands and input are all looked at before the first signal is sent. Where more than one may follow, or a value has to
 * wait, it first takes hold of the processes themselves, so that a number that is used again meanwhile does no harm. One
 * that has vanished does not stop the rest.
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
#include "base/io.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"
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

/* How long a process may take to end after -k, at least. */
#define GRACE (2 * 1000000000LL)

/* The longest line of -q -, in bytes. */
#define LINE ((size_t)4096)

struct sender {
	struct process_list list;
	int number, last; /* -s, -k; last 0: none */
	int value;
	bool valued, stream;             /* -q, -q - */
	bool wait, table, timed, chosen; /* -w or -k, -l, -t, -s */
	bool escalating;
	long long timeout;
	unsigned long sent; /* -q -: values */
	int status;
};

/* A bad option; who knows kill(1) tries -9 and -KILL. */
static int
other_option(int option)
{
	if (option == '?' && ((optopt >= '0' && optopt <= '9') || (optopt >= 'A' && optopt <= 'Z')))
		return command_usage(
		    "there is no option -%c; a signal is given with -s, a group with -g (see sigsend -h)", optopt);
	return command_option(&command, option);
}

static int
parse_options(struct sender *sender, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":ghk:lq:s:t:vVw")) != -1) {
		switch (option) {
		case 'g':
			sender->list.groups = true;
			break;
		case 'k':
			status = signal_read(&sender->last, option, optarg);
			if (status == GO_ON && sender->last == 0)
				status = command_argument("-k ", optarg, "0 is no signal");
			sender->wait = true;
			break;
		case 'l':
			sender->table = true;
			break;
		case 'q':
			sender->valued = true;
			sender->stream = strcmp(optarg, "-") == 0;
			if (!sender->stream && number_int(optarg, strlen(optarg), &sender->value) == -1)
				status = command_argument("-q ", optarg,
				    "not a number from -2147483648 to 2147483647 (or - for those of standard input)");
			break;
		case 's':
			status = signal_read(&sender->number, option, optarg);
			sender->chosen = true;
			break;
		case 't':
			status = command_time(option, optarg, &sender->timeout);
			sender->timed = true;
			break;
		case 'w':
			sender->wait = true;
			break;
		default:
			status = other_option(option);
		}
	}
	return status;
}

static int
parse(struct sender *sender, int argc, char *argv[])
{
	int status = parse_options(sender, argc, argv);
	const char *fault;
	int i, number;

	if (status != -1)
		return status;
	if (sender->table && (sender->wait || sender->timed || sender->valued || sender->list.groups || sender->chosen))
		return command_usage("-l lists or converts, and sends nothing: no other option goes with it");
	if (sender->table)
		return -1;
	if (sender->valued && sender->list.groups)
		return command_usage("-q sends to processes; a value cannot be sent to a group (-g)");
	if (sender->stream && optind == argc)
		return command_usage("PID is missing; with -q - standard input has the values");
	if (sender->last && !sender->timed)
		return command_usage("-k needs -t TIME, after which it sends");
	if (sender->timed && !sender->wait && !sender->valued)
		return command_usage("-t bounds the waiting of -w, -k and -q, and there is none of them");
	if (optind == argc && isatty(STDIN_FILENO))
		return command_usage("PID is missing, and standard input, which may name them, is a terminal");
	for (i = optind; i < argc; i++) {
		if (process_add(&sender->list, argv[i], &fault) == 0)
			continue;
		if (isalpha((unsigned char)*argv[i]) && signal_name_parse(argv[i], &number) == 0)
			fault = "not a PID; a signal is given with -s";
		return command_argument("PID ", argv[i], fault);
	}
	return -1;
}

/* -l */
static int
show(char *words[])
{
	struct text text = {0};
	int status = STATUS_OK;

	if (!*words)
		signal_name_table(&text);
	for (; *words && status == STATUS_OK; words++)
		if (signal_name_convert(&text, *words) == -1)
			status = command_argument("-l ", *words,
			    "there is no such signal (sigsend -l lists them; one that ended a program "
			    "is shown by shells as 128 + its number)");
	if (status == STATUS_OK && io_write(STDOUT_FILENO, text.data, text.size, NULL) == -1) {
		error_line(NULL, "standard output: %s", strerror(errno));
		status = STATUS_FAILED;
	}
	text_free(&text);
	return status;
}

/* Remembers the status of what failed; that a PID has vanished or the like counts more than that time ran out. */
static void
failed(struct sender *sender, int status)
{
	if (sender->status != STATUS_FAILED)
		sender->status = status;
}

/* Takes hold of the processes before the first signal. Returns -1 to go on; else the exit status, with a line. */
static int
hold(struct sender *sender)
{
	size_t i;

	for (i = 0; i < sender->list.count && sender->wait; i++)
		if (ending_check(&sender->list, &sender->list.items[i]) == -1)
			return process_report(&sender->list, &sender->list.items[i], errno, "no signal was sent");
	for (i = 0; i < sender->list.count && (sender->wait || sender->valued); i++) {
		struct process *process = &sender->list.items[i];

		if (process_hold(&sender->list, process) == 0)
			continue;
		if (errno != ESRCH)
			return process_report(&sender->list, process, errno, "no signal was sent");
		failed(sender, process_report(&sender->list, process, errno, NULL));
		process->done = true;
	}
	return -1;
}

/* How many values of a stream were sent, for a line about a failure. */
static void
account(const struct sender *sender, struct text *text)
{
	if (sender->stream && !sender->escalating)
		text_format(text, "%lu value%s sent", sender->sent, sender->sent == 1 ? " was" : "s were");
}

/* Whether that a signal could not be sent does not matter. */
static bool
harmless(const struct sender *sender, int number, int error)
{
	/* What has ended just before the second signal has done what was asked for. */
	if (sender->escalating && error == ESRCH)
		return true;
	/* Waiting for an end needs no permission. */
	return error == EPERM && sender->wait && number == 0;
}

/* Sends a signal to all that are left. */
static void
send_all(struct sender *sender, int number, const int *value)
{
	struct text sent = {0};
	struct deadline deadline;
	size_t i;

	for (i = 0; i < sender->list.count; i++) {
		struct process *process = &sender->list.items[i];

		deadline_set(&deadline, sender->timeout);
		if (process->done || process_signal(&sender->list, process, number, value, &deadline) == 0)
			continue;
		if (errno == EINTR)
			return;
		if (harmless(sender, number, errno))
			continue;
		account(sender, &sent);
		failed(sender, process_report(&sender->list, process, errno, sent.data));
		text_free(&sent);
		process->done = true;
	}
}

/* -q -: one signal for each line. A signal that ends it is caught, to say how many were sent. */
static void
send_stream(struct sender *sender)
{
	struct record_reader reader;
	struct text line = {0};
	const char *data;
	size_t size;
	int got = 0, value;

	record_open(&reader, STDIN_FILENO, RECORD_LINE, LINE);
	while (!process_none(&sender->list) && !interrupt_caught() && (got = record_next(&reader, &data, &size)) == 1) {
		if (number_int(data, size, &value) == -1) {
			text_format(&line, "standard input: record %lu, ", reader.count);
			text_quote(&line, data, size, 64);
			text_format(&line, ": not a number from -2147483648 to 2147483647; ");
			break;
		}
		send_all(sender, sender->number, &value);
		if (!interrupt_caught() && !process_none(&sender->list))
			sender->sent++;
	}
	if (interrupt_caught()) {
		text_format(&line, "stopped by a signal; ");
	} else if (got == -1) {
		text_format(&line, "standard input: ");
		record_fault(&reader, errno, &line);
		text_format(&line, "; ");
	}
	if (line.data) {
		account(sender, &line);
		error_line(NULL, "%s", line.data);
		failed(sender, STATUS_FAILED);
	}
	text_free(&line);
	record_close(&reader);
}

/* Waits until all have ended, and then says which have not. */
static void
finish(struct sender *sender)
{
	struct deadline deadline;
	int result;
	size_t i;

	deadline_set(&deadline, sender->timeout);
	result = ending_wait(&sender->list, &deadline);
	if (result == -1 && errno == ETIMEDOUT && sender->last) {
		sender->escalating = true;
		send_all(sender, sender->last, NULL);
		deadline_set(&deadline, sender->timeout > GRACE ? sender->timeout : GRACE);
		result = ending_wait(&sender->list, &deadline);
	}
	if (result == 0 || errno == EINTR)
		return;
	if (errno != ETIMEDOUT) {
		error_line(NULL, "cannot wait: %s", strerror(errno));
		failed(sender, STATUS_FAILED);
		return;
	}
	for (i = 0; i < sender->list.count; i++)
		if (!sender->list.items[i].done)
			failed(sender, ending_late(&sender->list, &sender->list.items[i],
			                   sender->last ? sender->last : sender->number));
}

/* Sends, and waits. Returns the exit status. */
static int
work(struct sender *sender)
{
	if (sender->stream) {
		(void)interrupt_setup();
		send_stream(sender);
	} else {
		send_all(sender, sender->number, sender->valued ? &sender->value : NULL);
	}
	if (sender->wait && !interrupt_caught())
		finish(sender);
	return sender->status;
}

int
main(int argc, char *argv[])
{
	struct sender sender = {.number = SIGTERM, .timeout = DEADLINE_NEVER};
	int status = command_start(&command, argc, argv);

	if (status == -1)
		status = parse(&sender, argc, argv);
	if (status == -1 && sender.table)
		status = show(argv + optind);
	if (status == -1 && sender.list.count == 0)
		status = process_read(&sender.list, STDIN_FILENO);
	if (status == -1)
		status = hold(&sender);
	if (status == -1)
		status = work(&sender);
	process_free(&sender.list);
	return command_end(status);
}
