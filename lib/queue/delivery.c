/*
 * delivery.c: messages on their way from a queue to an output. No message may be lost between the two, so each is held
 * until the write that carries it has succeeded, and goes back to its queue if it never does.
 *
 * A write carries whole records and at most PIPE_BUF bytes: a pipe takes all of it or nothing, and several receivers
 * that share a pipe do not mix their records. A larger record goes alone.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/record.h"
#include "base/text.h"
#include "queue/queue.h"

/* So many messages are held at most, also where they are empty and take no room in the buffer. */
#define MOST_HELD 1024

struct held {
	size_t body; /* where the message starts in the buffer */
	size_t size; /* of the message */
	size_t end;  /* where its record ends: written when the output took that much */
	long priority;
};

struct delivery {
	struct queue *queue;
	int output;
	enum record_form form;
	bool prefix, copies;
	char *buffer;
	size_t used, capacity;
	struct held *held;
	size_t count, room;
};

struct delivery *
delivery_open(struct queue *queue, int output, enum record_form form, bool prefix, bool copies)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));

	if (!delivery)
		return NULL;
	delivery->queue = queue;
	delivery->output = output;
	delivery->form = form;
	delivery->prefix = prefix;
	delivery->copies = copies;
	return delivery;
}

void
delivery_close(struct delivery *delivery)
{
	if (!delivery)
		return;
	free(delivery->buffer);
	free(delivery->held);
	free(delivery);
}

/* Makes room for one more message of that size. */
static int
reserve(struct delivery *delivery, size_t size)
{
	if (delivery->count == delivery->room) {
		size_t room = delivery->room ? delivery->room * 2 : 64;
		struct held *held = realloc(delivery->held, room * sizeof(*held));

		if (!held)
			return -1;
		delivery->held = held;
		delivery->room = room;
	}
	if (delivery->capacity - delivery->used < size + RECORD_FRAME) {
		size_t capacity = delivery->used + size + RECORD_FRAME + PIPE_BUF;
		char *buffer = realloc(delivery->buffer, capacity);

		if (!buffer)
			return -1;
		delivery->buffer = buffer;
		delivery->capacity = capacity;
	}
	return 0;
}

/* Lets go of the messages whose records are within the first written bytes. */
static void
let_go(struct delivery *delivery, size_t written)
{
	size_t done = 0, i;

	while (done < delivery->count && delivery->held[done].end <= written)
		done++;
	if (done == delivery->count) {
		delivery->count = delivery->used = 0;
		return;
	}
	for (i = done; i < delivery->count; i++)
		delivery->held[i - done] = delivery->held[i];
	delivery->count -= done;
}

int
delivery_flush(struct delivery *delivery)
{
	size_t written = 0;
	int result = 0;

	/* A caught signal ends a write that waits; so after one, write only what is taken at once. */
	if (delivery->used > 0) {
		if (interrupt_caught() && (delivery->used > PIPE_BUF || !io_writable(delivery->output))) {
			errno = EINTR;
			return -1;
		}
		result = io_write(delivery->output, delivery->buffer, delivery->used, &written);
	}
	if (result == 0)
		delivery->count = delivery->used = 0;
	else
		let_go(delivery, written);
	return result;
}

int
delivery_add(struct delivery *delivery, const struct message *message)
{
	char prefix[24];
	size_t body, size;
	int result = 0;

	if (reserve(delivery, message->size) == -1) {
		if (!delivery->copies)
			delivery_put_back(delivery->queue, NULL, message, 0);
		errno = ENOMEM;
		return -1;
	}
	/* The message has left its queue: whatever becomes of this write, it is held as well. */
	if (delivery->count == MOST_HELD ||
	    (delivery->used > 0 && delivery->used + message->size + RECORD_FRAME > PIPE_BUF))
		result = delivery_flush(delivery);
	if (delivery->prefix)
		snprintf(prefix, sizeof(prefix), "%ld", message->priority);
	size = record_format(delivery->form, delivery->prefix ? prefix : NULL, message->data, message->size,
	    delivery->buffer + delivery->used, &body);
	delivery->held[delivery->count++] = (struct held){
	    .body = delivery->used + body,
	    .size = message->size,
	    .end = delivery->used + size,
	    .priority = message->priority,
	};
	delivery->used += size;
	return result;
}

/* The last resort: a message that can go nowhere else. */
static void
print(struct queue *queue, const struct message *message, int error)
{
	struct text quoted = {0};
	const char *why = strerror(error);

	if (error == EAGAIN)
		why = "the queue is full again";
	else if (error == EIDRM)
		why = "the queue was removed";
	else if (error == EBADF || error == EACCES)
		why = "no permission to send to it";
	text_quote(&quoted, message->data, message->size, message->size);
	error_line(queue_name(queue), "not put back (%s), priority %ld: %s", why, message->priority,
	    quoted.data ? quoted.data : "");
	text_free(&quoted);
}

/* Puts a message back. Returns 0, or an errno value. */
static int
put_back(struct queue *queue, const struct message *message, const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 5000000};

	/* A queue without a name takes it, and is gone with it when the last process closes it. */
	if (queue_removed(queue))
		return EIDRM;
	while (queue_send(queue, message, NULL) == -1) {
		if (errno != EINTR && (errno != EAGAIN || deadline_passed(deadline)))
			return errno;
		nanosleep(&moment, NULL);
	}
	return 0;
}

struct queue *
delivery_put_back(struct queue *queue, struct queue *spare, const struct message *message, long long patience)
{
	struct message letter = *message;
	struct deadline deadline;
	int error;

	deadline_set(&deadline, patience);
	error = put_back(queue, message, &deadline);
	if (error == 0)
		return queue;
	if (spare) {
		letter.priority = queue_nearest(spare, message->priority);
		if (queue_send(spare, &letter, NULL) == 0)
			return spare;
	}
	print(queue, message, error);
	return NULL;
}

/* Adds what became of the messages. */
static void
account(struct text *line, size_t back, size_t printed)
{
	if (back + printed == 0)
		text_format(line, "no further message was taken");
	if (back > 0)
		text_format(line, "%zu message%s put back", back, back == 1 ? " was" : "s were");
	if (printed > 0)
		text_format(line, "%s%zu could not be put back and %s printed above", back ? ", " : "", printed,
		    printed == 1 ? "is" : "are");
}

int
delivery_fail(struct delivery *delivery, int error, long long patience, bool *returned)
{
	struct text line = {0};
	struct deadline deadline;
	size_t back = 0, printed = 0, i;

	deadline_set(&deadline, patience);
	for (i = 0; i < delivery->count && !delivery->copies; i++) {
		const struct held *held = &delivery->held[i];
		struct message message = {delivery->buffer + held->body, held->size, held->priority};
		int failed = put_back(delivery->queue, &message, &deadline);

		if (failed == 0) {
			back++;
		} else {
			print(delivery->queue, &message, failed);
			printed++;
		}
	}
	delivery->count = delivery->used = 0;
	*returned |= back > 0;
	if (error == EPIPE)
		text_format(&line, "standard output has lost its reader; ");
	else if (error == EINTR)
		text_format(&line, "stopped by a signal; ");
	else
		text_format(&line, "standard output: %s; ", strerror(error));
	account(&line, back, printed);
	error_line(queue_name(delivery->queue), "%s", line.data ? line.data : "out of memory");
	text_free(&line);
	return STATUS_FAILED;
}
