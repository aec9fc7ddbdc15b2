/*
 * fifocat: read or write a named pipe without its traps.
 *
 * fifocat copies the FIFO to standard output, or standard input to the FIFO. It leaves anything but a FIFO alone. -t
 * bounds every wait. A reader may outlive its writers, and a writer its readers. An error line counts the bytes that
 * the other end has not read.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "pipe/transfer.h"

static const struct command command = {
    .name = "fifocat",
    .usage = "[-cfluvz] [-0|-N] [-L TIME] [-m MODE] [-n COUNT] [-s SIZE] [-t TIME] [-w] PATH",
    .help = "Read a FIFO to standard output, or write standard input to it.\n"
            "  -w        write\n"
            "  -c        create the FIFO if it is missing\n"
            "  -m MODE   create the FIFO with this octal mode (0600)\n"
            "  -u        unlink the FIFO on the way out\n"
            "  -f        go on when the last writer closes; with -w, when the last reader does\n"
            "  -l        write each record in one write, so that writers never mix\n"
            "  -L TIME   with -w: as -l, and drop records while nobody reads or it is full; wait at most TIME\n"
            "  -n COUNT  stop after COUNT records, and take not a byte more\n"
            "  -0        end records with NUL instead of newline\n"
            "  -N        use records that are netstrings (5:hello,)\n"
            "  -s SIZE   set the capacity of the pipe\n"
            "  -t TIME   wait at most TIME for the other end, a byte or space; 0 never waits\n"
            "  -v        trace IPC system calls\n"
            "  -z        pass the pages of an input file instead of copying them\n",
};

static int
parse(struct transfer *transfer, bool *removes, int argc, char *argv[])
{
	long long patience;
	const struct command_option table[] = {
	    {'0', .form = &transfer->form},
	    {'N', .form = &transfer->form},
	    {'c', .flag = &transfer->fifo.create},
	    {'f', .flag = &transfer->fifo.forever},
	    {'l', .flag = &transfer->lines},
	    {'L', .flag = &transfer->lossy, .time = &patience},
	    {'m', .mode = &transfer->fifo.mode},
	    {'n', .flag = &transfer->counts, .number = &transfer->count, .max = ULLONG_MAX},
	    {'s', .size = &transfer->fifo.capacity},
	    {'t', .time = &transfer->fifo.timeout},
	    {'u', .flag = removes},
	    {'w', .flag = &transfer->fifo.write},
	    {'z', .flag = &transfer->pass},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("PATH is missing; usage: fifocat %s", command.usage);
	if (!*argv[optind])
		return command_usage("PATH is empty");
	if (optind + 1 < argc)
		return command_surplus(argv[optind + 1], "PATH", "there is one PATH, after the options");
	transfer->fifo.path = argv[optind];
	if (!transfer->lossy)
		return GO_ON;
	if (!transfer->fifo.write)
		return command_usage("-L goes with -w: only a writer drops records");
	transfer->fifo.late = transfer->lines = true;
	transfer->fifo.timeout = patience;
	return GO_ON;
}

/* Append the meaning of an errno value. Returns the exit status. */
static int
explain(const struct transfer *transfer, int error, struct text *line)
{
	bool write = transfer->fifo.write, output = transfer->pump.output;

	if (error == ETIMEDOUT) {
		const char *other = write ? "reader" : "writer", *missing = output ? "room" : "byte";

		text_format(line, "no %s in time (-t)", transfer->alone ? other : missing);
		return STATUS_TIMEOUT;
	}
	if (error == EIDRM) {
		text_format(line, "the FIFO was removed");
		return STATUS_REMOVED;
	}
	if (error == EINTR)
		text_format(line, "stopped by a signal");
	else if (error == EBADMSG)
		text_format(line, "record %llu is not a netstring", transfer_records(transfer) + 1);
	else if (error == EMSGSIZE)
		text_format(line, "record %llu has %zu bytes%s with its terminator, and -%c allows at most %d",
		    transfer_records(transfer) + 1, transfer->unbroken.size,
		    transfer->unbroken.endless ? " or more" : "", transfer->lossy ? 'L' : 'l', PIPE_BUF);
	else if (error == EPIPE && output)
		text_format(line, write ? "the reader has gone" : "standard output has lost its reader");
	else
		text_format(line, "%s%s",
		    output == write ? ""
		    : output        ? "standard output: "
		                    : "standard input: ",
		    explain_errno(error));
	return STATUS_FAILED;
}

/* Return true if no byte is lost, and the output has lost its reader or a signal was caught: a normal end. */
static bool
normal(struct transfer *transfer, int error)
{
	const struct pump *pump = &transfer->pump;
	bool had_enough = error == EPIPE && pump->output && !transfer->fifo.write;

	return (had_enough || error == EINTR) && (!pump_holds(pump) || pump->source == PUMP_FILE) &&
	       !fifo_loses(&transfer->fifo);
}

/* Print how an error ended the copy, and where the bytes are, unless the end is normal. Returns the exit status. */
static int
stop(struct transfer *transfer, int error)
{
	const struct pump *pump = &transfer->pump;
	size_t held = pump->end - pump->start;
	struct text line = {0};
	long unread = pipe_unread(transfer->fifo.fd);
	int status;

	if (normal(transfer, error))
		return STATUS_OK;
	if (error == ECANCELED)
		return STATUS_FAILED;
	status = explain(transfer, error, &line);
	text_format(&line, "; %llu bytes were written", pump->moved);
	if (transfer->fifo.write && unread > 0 && (unsigned long long)unread <= pump->moved)
		text_format(&line, ", %llu of them taken", pump->moved - (unsigned long long)unread);
	if (!transfer->fifo.write && held > 0)
		text_format(&line, ", and %zu were taken that are lost", held);
	if (!transfer->fifo.write && unread > 0)
		text_format(&line, ", %ld are left in the FIFO", unread);
	if (!transfer->fifo.write && transfer->counts && !transfer->lines && transfer->counted.scanner.open)
		text_format(&line, ", and the last record is not whole");
	if (error == EMSGSIZE)
		text_format(&line, " (use a queue, or semop file:LOCK -- fifocat -w)");
	error_text(transfer->fifo.path, &line);
	return status;
}

/* Print the number of records that -L has dropped. */
static void
count_dropped(const struct transfer *transfer)
{
	unsigned long long count = transfer->unbroken.dropped;
	struct text line = {0};

	if (count == 0 && transfer->unread <= 0)
		return;
	text_format(&line, "%llu record%s dropped (-L)", count, count == 1 ? " was" : "s were");
	if (transfer->unread > 0)
		text_format(&line, ", %ld bytes in the FIFO were not taken", transfer->unread);
	error_text(transfer->fifo.path, &line);
}

int
main(int argc, char *argv[])
{
	static struct transfer transfer = {.fifo = {.mode = 0600, .timeout = DEADLINE_NEVER, .fd = -1, .keep = -1}};
	bool removes = false;
	int status, other;

	command_start(&command, argc, argv);
	status = parse(&transfer, &removes, argc, argv);
	if (status != GO_ON)
		return command_end(status);
	if (!transfer.fifo.write && !io_output()) {
		transfer.pump.output = true;
		return command_end(stop(&transfer, EBADF));
	}
	status = fifo_open(&transfer.fifo);
	if (status == GO_ON)
		status = transfer_run(&transfer) == 0 ? STATUS_OK : stop(&transfer, errno);
	count_dropped(&transfer);
	/* The FIFO stays after a failure, unless a signal ended the copy or this process created the FIFO. */
	if (removes && (status == STATUS_OK || interrupt_caught() || transfer.fifo.created)) {
		other = fifo_unlink(&transfer.fifo);
		status = status == STATUS_OK ? other : status;
	}
	fifo_close(&transfer.fifo);
	return command_end(status);
}
