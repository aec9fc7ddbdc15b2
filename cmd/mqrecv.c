/*
 * mqrecv: receive messages as records, or run a command on each.
 *
 * No message is lost between the queue and standard output: mqrecv waits on both, takes no message once the reader of
 * its output has gone, and puts back the messages that it could not write. It writes whenever the queue is empty, so a
 * reader sees every message at once; while more messages are in the queue, many share a write.
 *
 * A message whose COMMAND fails goes to the -D queue, or mqrecv puts it back and ends with the status of COMMAND.
 * SIGKILL between the receive and the write loses the messages that mqrecv holds. With a COMMAND it loses none: a guard,
 * or the next receiver, puts them back.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "base/ready.h"

#include "mqrecv.h"

/*
 * Do every step that can fail without the queue, then open the queue. FILE of -R is opened before the queue too, so
 * that a reader that waits for a line in a FIFO sees its end if a step fails. Returns GO_ON, or the exit status after a
 * line.
 */
static int
set_up(struct receiver *receiver)
{
	int status = GO_ON, ready = -1;
	char line[24];

	if (receiver->ready && (ready = ready_open(receiver->ready, receiver->timeout)) == -1)
		return ready_report(receiver->ready);
	if (receiver->work.argv) {
		status = work_find(&receiver->work);
	} else if (!io_output()) {
		error_line(NULL, "standard output is closed, or not open for writing");
		status = STATUS_FAILED;
	}
	if (status == GO_ON)
		status = queue_start(&receiver->queue, &receiver->name, &receiver->options);
	if (status == GO_ON && receiver->work.argv)
		status = work_open(&receiver->work, &receiver->options);
	snprintf(line, sizeof(line), "%ld", (long)getpid());
	if (status == GO_ON && receiver->ready &&
	    ready_say(ready, receiver->name.kind == NAME_NEW ? receiver->queue.text : line) == -1)
		status = ready_report(receiver->ready);
	/* If the name of a private queue was not printed, no other process can find the queue. */
	if (status != GO_ON && receiver->name.kind == NAME_NEW)
		receiver->unlink = true;
	return status;
}

/* Unlink the queue if -u asks for that, unless messages were put back into it. Returns the exit status. */
static int
clean_up(struct receiver *receiver, int status)
{
	const struct queue *queue = &receiver->queue;

	/* An output without a reader is no failure, but no success either. */
	if (receiver->unlink && queue->open && !queue->returned &&
	    command_unlinks(queue->created, queue->taken, receiver->output.gone ? STATUS_FAILED : status) &&
	    unlink_queue(receiver) != GO_ON)
		status = STATUS_FAILED;
	if (status == STATUS_FAILED && receiver->work.argv && !receiver->work.ended)
		status = STATUS_RUNNER;
	return status;
}

int
main(int argc, char *argv[])
{
	struct receiver receiver = {
	    .options = {.receive = true, .mode = 0600},
	    .output = {.queue = &receiver.queue, .fd = STDOUT_FILENO},
	    .work = {.queue = &receiver.queue, .attempts = 1, .pause = 1000000000LL},
	    .limit = 1,
	    .timeout = DEADLINE_NEVER,
	    .rope = -1,
	};
	int status;

	command_start(&mqrecv_command, argc, argv);
	status = mqrecv_options(&receiver, argc, argv);
	if (status == GO_ON)
		status = set_up(&receiver);
	if (status == GO_ON)
		status = receiver.work.argv ? work_messages(&receiver) : receive_messages(&receiver);
	status = clean_up(&receiver, status);
	output_close(&receiver.output);
	work_close(&receiver.work);
	queue_close(&receiver.queue);
	name_free(&receiver.name);
	return command_end(status);
}
