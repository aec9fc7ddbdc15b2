/*
 * sigrecv: wait for signals and print what came with them.
 *
 * Blocks the signals first, then says that it is ready, then takes them in the kernel's order: ordinary signals merge while
 * they wait, real-time ones queue. A signal is taken only while somebody can read the output; one that cannot be printed
 * all the same stands in the error line.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/io.h"
#include "base/ready.h"
#include "base/text.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "sigrecv",
    .usage = "[-fqv] [-n COUNT] [-R FILE] [-t TIME] SIGNAL...",
    .help = "Wait for signals, and print a line for each: NAME, CODE, PID, UID and VALUE, with tabs between them.\n"
            "  -f        forever: do not stop after the first\n"
            "  -n COUNT  stop after COUNT signals (1)\n"
            "  -q        print the value alone\n"
            "  -R FILE   when the signals are blocked, write the process id to FILE (see mkfifo)\n"
            "  -t TIME   wait at most so long for each; 0 never waits\n"
            "  -v        print each system call\n"
            "SIGNAL: as USR1, RTMIN+1 or 10, several with commas between them, or all; see sigsend -l\n",
    .signals = true,
};

struct receiver {
	sigset_t set;
	unsigned long long most; /* signals to take */
	unsigned long long count;
	const char *ready;
	long long timeout;
	bool values; /* -q */
};

static int
parse(struct receiver *receiver, int argc, char *argv[])
{
	int option, status = -1;
	bool counted = false;

	while (status == -1 && (option = getopt(argc, argv, ":fhn:qR:t:vV")) != -1) {
		switch (option) {
		case 'f':
			if (!counted)
				receiver->most = ULLONG_MAX;
			break;
		case 'n':
			status = command_number(option, optarg, 0, ULLONG_MAX, &receiver->most);
			counted = true;
			break;
		case 'q':
			receiver->values = true;
			break;
		case 'R':
			receiver->ready = optarg;
			break;
		case 't':
			status = command_time(option, optarg, &receiver->timeout);
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("SIGNAL is missing; usage: sigrecv %s", command.usage);
	for (; optind < argc; optind++) {
		status = signal_read_list(&receiver->set, 0, argv[optind]);
		if (status != -1)
			return status;
	}
	if (disposition_has(&receiver->set, SIGKILL))
		return command_usage("KILL cannot be blocked, so nothing can wait for it");
	if (disposition_has(&receiver->set, SIGSTOP))
		return command_usage("STOP cannot be blocked, so nothing can wait for it");
	return -1;
}

/* Blocks the signals, and then says so. Returns -1 to go on; else it prints a line and returns the exit status. */
static int
start(const struct receiver *receiver)
{
	char pid[32];
	int fd = -1;

	if ((fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY) {
		error_line(NULL, "standard output: %s", strerror(EBADF));
		return STATUS_FAILED;
	}
	if (receiver->ready && (fd = ready_open(receiver->ready)) == -1) {
		error_line(receiver->ready, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	if (inbox_open(&receiver->set) == -1) {
		error_line(NULL, "cannot wait for signals: %s", strerror(errno));
		return STATUS_FAILED;
	}
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (fd != -1 && ready_say(fd, pid) == -1) {
		error_line(receiver->ready, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	return -1;
}

static void
format(const struct receiver *receiver, const struct arrival *arrival, struct text *text)
{
	char name[SIGNAL_NAME_SIZE], code[SIGNAL_NAME_SIZE];

	if (!receiver->values)
		text_format(text, "%s\t%s\t%ld\t%lu%s", signal_name_format(arrival->number, name),
		    signal_name_code(arrival->number, arrival->code, code), (long)arrival->pid,
		    (unsigned long)arrival->uid, arrival->code == SI_QUEUE ? "\t" : "");
	if (arrival->code == SI_QUEUE)
		text_format(text, "%d", arrival->value);
	text_format(text, "\n");
}

/* Prints what came. What cannot be written is at least said. */
static int
print(const struct receiver *receiver, const struct arrival *batch, int count)
{
	char room[4096];
	struct text text = {.data = room, .capacity = sizeof(room), .borrowed = true}, lost = {0};
	int status = -1, i;
	size_t written;

	for (i = 0; i < count; i++)
		format(receiver, &batch[i], &text);
	if (io_write(STDOUT_FILENO, text.data, text.size, &written) == -1) {
		text_quote(&lost, text.data + written, text.size - written, sizeof(room));
		error_line(NULL, "standard output: %s; taken and not written: %s", strerror(errno),
		    lost.data ? lost.data : "");
		text_free(&lost);
		status = STATUS_FAILED;
	}
	text_free(&text);
	return status;
}

/* Says why no signal came. */
static int
stop(const struct receiver *receiver, int error)
{
	if (error == EPIPE)
		error_line(NULL, "standard output has lost its reader; no further signal was taken");
	else if (error == ETIMEDOUT && receiver->count == 0)
		error_line(NULL, "no signal in time (-t)");
	else if (error == ETIMEDOUT)
		error_line(NULL, "no further signal in time (-t); %llu came", receiver->count);
	else
		error_line(NULL, "cannot wait for signals: %s", strerror(error));
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}

static int
receive(struct receiver *receiver)
{
	struct arrival batch[INBOX_MOST];
	struct deadline deadline;
	int status = -1, count;

	while (status == -1 && receiver->count < receiver->most) {
		unsigned long long left = receiver->most - receiver->count;

		deadline_set(&deadline, receiver->timeout);
		count = inbox_wait(STDOUT_FILENO, &deadline, batch, left < INBOX_MOST ? (size_t)left : INBOX_MOST);
		if (count == -1)
			return stop(receiver, errno);
		status = print(receiver, batch, count);
		receiver->count += (unsigned int)count;
	}
	return status == -1 ? STATUS_OK : status;
}

int
main(int argc, char *argv[])
{
	struct receiver receiver = {.most = 1, .timeout = DEADLINE_NEVER};
	int status = command_start(&command, argc, argv);

	sigemptyset(&receiver.set);
	if (status == -1)
		status = parse(&receiver, argc, argv);
	if (status == -1)
		status = start(&receiver);
	if (status == -1)
		status = receive(&receiver);
	return command_end(status);
}
