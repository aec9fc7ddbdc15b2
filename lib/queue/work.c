/*
 * work.c: a COMMAND that runs on each message of a queue. A message whose COMMAND failed goes to the dead-letter queue
 * or is put back, so no message is held between two runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "process/child.h"
#include "process/launch.h"
#include "queue/queue.h"

int
work_find(struct work *work)
{
	if (launch_find(work->argv[0], &work->path) == 0)
		return GO_ON;
	return launch_report(work->argv[0], errno);
}

int
work_open(struct work *work, const struct queue_options *options)
{
	struct queue_options dead = *options;
	int status;

	if (setenv("IPC7_QUEUE", work->queue->text, 1) == -1) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	if (!work->dead_name.text)
		return GO_ON;
	dead.create |= dead.exclusive;
	dead.exclusive = dead.receive = dead.peek = false;
	dead.select = NULL;
	status = queue_check(&work->dead_name, &dead);
	if (status == GO_ON)
		status = queue_start(&work->dead, &work->dead_name, &dead);
	if (status == GO_ON && queue_same(work->queue, &work->dead))
		status = command_usage("-D must name a queue other than QUEUE");
	return status;
}

void
work_close(struct work *work)
{
	queue_close(&work->dead);
	free(work->path);
	name_free(&work->dead_name);
}

/* Put the message back, and append the result to text. spare: as in queue_put_back. */
static void
put_back(struct work *work, const struct message *message, struct queue *spare, struct text *text)
{
	struct deadline deadline;
	struct queue *taker;

	if (work->queue->asked.peek)
		return;
	deadline_set(&deadline, work->queue->asked.patience);
	taker = queue_put_back(work->queue, spare, message, &deadline);
	if (taker == work->queue)
		text_format(text, "; its message was put back");
	else if (taker)
		text_format(text, "; its message went to %s", taker->text);
	else
		text_format(text, "; its message is printed above");
}

/* Move the message to the dead-letter queue, whose priorities may be others. Returns GO_ON or an exit status. */
static int
send_dead_letter(struct work *work, const struct message *message)
{
	struct queue_wait wait = {.output = -1};
	bool waits = work->timeout != DEADLINE_NEVER;
	struct text extra = {0};
	int status, error;

	deadline_set(&wait.deadline, work->timeout);
	if (queue_send_nearest(&work->dead, message, waits ? &wait : NULL) == 0)
		return GO_ON;
	error = errno;
	if (error == EAGAIN && !waits) {
		text_format(&extra, "the queue is full; ");
		error = 0;
	}
	text_format(&extra, "a COMMAND failed");
	put_back(work, message, NULL, &extra);
	status = queue_report(&work->dead, QUEUE_SEND, error, extra.data);
	text_free(&extra);
	return status == STATUS_TIMEOUT ? STATUS_FAILED : status;
}

/* Make the descriptor from which COMMAND reads the message. */
static int
make_input(const struct work *work, const struct message *message)
{
	char prefix[24], *record = malloc(message->size + RECORD_FRAME);
	size_t body, size;
	int input = -1;

	snprintf(prefix, sizeof(prefix), "%ld", message->priority);
	if (record && setenv("IPC7_PRIO", prefix, 1) == 0) {
		size = record_format(
		    work->form, work->prefix ? prefix : NULL, message->data, message->size, record, &body);
		input = launch_input(record, size);
	}
	free(record);
	return input;
}

/* Run COMMAND with the message as its standard input. Returns 0 or an errno value. */
static int
run(const struct work *work, const struct message *message, int *wait_status)
{
	struct launch launch = {
	    .path = work->path,
	    .argv = work->argv,
	    .input = make_input(work, message),
	    .output = STDOUT_FILENO,
	    .group = LAUNCH_SAME,
	};
	int error;

	if (launch.input == -1)
		return errno;
	error = child_run(&launch, wait_status) == -1 ? errno : 0;
	close(launch.input);
	return error;
}

int
work_run(struct work *work, const struct message *message)
{
	struct queue *dead = work->dead.open ? &work->dead : NULL;
	struct text words = {0};
	int wait_status, error = run(work, message, &wait_status), status;

	if (error) {
		status = launch_failure(error);
		text_format(&words, "%s cannot be run: %s%s", work->path, strerror(error),
		    error == ENOEXEC ? " (a script starts with #!)" : "");
	} else {
		status = child_status(wait_status);
		if (status == STATUS_OK)
			return GO_ON;
		if (dead && !work->queue->asked.peek && !interrupt_caught())
			return send_dead_letter(work, message);
		work->ended = true;
		text_format(&words, "%s ended with status %d", work->argv[0], status);
	}
	put_back(work, message, dead, &words);
	error_line(work->queue->text, "%s", words.data ? words.data : "out of memory");
	text_free(&words);
	return status;
}
