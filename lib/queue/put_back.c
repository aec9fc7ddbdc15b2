/*
 * put_back.c: puts messages that could not be delivered back into their queue. If it is full, a process that is left
 * behind waits for space. No message is dropped.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "process/leave.h"
#include "queue/internal.h"

/*
 * Put a message back. Refuse a removed queue: it accepts the message, but loses it on close. Returns 0 or an errno
 * value.
 */
static int
send_back(struct queue *queue, const struct message *message)
{
	if (queue_removed(queue))
		return EIDRM;
	while (queue_send(queue, message, NULL) == -1)
		if (errno != EINTR)
			return errno;
	queue->returned = true;
	return 0;
}

void
put_back_print(const struct queue *queue, const struct message *message, int error)
{
	struct text quoted = {0};
	const char *why = explain_errno(error);

	if (error == EIDRM)
		why = "the queue was removed";
	else if (error == EBADF || error == EACCES)
		why = "no permission to send to it";
	text_quote(&quoted, message->data, message->size, message->size);
	error_line(
	    queue->text, "not put back (%s), priority %ld: %s", why, message->priority, quoted.data ? quoted.data : "");
	text_free(&quoted);
}

/* Leave a process behind that sends the messages as soon as there is space. Returns its process id, or -1. */
static pid_t
leave_behind(struct queue *queue, const struct message *messages, size_t count)
{
	int fd = queue->backend->descriptor ? queue->backend->descriptor(queue) : -1;
	pid_t pid = leave_start(&fd, 1);
	size_t i;

	if (pid != 0) {
		queue->returned = true;
		return pid;
	}
	for (i = 0; i < count; i++)
		if (queue->backend->insist(queue, &messages[i]) == -1)
			put_back_print(queue, &messages[i], errno);
	_exit(STATUS_OK);
}

struct put_back
queue_put_back(struct queue *queue, const struct message *messages, size_t count)
{
	struct put_back result = {0};
	size_t i;

	for (i = 0; i < count && !queue->asked.peek; i++) {
		int error = send_back(queue, &messages[i]);

		if (error && !put_back_refused(error) &&
		    (result.process = leave_behind(queue, messages + i, count - i)) != -1) {
			result.waiting = count - i;
			result.error = error;
			break;
		}
		if (error) {
			put_back_print(queue, &messages[i], error);
			result.printed++;
		} else {
			result.back++;
		}
	}
	return result;
}

/* Append a number of messages; its: they belong to a COMMAND. */
static void
add_messages(struct text *text, size_t count, bool its)
{
	if (count == 1)
		text_format(text, its ? "its message" : "1 message");
	else
		text_format(text, its ? "its %zu messages" : "%zu messages", count);
}

void
put_back_words(const struct put_back *result, bool its, struct text *text)
{
	size_t start = text->size;

	if (result->back > 0) {
		add_messages(text, result->back, its);
		text_format(text, result->back == 1 ? " was put back" : " were put back");
	}
	if (result->waiting > 0) {
		text_format(text, "%s%s, and ", text->size > start ? ", " : "",
		    result->error == EAGAIN ? "the queue is full" : explain_errno(result->error));
		if (result->process)
			text_format(text, "process %ld waits to put ", (long)result->process);
		else
			text_format(text, "the next mqrecv of this queue puts ");
		add_messages(text, result->waiting, its);
		text_format(text, " back");
	}
	if (result->printed > 0) {
		text_format(text, text->size > start ? ", " : "");
		add_messages(text, result->printed, its);
		text_format(text, result->printed == 1 ? " is printed above" : " are printed above");
	}
}
