/*
 * worker.c: a COMMAND that is run on each message of a queue. A message whose COMMAND fails is moved to a dead-letter
 * queue, or put back: it is never in hand when the worker stops.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/name.h"
#include "base/record.h"
#include "base/text.h"
#include "process/child.h"
#include "queue/queue.h"

int
worker_find(struct worker *worker)
{
	if (child_find(worker->argv[0], &worker->path) == 0)
		return -1;
	return child_failed(worker->argv[0], errno);
}

int
worker_open(struct worker *worker, struct queue *queue, const struct queue_options *options)
{
	struct queue_options dead = *options;
	int status;

	worker->queue = queue;
	if (setenv("IPC7_QUEUE", queue_name(queue), 1) == -1) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	if (!worker->dead_name.text)
		return -1;
	dead.create |= dead.exclusive;
	dead.exclusive = dead.receive = dead.peek = false;
	dead.select = NULL;
	status = queue_check(&worker->dead_name, &dead);
	if (status == -1)
		status = queue_start(&worker->dead, &worker->dead_name, &dead);
	if (status != -1)
		return status;
	return queue_same(queue, worker->dead) ? command_usage("-D takes another queue than QUEUE") : -1;
}

void
worker_close(struct worker *worker)
{
	queue_close(worker->dead);
	free(worker->path);
	name_free(&worker->dead_name);
}

/* Puts the message back, unless it is a copy, and adds to text what became of it. */
static void
take_back(struct worker *worker, const struct message *message, struct queue *spare, struct text *text)
{
	struct queue *taker;

	if (worker->copies)
		return;
	taker = delivery_put_back(worker->queue, spare, message, worker->patience);
	worker->returned |= taker == worker->queue;
	if (taker == worker->queue)
		text_format(text, "; its message was put back");
	else if (taker)
		text_format(text, "; its message went to %s", queue_name(taker));
	else
		text_format(text, "; its message is printed above");
}

/* Moves the message to the dead-letter queue, whose priorities may be others. -1 to go on. */
static int
bury(struct worker *worker, const struct message *message)
{
	struct queue_wait wait = {.output = -1};
	struct message letter = *message;
	struct text extra = {0};
	int status, error;

	letter.priority = queue_nearest(worker->dead, message->priority);
	deadline_set(&wait.deadline, worker->timeout);
	if (queue_send(worker->dead, &letter, worker->timeout == DEADLINE_NEVER ? NULL : &wait) == 0)
		return -1;
	error = errno;
	text_format(&extra, "a COMMAND failed");
	take_back(worker, message, NULL, &extra);
	status = queue_report(worker->dead, QUEUE_SEND, error, extra.data);
	text_free(&extra);
	return status == STATUS_TIMEOUT ? STATUS_FAILED : status;
}

/* Runs COMMAND with the message as its standard input. */
static int
feed(const struct worker *worker, const struct message *message, int *wait_status)
{
	char prefix[24], *record;
	int input, result, saved;
	size_t body, size;

	snprintf(prefix, sizeof(prefix), "%ld", message->priority);
	record = malloc(message->size + RECORD_FRAME);
	if (!record || setenv("IPC7_PRIO", prefix, 1) == -1) {
		free(record);
		return -1;
	}
	size = record_format(worker->form, worker->prefix ? prefix : NULL, message->data, message->size, record, &body);
	input = child_input(record, size);
	free(record);
	if (input == -1)
		return -1;
	result = child_run(&(struct launch){.path = worker->path,
	                       .argv = worker->argv,
	                       .input = input,
	                       .output = STDOUT_FILENO,
	                       .group = LAUNCH_SAME},
	    wait_status);
	saved = errno;
	close(input);
	errno = saved;
	return result;
}

int
worker_run(struct worker *worker, const struct message *message)
{
	struct text words = {0};
	int status, wait_status;

	if (feed(worker, message, &wait_status) == -1) {
		status = child_failure(errno);
		text_format(&words, "%s cannot be run: %s%s", worker->path, strerror(errno),
		    errno == ENOEXEC ? " (a script starts with #!)" : "");
	} else {
		status = child_status(wait_status);
		if (status == 0)
			return -1;
		if (worker->dead && !worker->copies && !interrupt_caught())
			return bury(worker, message);
		worker->ended = true;
		text_format(&words, "%s ended with status %d", worker->argv[0], status);
	}
	take_back(worker, message, worker->dead, &words);
	error_line(queue_name(worker->queue), "%s", words.data ? words.data : "out of memory");
	text_free(&words);
	return status;
}
