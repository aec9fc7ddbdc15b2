/*
 * mqrecv_receive.c: the loop of mqrecv without a COMMAND: it receives messages and writes them.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"

#include "mqrecv.h"

/* Write the messages that are held. With a COMMAND there are none. The next message may then have any size. */
static int
flush(struct receiver *receiver)
{
	receiver->queue.most = SIZE_MAX;
	return output_flush(&receiver->output) == 0 ? GO_ON : output_fail(&receiver->output, errno);
}

int
unlink_queue(struct receiver *receiver)
{
	receiver->unlink = false;
	if (queue_unlink(&receiver->queue) == 0 || errno == ENOENT)
		return GO_ON;
	return queue_report(&receiver->queue, QUEUE_UNLINK, errno, "what was received is done");
}

/*
 * End -a, which found the queue empty. Returns GO_ON with a message if -u is set and a message came before the queue
 * was unlinked; else the exit status.
 */
static int
end_of_all(struct receiver *receiver, struct message *message)
{
	int status;

	if (!receiver->unlink || receiver->queue.returned)
		return STATUS_OK;
	status = unlink_queue(receiver);
	return status == GO_ON && queue_receive(&receiver->queue, message, NULL) == -1 ? STATUS_OK : status;
}

int
receive_next(struct receiver *receiver, struct message *message)
{
	struct output *output = &receiver->output;
	struct queue_wait *wait = &receiver->wait;
	int error, status;

	if (output_ready(output) == -1)
		return output_fail(output, errno);
	receiver->queue.most = output_space(output);
	if (!interrupt_caught() && queue_receive(&receiver->queue, message, NULL) == 0)
		return GO_ON;
	error = interrupt_caught() ? EINTR : errno;
	status = flush(receiver);
	if (status != GO_ON)
		return status;
	if (error == E2BIG)
		return receive_next(receiver, message);
	if (error == EAGAIN && !receiver->recovered && !receiver->work.argv) {
		receiver->recovered = true;
		work_recover(&receiver->queue);
		return receive_next(receiver, message);
	}
	if (error == EAGAIN) {
		if (receiver->all)
			return end_of_all(receiver, message);
		wait->output = receiver->work.argv ? receiver->rope : output->watched ? output->fd : -1;
		deadline_set(&wait->deadline, receiver->timeout);
		if (queue_receive(&receiver->queue, message, wait) == 0) {
			/* A System V queue gives an empty message before the output is looked at. */
			output->ready = message->size > 0;
			return GO_ON;
		}
		error = errno;
	}
	if (error == EINTR)
		return STATUS_FAILED; /* command_end turns it into the status of the signal */
	if (error == EPIPE && receiver->work.argv)
		return STATUS_OK; /* the pool ends */
	if (error == EPIPE)
		return output_fail(output, error);
	return queue_report(&receiver->queue, QUEUE_RECEIVE, error, NULL);
}

bool
receive_is_mark(const struct receiver *receiver, const struct message *message)
{
	return receiver->mark && message->size == strlen(receiver->mark) &&
	       memcmp(message->data, receiver->mark, message->size) == 0;
}

/* End at the mark (-e). If the messages before the mark cannot be written, put the mark back with them. */
static int
end_at_mark(struct receiver *receiver, const struct message *message)
{
	struct message mark = {receiver->mark, message->size, message->priority};
	int status = flush(receiver);
	struct text words = {0};
	struct put_back result;

	if (status == GO_ON)
		return STATUS_OK;
	result = queue_put_back(&receiver->queue, &mark, 1);
	if (result.waiting + result.printed > 0) {
		text_format(&words, "the mark: ");
		put_back_words(&result, false, &words);
		error_text(receiver->queue.text, &words);
	}
	return status;
}

int
receive_messages(struct receiver *receiver)
{
	unsigned long long done;
	struct message message;
	int status;

	output_open(&receiver->output);
	for (done = 0; done < receiver->limit; done++) {
		status = receive_next(receiver, &message);
		if (status == GO_ON && receive_is_mark(receiver, &message))
			status = end_at_mark(receiver, &message);
		if (status == GO_ON && output_add(&receiver->output, &message) == -1)
			status = output_fail(&receiver->output, errno);
		if (status != GO_ON)
			return status;
	}
	status = flush(receiver);
	return status == GO_ON ? STATUS_OK : status;
}
