/*
 * output.c: messages on their way from a queue to an output. Each is held until the write that carries it has
 * succeeded, and goes back to its queue if that never happens.
 *
 * Messages are taken only while the output accepts PIPE_BUF bytes, and no more than it then accepts, so that SIGKILL
 * loses no more than that. The size of the next message of a POSIX queue is not known: one more can be held with those,
 * until the write that follows.
 *
 * A write carries whole records and at most PIPE_BUF bytes: a pipe takes all of it or nothing, and several receivers
 * that share a pipe do not mix their records. A larger record has a write of its own.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/pump.h"
#include "queue/internal.h"

/*
 * The most messages that are held before a flush; if it fails, one more is held. Raw empty messages write nothing, so
 * the size of the buffer alone sets no bound.
 */
#define MOST_HELD 1024

struct held {
	size_t body; /* offset of the message in the buffer */
	size_t size; /* bytes of the message */
	size_t end;  /* end of its record, which is written once the output has taken that many bytes */
	long priority;
};

void
output_close(struct output *output)
{
	free(output->buffer);
	free(output->held);
	free(output->list);
}

/* Make space for one more message of that size. */
static int
reserve(struct output *output, size_t size)
{
	/* The list is there already when it is needed after a failure. */
	if (!output->held)
		output->held = malloc((MOST_HELD + 1) * sizeof(*output->held));
	if (!output->list)
		output->list = malloc((MOST_HELD + 1) * sizeof(*output->list));
	if (!output->held || !output->list)
		return -1;
	if (output->capacity - output->used < size + RECORD_FRAME) {
		size_t capacity = output->used + size + RECORD_FRAME + PIPE_BUF;
		char *buffer = realloc(output->buffer, capacity);

		if (!buffer)
			return -1;
		output->buffer = buffer;
		output->capacity = capacity;
	}
	return 0;
}

/* Release the messages whose records are within the first written bytes. */
static void
release(struct output *output, size_t written)
{
	size_t done = 0;

	while (done < output->count && output->held[done].end <= written)
		done++;
	output->count -= done;
	if (output->count > 0)
		memmove(output->held, output->held + done, output->count * sizeof(*output->held));
	else
		output->used = 0;
}

void
output_open(struct output *output)
{
	enum pump_kind kind = pump_kind(output->fd);

	output->watched = kind == PUMP_PIPE || kind == PUMP_SOCKET || kind == PUMP_OTHER;
}

/* Wait until the output accepts PIPE_BUF bytes. */
static int
wait_ready(struct output *output)
{
	if (output->watched && !output->ready && queue_wait_output(output->fd) == -1)
		return -1;
	output->ready = true;
	return 0;
}

/*
 * Write the messages that are held. After a caught signal, write them only if the output takes them at once, because a
 * signal that was caught earlier does not end a write that blocks.
 */
int
output_flush(struct output *output)
{
	size_t written = 0;
	int result;

	if (output->used > 0 && interrupt_caught()) {
		if (output->used > PIPE_BUF || !io_writable(output->fd))
			return error_set(EINTR);
	} else if (output->used > 0 && wait_ready(output) == -1) {
		return -1;
	}
	result = io_write(output->fd, output->buffer, output->used, &written);
	output->ready &= output->used == 0;
	release(output, written);
	return result;
}

/* Return true if no further message fits into the write of those that are held. */
static bool
is_full(const struct output *output)
{
	return output->count == MOST_HELD || (output->used > 0 && output->used + RECORD_FRAME > PIPE_BUF);
}

int
output_ready(struct output *output)
{
	if (is_full(output) && output_flush(output) == -1)
		return -1;
	return wait_ready(output);
}

size_t
output_space(const struct output *output)
{
	return output->used > 0 ? PIPE_BUF - RECORD_FRAME - output->used : SIZE_MAX;
}

/* Hold the message whatever the result of the write before it, because the message has left its queue. */
int
output_add(struct output *output, const struct message *message)
{
	size_t body, size;
	int result = 0;

	if (reserve(output, message->size) == -1) {
		struct put_back back = queue_put_back(output->queue, message, 1);

		if (back.waiting > 0)
			error_line(output->queue->text, "process %ld waits to put a message back", (long)back.process);
		return error_set(ENOMEM);
	}
	if (output->used > 0 && output->used + message->size + RECORD_FRAME > PIPE_BUF)
		result = output_flush(output);
	if (output->prefix)
		snprintf(output->label, sizeof(output->label), "%ld", message->priority);
	size = record_format(output->form, output->prefix ? output->label : NULL, message->data, message->size,
	    output->buffer + output->used, &body);
	output->held[output->count++] = (struct held){
	    .body = output->used + body,
	    .size = message->size,
	    .end = output->used + size,
	    .priority = message->priority,
	};
	output->used += size;
	return result;
}

int
output_fail(struct output *output, int error)
{
	struct put_back result;
	struct text line = {0};
	size_t i;

	for (i = 0; i < output->count; i++) {
		const struct held *held = &output->held[i];

		output->list[i] = (struct message){output->buffer + held->body, held->size, held->priority};
	}
	result = queue_put_back(output->queue, output->list, output->count);
	output->count = output->used = 0;
	output->gone = error == EPIPE;
	/* A reader that has enough, or a signal that says stop, is no failure if nothing is lost. */
	if ((error == EPIPE || error == EINTR) && result.waiting + result.printed == 0)
		return error == EPIPE ? STATUS_OK : STATUS_FAILED;
	if (error == EPIPE)
		text_format(&line, "standard output has lost its reader; ");
	else if (error == EINTR)
		text_format(&line, "stopped by a signal; ");
	else
		text_format(&line, "standard output: %s; ", explain_errno(error));
	if (result.back + result.waiting + result.printed == 0)
		text_format(&line, "no further message was taken");
	put_back_words(&result, false, &line);
	error_line(output->queue->text, "%s", line.data ? line.data : "out of memory");
	text_free(&line);
	return STATUS_FAILED;
}
