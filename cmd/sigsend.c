/*
 * sigsend: send signals, with values, escalation and waiting.
 *
 * Operands and input are all looked at before the first signal is sent. With -w, and for a stream of values, it holds on to
 * the processes themselves first, so that a number that is used again in the meantime does no harm. One that has vanished
 * does not stop the rest.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipc7.h"

static const struct command command = {
    .name = "sigsend",
    .usage = "[-gvw] [-k SIG] [-q VALUE] [-s SIG] [-t TIME] [PID...] | -l [NAME|NUMBER...]",
    .help =
        "Send a signal to each PID, or to each PID that standard input names.\n"
        "  -s SIG    this signal (TERM): its name with or without SIG, its number, RTMIN+N, RTMAX-N; 0 only tests\n"
        "  -g        the PIDs are process groups\n"
        "  -q VALUE  send this number with it; -: one signal for each line of standard input, a number\n"
        "  -w        wait until each process has ended\n"
        "  -t TIME   wait at most so long, with -q for room in its queue of signals; 0 never waits\n"
        "  -k SIG    if it has not ended after TIME, send this one, and wait again; implies -w\n"
        "  -v        print each system call\n"
        "  -l        list the signals: number, name, default action, what raises them; or convert names and numbers\n",
};

/* How long a process may take to end after -k, at least. */
#define GRACE (2 * 1000000000LL)

struct sender {
	struct process_list list;
	int number, last; /* -s, -k; last 0: none */
	int value;
	bool valued, stream;             /* -q, -q - */
	bool wait, table, timed, chosen; /* -w or -k, -l, -t, -s */
	long long timeout;
	unsigned long sent; /* -q -: lines whose signal was sent */
	int status;
};

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
			status = command_signal(option, optarg, 1, &sender->last);
			sender->wait = true;
			break;
		case 'l':
			sender->table = true;
			break;
		case 'q':
			sender->valued = true;
			sender->stream = strcmp(optarg, "-") == 0;
			if (!sender->stream && num_int(optarg, strlen(optarg), &sender->value) == -1)
				status = command_argument("-q ", optarg,
				    "not a number from -2147483648 to 2147483647 (or - for those of standard input)");
			break;
		case 's':
			status = command_signal(option, optarg, 0, &sender->number);
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
			status = command_option(&command, option);
		}
	}
	return status;
}

static int
parse(struct sender *sender, int argc, char *argv[])
{
	int status = parse_options(sender, argc, argv);
	const char *fault;
	int i;

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
	for (i = optind; i < argc; i++)
		if (process_add(&sender->list, argv[i], &fault) == -1)
			return command_argument("PID ", argv[i], fault);
	return -1;
}

/* Remembers that something failed; that a PID has vanished or the like counts more than that time ran out. */
static void
failed(struct sender *sender, int status)
{
	if (sender->status != STATUS_FAILED)
		sender->status = status;
}

/* ---- -l ---- */

/* A row of the table. */
static void
list(struct text *text, int number)
{
	const char *action, *raised;
	char name[SIGNAME_SIZE];

	if (signame_describe(number, &action, &raised) == 0)
		text_format(text, "%-3d %-9s %-10s %s\n", number, signame_format(number, name), action, raised);
}

/* A name to its number; a number, also an exit status above 128, to its name. */
static int
convert(struct text *text, const char *word)
{
	const char *action, *raised;
	unsigned long long status;
	char name[SIGNAME_SIZE];
	int number = 0;

	if (num_parse(word, STATUS_SIGNAL, STATUS_SIGNAL + 127, &status) == 0)
		number = (int)status - STATUS_SIGNAL;
	else if (signame_parse(word, &number) == -1)
		number = 0;
	if (signame_describe(number, &action, &raised) == -1)
		return command_argument("-l ", word, "there is no such signal (sigsend -l lists them)");
	if (*word >= '0' && *word <= '9')
		text_format(text, "%s\n", signame_format(number, name));
	else
		text_format(text, "%d\n", number);
	return -1;
}

static int
show(char *words[])
{
	struct text text = {0};
	int status = -1, number;

	for (number = 1; !*words && number <= signame_last(); number++)
		list(&text, number);
	for (; *words && status == -1; words++)
		status = convert(&text, *words);
	if (status == -1) {
		status = STATUS_OK;
		if (io_write(STDOUT_FILENO, text.data, text.size, NULL) == -1) {
			err_line(NULL, "standard output: %s", strerror(errno));
			status = STATUS_FAILED;
		}
	}
	text_free(&text);
	return status;
}

/* ---- sending ---- */

/* Adds the PIDs of a line of standard input. */
static int
add_line(struct sender *sender, const char *data, size_t size)
{
	const char *fault = strerror(ENOMEM), *word = data;
	struct text quoted = {0};
	char *line = strndup(data, size), *next = line;

	while (line && (word = strtok(next, " \t")) && process_add(&sender->list, word, &fault) == 0)
		next = NULL;
	/* What stands behind a NUL byte shall not be passed over. */
	if (line && !word && !memchr(data, '\0', size)) {
		free(line);
		return -1;
	}
	text_quote(&quoted, word ? word : data, word ? strlen(word) : size, 64);
	err_line(NULL, "standard input: %s: %s; no signal was sent", quoted.data ? quoted.data : "", fault);
	text_free(&quoted);
	free(line);
	return STATUS_FAILED;
}

/* The longest line of standard input, in bytes, and the most processes. */
#define LINE ((size_t)1024 * 1024)
#define PIDS ((size_t)4 * 1024 * 1024)

/* The PIDs of standard input. Returns -1 to go on; else it prints a line and returns the exit status. */
static int
read_pids(struct sender *sender)
{
	struct record_reader reader;
	int status = -1, got = 0;
	const char *data;
	size_t size;

	record_open(&reader, STDIN_FILENO, RECORD_LINE, LINE);
	while (status == -1 && (got = record_next(&reader, &data, &size)) == 1) {
		status = add_line(sender, data, size);
		if (status == -1 && sender->list.count > PIDS) {
			err_line(NULL, "standard input: more PIDs than a system has; no signal was sent");
			status = STATUS_FAILED;
		}
	}
	if (status == -1 && got != 0) {
		err_line(NULL, "standard input: %s; no signal was sent", strerror(errno));
		status = STATUS_FAILED;
	} else if (status == -1 && sender->list.count == 0) {
		err_line(NULL, "standard input: no PID; no signal was sent");
		status = STATUS_FAILED;
	}
	record_close(&reader);
	return status;
}

/* Takes hold of the processes before the first signal. Returns -1 to go on; else the exit status, with a line. */
static int
hold(struct sender *sender)
{
	size_t i;

	for (i = 0; i < sender->list.count && (sender->wait || sender->stream); i++) {
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

/* Sends a signal to all that are left. Returns how many of them got it. */
static size_t
send_all(struct sender *sender, int number, const int *value)
{
	struct text extra = {0};
	struct deadline deadline;
	size_t sent = 0, i;

	for (i = 0; i < sender->list.count && !sigs_caught(); i++) {
		struct process *process = &sender->list.items[i];

		if (process->done)
			continue;
		deadline_set(&deadline, sender->timeout);
		if (process_signal(&sender->list, process, number, value, &deadline) == 0) {
			sent++;
			continue;
		}
		if (errno == EINTR)
			break;
		/* Waiting for its end needs no permission, and here no signal was meant. */
		if (errno == EPERM && sender->wait && number == 0)
			continue;
		if (sender->stream && number == sender->number)
			text_format(&extra, "%lu value%s sent", sender->sent, sender->sent == 1 ? " was" : "s were");
		failed(sender, process_report(&sender->list, process, errno, extra.data));
		text_free(&extra);
		process->done = true;
	}
	return sent;
}

/* -q -: one signal for each line. */
static void
send_stream(struct sender *sender)
{
	struct record_reader reader;
	struct text extra = {0};
	const char *data;
	size_t size;
	int got, value;

	record_open(&reader, STDIN_FILENO, RECORD_LINE, LINE);
	while ((got = record_next(&reader, &data, &size)) == 1) {
		if (num_int(data, size, &value) == -1) {
			text_quote(&extra, data, size, 64);
			err_line(NULL,
			    "standard input: record %lu, %s: not a number from -2147483648 to 2147483647; %lu sent "
			    "before",
			    reader.count, extra.data ? extra.data : "", sender->sent);
			failed(sender, STATUS_FAILED);
			break;
		}
		if (send_all(sender, sender->number, &value) == 0)
			break;
		sender->sent++;
	}
	if (got == -1 && errno != EINTR) {
		err_line(NULL, "standard input: %s; %lu sent before", strerror(errno), sender->sent);
		failed(sender, STATUS_FAILED);
	}
	text_free(&extra);
	record_close(&reader);
}

/* Waits until all have ended, and then says which have not. */
static void
finish(struct sender *sender)
{
	struct deadline deadline;
	size_t i;
	int result;

	deadline_set(&deadline, sender->timeout);
	result = process_wait(&sender->list, &deadline);
	if (result == -1 && errno == ETIMEDOUT && sender->last) {
		send_all(sender, sender->last, NULL);
		deadline_set(&deadline, sender->timeout > GRACE ? sender->timeout : GRACE);
		result = process_wait(&sender->list, &deadline);
	}
	if (result == 0 || errno == EINTR)
		return;
	if (errno != ETIMEDOUT) {
		err_line(NULL, "cannot wait: %s", strerror(errno));
		failed(sender, STATUS_FAILED);
		return;
	}
	for (i = 0; i < sender->list.count; i++) {
		if (!sender->list.items[i].done)
			failed(sender, process_late(&sender->list, &sender->list.items[i]));
	}
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
		status = read_pids(&sender);
	if (status == -1)
		status = hold(&sender);
	if (status == -1) {
		if (sender.stream)
			send_stream(&sender);
		else
			send_all(&sender, sender.number, sender.valued ? &sender.value : NULL);
		if (sender.wait && !sigs_caught())
			finish(&sender);
		status = sender.status;
	}
	process_free(&sender.list);
	return command_end(status);
}
