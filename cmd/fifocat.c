/*
 * fifocat: read or write a named pipe without its traps.
 *
 * Reads the FIFO to standard output, or writes standard input to it. What is no FIFO is left alone. Every wait can be
 * bounded; a reader may outlive its writers and a writer its readers; and what the other end has not taken is said.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/pump.h"
#include "base/record.h"
#include "base/text.h"
#include "pipe/fifo.h"
#include "pipe/pipe.h"

static const struct command command = {
    .name = "fifocat",
    .usage = "[-cfuvz] [-0|-N] [-l] [-m MODE] [-n COUNT] [-s SIZE] [-t TIME] [-w] PATH",
    .help = "Read a FIFO to standard output, or write standard input to it.\n"
            "  -w        write\n"
            "  -c        create the FIFO if it is missing\n"
            "  -m MODE   its octal mode (0600)\n"
            "  -u        unlink it on the way out\n"
            "  -f        forever: go on when the last writer closes; with -w, when the last reader does\n"
            "  -l        each record in one write, so that writers never interleave\n"
            "  -n COUNT  stop after COUNT records, and take not a byte more\n"
            "  -0, -N    records end in NUL, or are netstrings (lines)\n"
            "  -s SIZE   the capacity of the pipe\n"
            "  -t TIME   wait at most so long for the other end, a byte, or room; 0 never waits\n"
            "  -v        print each system call\n"
            "  -z        pass the pages of an input file instead of copying them\n",
};

struct cat {
	struct fifo fifo;
	struct pump pump;
	struct exact exact;
	enum record_form form;
	struct whole whole;
	unsigned long long count;          /* -n */
	bool counted, lines, unlink, pass; /* -n, -l, -u, -z */
	bool alone;                        /* the other end has gone, and none came again */
};

static int
parse(struct cat *cat, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":0Ncfhlm:n:s:t:uvVwz")) != -1) {
		switch (option) {
		case '0':
		case 'N':
			status = command_form(option, &cat->form);
			break;
		case 'c':
			cat->fifo.create = true;
			break;
		case 'f':
			cat->fifo.forever = true;
			break;
		case 'l':
			cat->lines = true;
			break;
		case 'm':
			status = command_mode(option, optarg, &cat->fifo.mode);
			break;
		case 'n':
			status = command_number(option, optarg, 0, ULLONG_MAX, &cat->count);
			cat->counted = true;
			break;
		case 's':
			status = command_size(option, optarg, &cat->fifo.capacity);
			break;
		case 't':
			status = command_time(option, optarg, &cat->fifo.timeout);
			break;
		case 'u':
			cat->unlink = true;
			break;
		case 'w':
			cat->fifo.write = true;
			break;
		case 'z':
			cat->pass = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("PATH is missing; usage: fifocat %s", command.usage);
	if (!*argv[optind])
		return command_usage("PATH is empty");
	if (optind + 1 < argc)
		return command_usage("there is one PATH, after the options");
	cat->fifo.path = argv[optind];
	return -1;
}

/* Says how an error ended it, and what became of the bytes. Returns the exit status. */
static int
stop(const struct cat *cat, int error)
{
	const struct pump *pump = &cat->pump;
	unsigned long long number = cat->lines ? cat->whole.number : cat->count - cat->exact.left;
	struct text line = {0};
	long unread = fifo_unread(&cat->fifo);
	int status = STATUS_FAILED;

	if (error == ETIMEDOUT) {
		text_format(&line, "no %s in time (-t)",
		    cat->alone     ? (cat->fifo.write ? "reader" : "writer")
		    : pump->output ? "room"
		                   : "byte");
		status = STATUS_TIMEOUT;
	} else if (error == EIDRM) {
		text_format(&line, "the FIFO was removed");
		status = STATUS_REMOVED;
	} else if (error == EINTR) {
		text_format(&line, "stopped by a signal");
	} else if (error == EBADMSG) {
		text_format(&line, "record %llu is no netstring", number + 1);
	} else if (error == EMSGSIZE) {
		text_format(&line, "record %llu has %zu bytes%s with its end; one write keeps %d together (-l)",
		    number + 1, cat->whole.size, cat->whole.endless ? " or more" : "", PIPE_BUF);
	} else if (error == EPIPE && pump->output) {
		text_format(&line, cat->fifo.write ? "the reader has gone" : "standard output has lost its reader");
	} else {
		text_format(&line, "%s%s",
		    pump->output == cat->fifo.write ? ""
		    : pump->output                  ? "standard output: "
		                                    : "standard input: ",
		    strerror(error));
	}
	text_format(&line, "; %llu bytes were written", pump->moved);
	if (cat->fifo.write && unread > 0 && (unsigned long long)unread <= pump->moved)
		text_format(&line, ", %llu of them taken", pump->moved - (unsigned long long)unread);
	if (!cat->fifo.write && pump->end > pump->start)
		text_format(&line, ", and %zu were taken that are lost", pump->end - pump->start);
	if (!cat->fifo.write && unread > 0)
		text_format(&line, ", %ld are left in the FIFO", unread);
	if (!cat->fifo.write && cat->counted && !cat->lines && cat->exact.open)
		text_format(&line, ", and the last record is not whole");
	error_line(cat->fifo.path, "%s", line.data ? line.data : "");
	text_free(&line);
	return status;
}

/* Copies until the input ends. */
static int
copy(struct cat *cat)
{
	if (cat->lines)
		return whole_copy(&cat->exact, cat->counted, &cat->pump, &cat->whole);
	return cat->counted ? exact_copy(&cat->exact, &cat->pump) : pump_copy(&cat->pump);
}

/* Waits for the other end to come again. Returns the exit status, or -1 to go on. */
static int
again(struct cat *cat)
{
	if (fifo_again(&cat->fifo) == 0)
		return -1;
	cat->alone = true;
	cat->pump.output = cat->fifo.write;
	return stop(cat, errno);
}

/*
 * After the last byte: a reader that has gone without taking all is no success; with -f another one is waited for. Returns
 * the exit status.
 */
static int
see_off(struct cat *cat)
{
	struct deadline deadline;
	long long nap = 0;
	int status = -1;

	deadline_set(&deadline, cat->fifo.timeout);
	cat->fifo.ended = true;
	while (cat->fifo.write && fifo_unread(&cat->fifo) > 0) {
		if (io_gone(cat->fifo.fd) && !cat->fifo.forever) {
			cat->pump.output = true;
			return stop(cat, EPIPE);
		}
		/* No call waits until a pipe is empty; without -f it is the reader's from now on. */
		if (!cat->fifo.forever)
			break;
		cat->pump.output = true;
		if (deadline_passed(&deadline))
			return stop(cat, ETIMEDOUT);
		if (io_gone(cat->fifo.fd))
			status = again(cat);
		else if (deadline_nap(&deadline, &nap) == -1)
			return stop(cat, EINTR);
		if (status != -1)
			return status;
	}
	return STATUS_OK;
}

static int
work(struct cat *cat)
{
	int status = -1;

	while (status == -1) {
		if (copy(cat) == 0) {
			/* Where it may not write it has no writer of its own. */
			if (cat->fifo.forever && !cat->fifo.write && !(cat->counted && cat->exact.left == 0))
				status = again(cat);
			else
				status = see_off(cat);
		} else if (errno == EPIPE && cat->pump.output && cat->fifo.write && cat->fifo.forever) {
			status = again(cat);
		} else {
			status = stop(cat, errno);
		}
	}
	return status;
}

int
main(int argc, char *argv[])
{
	static struct cat cat = {.fifo = {.mode = 0600, .timeout = DEADLINE_NEVER, .fd = -1, .keep = -1}};
	int status = command_start(&command, argc, argv), other;

	if (status == -1)
		status = parse(&cat, argc, argv);
	if (status != -1)
		return command_end(status);
	status = fifo_open(&cat.fifo);
	if (status == -1) {
		pump_open(&cat.pump, cat.fifo.write ? STDIN_FILENO : cat.fifo.fd,
		    cat.fifo.write ? cat.fifo.fd : STDOUT_FILENO,
		    (cat.pass ? PUMP_PASS : 0) | (cat.fifo.write && !cat.fifo.capacity ? PUMP_GROW : 0));
		/* A writer may find a reader again, and may have written all. */
		cat.pump.watch = !cat.fifo.write;
		if (cat.fifo.write)
			cat.pump.out_timeout = cat.fifo.timeout;
		else
			cat.pump.in_timeout = cat.fifo.timeout;
		if (cat.fifo.forever && !cat.fifo.write) {
			cat.pump.tick = fifo_tick;
			cat.pump.owner = &cat.fifo;
		}
		exact_open(&cat.exact, cat.form, cat.counted ? cat.count : ULLONG_MAX);
		status = work(&cat);
	}
	/* What failed stays, unless a signal asks for the end, or it was made just now. */
	if (cat.unlink && (status == STATUS_OK || interrupt_caught() || cat.fifo.created)) {
		other = fifo_unlink(&cat.fifo);
		status = status == STATUS_OK ? other : status;
	}
	fifo_close(&cat.fifo);
	return command_end(status);
}
