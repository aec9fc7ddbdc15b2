/*
 * mqrecv.h: declarations that the files of mqrecv share.
 */
#ifndef CMD_MQRECV_H
#define CMD_MQRECV_H

#include <stdbool.h>

#include "base/command.h"
#include "queue/queue.h"
#include "queue/work.h"

/* What the workers of a pool share. */
struct share {
	volatile unsigned long long left; /* messages that may still be received */
	volatile bool enough;             /* a worker has taken the mark (-e), or has failed */
	volatile bool taken, returned;    /* a message was received; a message was put back */
};

struct receiver {
	struct name name;
	struct queue queue;
	struct queue_options options;
	struct output output; /* standard output; holds nothing if there is a COMMAND */
	struct work work;     /* argv is NULL without a COMMAND */
	bool all;
	bool unlink; /* the queue is still to be unlinked (-u) */
	const char *mark, *ready, *dead;
	unsigned long long limit;   /* messages to receive */
	unsigned long long batch;   /* messages for one COMMAND */
	unsigned long long workers; /* receivers at once */
	struct share *share;
	int rope;          /* pipe that loses its reader when the pool ends; -1: there is no pool */
	long long timeout; /* nanoseconds to wait for each message */
	struct queue_wait wait;
	bool recovered; /* messages of killed receivers have been put back */
};

extern const struct command mqrecv_command;

/* Read the command line into receiver. Returns GO_ON, or the exit status after a line. */
CHECKED int mqrecv_options(struct receiver *receiver, int argc, char *argv[]);

/* Receive messages, and write each. Returns the exit status. */
int receive_messages(struct receiver *receiver);

/* Receive messages, and run COMMAND on them, in one process or in a pool. Returns the exit status. */
int work_messages(struct receiver *receiver);

/*
 * Get the next message. While there is none, write the messages that are held, and wait. Returns GO_ON with a message,
 * or the exit status.
 */
int receive_next(struct receiver *receiver, struct message *message);

/* Return true if the message is the mark of -e. */
bool receive_is_mark(const struct receiver *receiver, const struct message *message);

/*
 * Unlink the queue (-u), once. A queue that is already gone is no error. Returns GO_ON, or STATUS_FAILED after a line.
 */
int unlink_queue(struct receiver *receiver);

#endif
