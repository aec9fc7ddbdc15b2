/*
 * mqsend: send records as messages.
 *
 * Each MESSAGE, or each record of standard input, becomes one message; none is cut, split or merged. A full queue is
 * waited for. When it stops early, the error line says how many messages were sent: those, and no others, are in the
 * queue.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/record.h"
#include "base/text.h"
#include "queue/queue.h"

static const struct command command = {
    .name = "mqsend",
    .usage = "[-cuvx] [-0|-N|-r] [-P] [-d DEPTH] [-e MARK] [-m MODE] [-p PRIO] [-s SIZE] [-t TIME] QUEUE [MESSAGE...]",
    .help = "Send each MESSAGE, or with none each record of standard input, to a message queue.\n"
            "  -0        records end in NUL instead of newline\n"
            "  -N        records are netstrings (5:hello,)\n"
            "  -r        the whole input is one record\n"
            "  -P        each record starts with its priority and a tab\n"
            "  -c        create the queue if it is missing\n"
            "  -x        create it; fail if it exists\n"
            "  -d DEPTH  messages in a queue that is created (10)\n"
            "  -s SIZE   bytes in a message of a queue that is created (8192)\n"
            "  -m MODE   its octal mode (0600)\n"
            "  -p PRIO   POSIX priority (0 to 32767, default 0) or System V type (from 1, default 1)\n"
            "  -e MARK   send MARK after the last record\n"
            "  -t TIME   wait at most so long for room, for each message; 0 never waits\n"
            "  -u        unlink the queue on the way out\n"
            "  -v        print each IPC system call\n"
            "QUEUE: /jobs, posix:/jobs, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct sender {
	struct name name;
	struct queue *queue;
	struct queue_options options;
	struct queue_wait wait;
	enum record_form form;
	bool prefix, unlink;
	const char *mark;
	char **messages; /* none: standard input */
	long priority, lowest, highest;
	long long timeout;
	unsigned long sent;
};

static int
parse(struct sender *sender, int argc, char *argv[])
{
	const char *priority = NULL;
	unsigned long long number;
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":0NPcd:e:hm:p:rs:t:uvVx")) != -1) {
		switch (option) {
		case '0':
		case 'N':
		case 'r':
			status = command_form(option, &sender->form);
			break;
		case 'P':
			sender->prefix = true;
			break;
		case 'e':
			sender->mark = optarg;
			break;
		case 'p':
			priority = optarg;
			break;
		case 't':
			status = command_time(option, optarg, &sender->timeout);
			break;
		case 'u':
			sender->unlink = true;
			break;
		default:
			status = command_queue(&command, option, optarg, &sender->options);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("QUEUE is missing; usage: mqsend %s", command.usage);
	status = command_name(&sender->name, argv[optind]);
	if (status == -1)
		status = queue_check(&sender->name, &sender->options);
	if (status != -1)
		return status;
	sender->messages = argv + optind + 1;
	queue_priorities(&sender->name, &sender->lowest, &sender->highest, &sender->priority);
	if (priority) {
		status = command_number(
		    'p', priority, (unsigned long)sender->lowest, (unsigned long)sender->highest, &number);
		if (status == -1)
			sender->priority = (long)number;
	}
	return status;
}

/*
 * Ends with one line: what the queue says of error at a step (0: nothing), what was the matter, and how many were
 * sent.
 */
static int
stop_at(const struct sender *sender, enum queue_step step, int error, const char *what)
{
	struct text line = {0};
	int status = STATUS_FAILED;

	if (what)
		text_format(&line, "%s; ", what);
	if (sender->sent == 0)
		text_format(&line, "no message was sent");
	else
		text_format(&line, "%lu message%s sent", sender->sent, sender->sent == 1 ? " was" : "s were");
	if (error)
		status = queue_report(sender->queue, step, error, line.data);
	else
		error_line(queue_name(sender->queue), "%s", line.data ? line.data : "out of memory");
	text_free(&line);
	return status;
}

static int
stop(const struct sender *sender, int error, const char *what)
{
	return stop_at(sender, QUEUE_SEND, error, what);
}

/* Takes the priority off a record (-P). what and number say which it is. Returns -1 to go on. */
static int
take_priority(const struct sender *sender, const char *what, unsigned long number, struct message *message)
{
	struct text fault = {0};
	int status;

	message->priority = sender->priority;
	if (!sender->prefix)
		return -1;
	if (record_prefix(&message->data, &message->size, &message->priority) == -1)
		text_format(&fault, "%s %lu does not start with a %s and a tab (-P)", what, number,
		    errno == ERANGE ? "priority that can be" : "priority");
	else if (message->priority < sender->lowest || message->priority > sender->highest)
		text_format(&fault, "%s %lu has priority %ld, which is not from %ld to %ld", what, number,
		    message->priority, sender->lowest, sender->highest);
	else
		return -1;
	status = stop(sender, 0, fault.data);
	text_free(&fault);
	return status;
}

/* Looks whether the queue can ever hold a message. Returns -1 to go on. */
static int
check_size(const struct sender *sender, const char *what, unsigned long number, const struct message *message)
{
	struct text fault = {0};
	int status;

	if (message->size <= queue_limit(sender->queue))
		return -1;
	text_format(&fault, "%s %lu has %zu bytes", what, number, message->size);
	status = stop(sender, EMSGSIZE, fault.data);
	text_free(&fault);
	return status;
}

static int
send_message(struct sender *sender, const struct message *message)
{
	/* A call that need not wait does not notice a signal. */
	if (interrupt_caught())
		return stop(sender, EINTR, NULL);
	deadline_set(&sender->wait.deadline, sender->timeout);
	if (queue_send(sender->queue, message, &sender->wait) == -1)
		return stop(sender, errno, NULL);
	sender->sent++;
	return -1;
}

/* All operands are looked at before the first is sent. */
static int
send_operands(struct sender *sender)
{
	int status = -1, pass;
	unsigned long i;

	for (pass = 0; pass < 2 && status == -1; pass++) {
		for (i = 0; sender->messages[i] && status == -1; i++) {
			struct message message = {.data = sender->messages[i], .size = strlen(sender->messages[i])};

			status = take_priority(sender, "MESSAGE", i + 1, &message);
			if (status == -1)
				status = check_size(sender, "MESSAGE", i + 1, &message);
			if (status == -1 && pass == 1)
				status = send_message(sender, &message);
		}
	}
	return status;
}

/* Ends with a line for a record that could not be read. */
static int
stop_reading(const struct sender *sender, const struct record_reader *reader)
{
	struct text fault = {0};
	int status, error = errno;

	if (error == EMSGSIZE)
		text_format(&fault, "record %lu has %s%zu bytes", reader->count, reader->endless ? "more than " : "",
		    reader->size);
	else if (error == EBADMSG)
		text_format(&fault, "record %lu is no netstring: %s", reader->count, reader->fault);
	else if (error != EINTR)
		text_format(&fault, "standard input cannot be read: %s", strerror(error));
	status = stop(sender, error == EMSGSIZE || error == EINTR ? error : 0, fault.data);
	text_free(&fault);
	return status;
}

static int
send_input(struct sender *sender)
{
	size_t limit = queue_limit(sender->queue) + (sender->prefix ? RECORD_FRAME : 0);
	struct record_reader reader;
	struct message message;
	int got = 0, status = -1;

	record_open(&reader, STDIN_FILENO, sender->form, limit);
	while (status == -1 && (got = record_next(&reader, &message.data, &message.size)) == 1) {
		status = take_priority(sender, "record", reader.count, &message);
		if (status == -1)
			status = check_size(sender, "record", reader.count, &message);
		if (status == -1)
			status = send_message(sender, &message);
	}
	if (got == -1)
		status = stop_reading(sender, &reader);
	record_close(&reader);
	return status;
}

/* Ends because the queue was removed with messages in it. */
static int
stop_stranded(const struct sender *sender, unsigned long left)
{
	struct text fault = {0};
	int status;

	text_format(&fault, "%lu message%s left in it", left, left == 1 ? " is" : "s are");
	status = stop(sender, EIDRM, fault.data);
	text_free(&fault);
	return status;
}

/* Sends it all, and the mark behind it. Returns the exit status. */
static int
send_all(struct sender *sender)
{
	struct message mark = {sender->mark, sender->mark ? strlen(sender->mark) : 0, sender->priority};
	unsigned long left;
	int status = -1;

	if (sender->mark)
		status = check_size(sender, "MARK", 1, &mark);
	if (status == -1)
		status = sender->messages[0] ? send_operands(sender) : send_input(sender);
	if (status == -1 && sender->mark)
		status = send_message(sender, &mark);
	if (status != -1)
		return status;
	left = queue_stranded(sender->queue);
	return left ? stop_stranded(sender, left) : STATUS_OK;
}

/* Opens the queue; the handle of a new private one goes to standard output, since it has no other name. */
static int
open_queue(struct sender *sender)
{
	struct text line = {0};
	int status;

	status = queue_start(&sender->queue, &sender->name, &sender->options);
	if (status != -1 || sender->name.kind != NAME_NEW)
		return status;
	text_format(&line, "%s\n", queue_name(sender->queue));
	if (io_write(STDOUT_FILENO, line.data, line.size, NULL) == -1) {
		error_line(NULL, "standard output: %s; no queue was made, no message was sent", strerror(errno));
		queue_unlink(sender->queue);
		status = STATUS_FAILED;
	}
	text_free(&line);
	return status;
}

int
main(int argc, char *argv[])
{
	struct sender sender = {
	    .options = {.mode = 0600},
	    .timeout = DEADLINE_NEVER,
	    .wait = {.output = -1},
	};
	int status = command_start(&command, argc, argv);

	if (status == -1)
		status = parse(&sender, argc, argv);
	if (status == -1)
		status = open_queue(&sender);
	if (status == -1) {
		status = send_all(&sender);
		if (sender.unlink && status != STATUS_REMOVED && queue_unlink(sender.queue) == -1 && errno != ENOENT)
			status = stop_at(&sender, QUEUE_UNLINK, errno, NULL);
	}
	queue_close(sender.queue);
	name_free(&sender.name);
	return command_end(status);
}
