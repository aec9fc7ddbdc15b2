/*
 * sigrecv: wait for signals and print them with their senders and values.
 *
 * sigrecv first blocks the signals. Then it writes the line of -R, and takes the signals in the kernel's order:
 * ordinary signals merge while they are pending, real-time signals queue. It takes no signal once the output has lost
 * its reader, and ends with status 0. An error line names a signal that was taken and could not be written.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/ready.h"
#include "base/signal_set.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "sigrecv",
    .usage = "[-fqv] [-n COUNT] [-R FILE] [-t TIME] SIGNAL...",
    .help = "Wait for signals and print a line for each: NAME, CODE, PID, UID and VALUE, separated by tabs.\n"
            "  -f        receive until stopped\n"
            "  -n COUNT  stop after COUNT signals (1)\n"
            "  -q        print only the value\n"
            "  -R FILE   write the process ID to FILE once the signals are blocked\n"
            "  -t TIME   wait at most TIME for each signal; 0 never waits\n"
            "  -v        trace IPC system calls\n"
            "SIGNAL: USR1, RTMIN+1, 10, several with commas between them, or all; see ipc7(7)\n",
    .signals = true,
};

struct options {
	bool forever;            /* -f */
	bool counted;            /* -n */
	unsigned long long most; /* number of signals to take */
	bool values;             /* -q */
	const char *ready;       /* -R */
	long long timeout;       /* -t, in nanoseconds */
};

static int
parse(struct options *options, sigset_t *set, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'R', .file = &options->ready},
	    {'f', .flag = &options->forever},
	    {'n', .flag = &options->counted, .number = &options->most, .max = ULLONG_MAX},
	    {'q', .flag = &options->values},
	    {'t', .time = &options->timeout},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (options->forever && !options->counted)
		options->most = ULLONG_MAX;
	if (optind == argc)
		return command_usage("SIGNAL is missing; usage: sigrecv %s", command.usage);
	for (; status == GO_ON && optind < argc; optind++)
		status = signal_read_list(set, 0, argv[optind]);
	if (status != GO_ON)
		return status;
	if (signal_set_has(set, SIGKILL))
		return command_usage("KILL cannot be blocked, so nothing can wait for it");
	if (signal_set_has(set, SIGSTOP))
		return command_usage("STOP cannot be blocked, so nothing can wait for it");
	return GO_ON;
}

/* Block the signals, then write the line of -R. Returns GO_ON, or the exit status after a line. */
static int
start(struct receiver *receiver, const struct options *options)
{
	char pid[24];
	int fd = -1;

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	/* The kernel ends process 1 only by a signal that has a handler. */
	if (getpid() == 1 && interrupt_setup() == -1) {
		error_line("cannot wait for signals", "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	if (options->ready && (fd = ready_open(options->ready, options->timeout)) == -1)
		return ready_report(options->ready);
	if (!io_output()) {
		error_line("standard output", "%s", explain_errno(EBADF));
		return STATUS_FAILED;
	}
	if (receive_open(receiver) == -1) {
		error_line("cannot wait for signals", "%s",
		    errno == ENOSYS ? "this kernel has no signalfd(2)" : explain_errno(errno));
		return STATUS_FAILED;
	}
	return fd != -1 && ready_say(fd, pid) == -1 ? ready_report(options->ready) : GO_ON;
}

/* Print the signals of a batch. Name the signals that could not be written in the error line. */
static int
print(const struct options *options, const siginfo_t *batch, int count)
{
	char space[RECEIVE_MOST * 80]; /* no line is longer, so that a signal that was taken is never lost for memory */
	struct text text = {.data = space, .capacity = sizeof(space), .borrowed = true}, lost = {0};
	int status = GO_ON, i;
	size_t written;

	for (i = 0; i < count; i++)
		receive_format(&text, &batch[i], options->values);
	if (io_write(STDOUT_FILENO, text.data, text.size, &written) == -1) {
		text_format(&lost, "standard output: %s; taken and not written: ", explain_errno(errno));
		text_quote(&lost, text.data + written, text.size - written, sizeof(space));
		error_text(NULL, &lost);
		status = STATUS_FAILED;
	}
	text_free(&text);
	return status;
}

/* Print a line about an errno value of receive_wait, unless it is the normal end. Returns the exit status. */
static int
report(int error, unsigned long long count)
{
	/* A reader that has had enough loses nothing: every signal that was taken has been written. */
	if (error == EPIPE || interrupt_caught())
		return STATUS_OK;
	if (error == ETIMEDOUT && count == 0)
		error_line(NULL, "no signal in time (-t)");
	else if (error == ETIMEDOUT)
		error_line(NULL, "no further signal in time (-t); %llu came", count);
	else
		error_line(NULL, "cannot wait for signals: %s", explain_errno(error));
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}

static int
receive(const struct options *options, struct receiver *receiver)
{
	siginfo_t batch[RECEIVE_MOST];
	unsigned long long left = options->most;
	struct deadline deadline;
	int status = GO_ON, count;

	for (; status == GO_ON && left > 0; left -= (unsigned int)count) {
		deadline_set(&deadline, options->timeout);
		count = receive_wait(
		    receiver, STDOUT_FILENO, &deadline, batch, left < RECEIVE_MOST ? (size_t)left : RECEIVE_MOST);
		if (count == -1)
			return report(errno, options->most - left);
		status = print(options, batch, count);
	}
	return status == GO_ON ? STATUS_OK : status;
}

int
main(int argc, char *argv[])
{
	struct options options = {.most = 1, .timeout = DEADLINE_NEVER};
	struct receiver receiver;
	int status;

	command_start(&command, argc, argv);
	sigemptyset(&receiver.set);
	status = parse(&options, &receiver.set, argc, argv);
	if (status == GO_ON)
		status = start(&receiver, &options);
	if (status == GO_ON)
		status = receive(&options, &receiver);
	return command_end(status);
}
