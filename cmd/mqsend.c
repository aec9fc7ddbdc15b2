/*
 * mqsend: send records as messages.
 *
 * Each MESSAGE, or each record of standard input, becomes one message; no message is cut, split or merged. mqsend waits
 * while the queue is full. If it leaves a message unsent, the error line says exactly how many messages went into the
 * queue.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"

#include "mqsend.h"

/* Append how many messages were dropped. */
static void
add_dropped(const struct sender *sender, struct text *line)
{
	if (sender->dropped > 0)
		text_format(line, "%s%lu record%s dropped (-L)", line->size > 0 ? ", " : "", sender->dropped,
		    sender->dropped == 1 ? " was" : "s were");
}

/* Print a line if messages were dropped. Returns status. */
static int
tell_dropped(const struct sender *sender, int status)
{
	struct text line = {0};

	add_dropped(sender, &line);
	if (line.size > 0)
		error_text(sender->queue.text, &line);
	return status;
}

/*
 * End with one line: the meaning of errno value error in a step (0: none), a fault (a format, or NULL), and the number
 * of messages sent. Returns the exit status.
 */
static int
stop(const struct sender *sender, enum queue_step step, int error, const char *fault, ...)
{
	struct text line = {0};
	va_list args;
	int status;

	if (fault) {
		va_start(args, fault);
		text_vformat(&line, fault, args);
		va_end(args);
		text_format(&line, "; ");
	}
	if (sender->sent == 0)
		text_format(&line, "no message was sent");
	else
		text_format(&line, "%lu message%s sent", sender->sent, sender->sent == 1 ? " was" : "s were");
	add_dropped(sender, &line);
	status = queue_report(&sender->queue, step, error, line.data);
	text_free(&line);
	return status;
}

/* Take the priority off a record (-P) and check its size. what and number name the record in an error line. */
static int
check(const struct sender *sender, const char *what, unsigned long number, struct message *message)
{
	message->priority = sender->priority;
	if (sender->prefix && record_prefix(&message->data, &message->size, &message->priority) == -1)
		return stop(sender, QUEUE_SEND, 0, "%s %lu %s (-P)", what, number,
		    errno == ERANGE ? "starts with a number that is too large for a priority"
		                    : "does not start with a priority and a tab");
	if (message->priority < sender->can->lowest || message->priority > sender->can->highest)
		return stop(sender, QUEUE_SEND, 0, "%s %lu has priority %ld, which is not from %ld to %ld", what,
		    number, message->priority, sender->can->lowest, sender->can->highest);
	if (message->size > sender->queue.size)
		return stop(sender, QUEUE_SEND, EMSGSIZE, "%s %lu has %zu bytes", what, number, message->size);
	return GO_ON;
}

/*
 * Send a message, or drop it after the time of -L, unless it is the mark. Look for a caught signal first, because a
 * call that does not block does not report one.
 */
static int
send_message(struct sender *sender, const struct message *message, bool mark)
{
	bool lossy = sender->patience != DEADLINE_NEVER && !mark;

	if (interrupt_caught())
		return stop(sender, QUEUE_SEND, EINTR, NULL);
	deadline_set(&sender->wait.deadline, lossy ? sender->patience : sender->timeout);
	if (queue_send(&sender->queue, message, &sender->wait) == 0)
		sender->sent++;
	else if (lossy && errno == ETIMEDOUT)
		sender->dropped++;
	else
		return stop(sender, QUEUE_SEND, errno, NULL);
	return GO_ON;
}

/* Send the operands, once all of them have been checked. */
static int
send_operands(struct sender *sender)
{
	int status = GO_ON, pass;
	unsigned long i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; sender->messages[i] && status == GO_ON; i++) {
			struct message message = {.data = sender->messages[i], .size = strlen(sender->messages[i])};

			status = check(sender, "MESSAGE", i + 1, &message);
			if (status == GO_ON && pass == 1)
				status = send_message(sender, &message, false);
		}
	}
	return status;
}

/* End because a record could not be read. Nothing is lost if a signal came before a part of a record was read. */
static int
stop_reading(const struct sender *sender, const struct record_reader *reader, int error)
{
	if (error == EINTR && record_held(reader) == 0)
		return tell_dropped(sender, STATUS_FAILED);
	if (error == EMSGSIZE)
		return stop(sender, QUEUE_SEND, error, "record %lu has %s%zu bytes", reader->count,
		    reader->endless ? "at least " : "", reader->size);
	if (error == EBADMSG)
		return stop(sender, QUEUE_SEND, 0, "record %lu is not a netstring: %s", reader->count, reader->fault);
	if (error == EINTR)
		return stop(sender, QUEUE_SEND, error, NULL);
	return stop(sender, QUEUE_SEND, 0, "standard input cannot be read: %s", explain_errno(error));
}

static int
send_input(struct sender *sender)
{
	struct record_reader reader;
	struct message message;
	int got = 0, status = GO_ON;

	record_open(&reader, STDIN_FILENO, sender->form, sender->queue.size + (sender->prefix ? RECORD_FRAME : 0));
	while (status == GO_ON && (got = record_next(&reader, &message.data, &message.size)) == 1) {
		status = check(sender, "record", reader.count, &message);
		if (status == GO_ON)
			status = send_message(sender, &message, false);
	}
	if (got == -1)
		status = stop_reading(sender, &reader, errno);
	record_close(&reader);
	return status;
}

/*
 * Send all messages, then the mark. Check at the end whether the queue was removed, because a removed queue still
 * accepts messages.
 */
static int
send_all(struct sender *sender)
{
	struct message mark = {sender->mark, sender->mark ? strlen(sender->mark) : 0, sender->priority};
	unsigned long left;
	int status;

	if (sender->mark && mark.size > sender->queue.size)
		return stop(sender, QUEUE_SEND, EMSGSIZE, "MARK 1 has %zu bytes", mark.size);
	status = sender->messages[0] ? send_operands(sender) : send_input(sender);
	if (status == GO_ON && sender->mark)
		status = send_message(sender, &mark, true);
	if (status != GO_ON)
		return status;
	left = queue_stranded(&sender->queue);
	if (left > 0)
		return stop(sender, QUEUE_SEND, EIDRM, "%lu message%s left in it", left, left == 1 ? " is" : "s are");
	return tell_dropped(sender, STATUS_OK);
}

/*
 * Open the queue. Write the name of a new private queue to standard output, because no other process can find it
 * without that.
 */
static int
open_queue(struct sender *sender)
{
	int status = queue_start(&sender->queue, &sender->name, &sender->options);

	if (status != GO_ON || sender->name.kind != NAME_NEW)
		return status;
	status = command_tell(sender->queue.text, "no queue was made, no message was sent");
	if (status != GO_ON && queue_unlink(&sender->queue) == -1)
		return queue_report(&sender->queue, QUEUE_UNLINK, errno, NULL);
	return status;
}

int
main(int argc, char *argv[])
{
	struct sender sender = {
	    .options = {.mode = 0600}, .timeout = DEADLINE_NEVER, .patience = DEADLINE_NEVER, .wait = {.output = -1}};
	int status;

	command_start(&mqsend_command, argc, argv);
	status = mqsend_options(&sender, argc, argv);
	if (status == GO_ON)
		status = open_queue(&sender);
	if (status == GO_ON) {
		status = send_all(&sender);
		if (sender.options.unlink && command_unlinks(sender.queue.created, false, status) &&
		    queue_unlink(&sender.queue) == -1 && errno != ENOENT)
			status = stop(&sender, QUEUE_UNLINK, errno, NULL);
	}
	queue_close(&sender.queue);
	name_free(&sender.name);
	return command_end(status);
}
