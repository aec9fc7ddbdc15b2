/*
 * mqrecv_work.c: the loop of mqrecv with a COMMAND: it receives as many messages as one COMMAND gets, and runs COMMAND.
 * The workers of a pool are processes that share the number of messages still to receive.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "base/explain.h"
#include "process/leave.h"

#include "mqrecv.h"

/* Take one of the messages that may still be received. Returns false if there are none. */
static bool
claim(struct share *share)
{
	unsigned long long left;

	do {
		left = share->left;
		if (left == 0 || left == ULLONG_MAX)
			return left > 0;
	} while (!__sync_bool_compare_and_swap(&share->left, left, left - 1));
	return true;
}

/* Give back a message that was claimed and not received. */
static void
disclaim(struct share *share)
{
	if (share->left != ULLONG_MAX)
		__sync_fetch_and_add(&share->left, 1);
}

/* Receive the messages of one COMMAND; only the first is waited for. Set *ended if the mark came after them. */
static int
gather(struct receiver *receiver, struct message *message, size_t *count, bool *ended)
{
	struct message next;
	int status = receive_next(receiver, message);

	*count = 0;
	*ended = false;
	if (status != GO_ON) {
		disclaim(receiver->share);
		return status;
	}
	*ended = receive_is_mark(receiver, message);
	*count = *ended ? 0 : 1;
	while (!*ended && *count < receiver->batch && claim(receiver->share)) {
		if (queue_receive(&receiver->queue, &next, NULL) == -1) {
			disclaim(receiver->share);
			break;
		}
		*ended = receive_is_mark(receiver, &next);
		*count += *ended ? 0 : 1;
	}
	return GO_ON;
}

/* Run COMMAND on messages until no more is to be received. */
static int
run(struct receiver *receiver)
{
	struct share *share = receiver->share;
	struct message message;
	bool ended = false;
	size_t count;
	int status;

	while (!ended && !share->enough && claim(share)) {
		status = work_ready(&receiver->work);
		if (status == GO_ON)
			status = gather(receiver, &message, &count, &ended);
		share->taken |= receiver->queue.taken;
		if (status == GO_ON && count > 0)
			status = work_run(&receiver->work, &message, count);
		if (receiver->queue.returned)
			share->returned = true;
		/* The other workers take no further message. */
		if (status != GO_ON && receiver->workers > 1 && status != STATUS_OK)
			share->enough = true;
		if (status != GO_ON)
			return status;
		work_drop(&receiver->work);
		if (ended)
			share->enough = true;
	}
	return STATUS_OK;
}

/* Fork the workers. Returns 0 in each, 1 in this process with the status of the pool, or -1. */
static int
divide(struct receiver *receiver, int *status)
{
	struct share *share;

	if (receiver->workers <= 1)
		return 0;
	share = mmap(NULL, sizeof(*share), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (share == MAP_FAILED)
		return -1;
	*share = *receiver->share;
	receiver->share = share;
	return leave_pool((size_t)receiver->workers, &share->enough, &receiver->rope, status);
}

/* Do what is left after the workers have ended. Returns the exit status. */
static int
conclude(struct receiver *receiver, int status)
{
	struct queue *queue = &receiver->queue;

	/* The guard of a worker that was killed puts a message back. */
	queue->returned |= receiver->share->returned || status > STATUS_SIGNAL;
	queue->taken |= receiver->share->taken;
	receiver->work.ended = true;
	/* With -a and -u, this process takes the messages that come before it unlinks the queue. */
	if (status == STATUS_OK && receiver->all && receiver->unlink)
		status = run(receiver);
	return status;
}

int
work_messages(struct receiver *receiver)
{
	struct share share = {.left = receiver->limit};
	int status = STATUS_FAILED, divided;

	receiver->share = &share;
	divided = divide(receiver, &status);
	if (divided == -1) {
		error_line(receiver->queue.text, "the workers cannot be started: %s", explain_errno(errno));
		status = STATUS_RUNNER;
	}
	if (divided == 0) {
		/* In a pool, the first process unlinks. */
		if (receiver->share != &share)
			receiver->unlink = false;
		status = run(receiver);
	} else {
		status = conclude(receiver, status);
	}
	return status;
}
