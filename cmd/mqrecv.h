/*
 * mqrecv.h: declarations that the files of mqrecv share.
 */
#ifndef CMD_MQRECV_H
#define CMD_MQRECV_H

#include <stdbool.h>

#include "base/name.h"
#include "queue/queue.h"

struct receiver {
	struct name name;
	struct queue queue;
	struct queue_options options;
	struct output output; /* standard output; holds nothing if there is a COMMAND */
	struct work work;     /* argv is NULL without a COMMAND */
	bool all;
	bool unlink; /* the queue is still to be unlinked (-u) */
	const char *mark, *ready, *dead;
	unsigned long long limit; /* messages to receive */
	long long timeout;        /* nanoseconds to wait for each message */
};

/* Receive messages, and write each or run COMMAND on it. Returns the exit status. */
int receive_messages(struct receiver *receiver);

/*
 * Unlink the queue (-u), once. A queue that is already gone is no error. Returns GO_ON, or STATUS_FAILED after a line.
 */
int unlink_queue(struct receiver *receiver);

#endif
