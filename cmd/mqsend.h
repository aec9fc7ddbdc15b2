/*
 * mqsend.h: declarations that the files of mqsend share: mqsend.c, and mqsend_options.c, which reads the command line.
 */
#ifndef CMD_MQSEND_H
#define CMD_MQSEND_H

#include <stdbool.h>

#include "base/command.h"
#include "queue/queue.h"

struct sender {
	struct name name;
	struct queue queue;
	struct queue_options options;
	const struct queue_priorities *can; /* priorities that this kind of queue has */
	enum record_form form;
	bool prefix;
	const char *mark;
	char **messages; /* operands; none: standard input is read */
	long priority;
	long long timeout;
	long long patience; /* nanoseconds after which a message is dropped, or DEADLINE_NEVER */
	struct queue_wait wait;
	unsigned long sent;    /* messages sent so far */
	unsigned long dropped; /* messages dropped so far */
};

extern const struct command mqsend_command;

/* Read the command line into sender. Returns GO_ON, or the exit status after a line. */
CHECKED int mqsend_options(struct sender *sender, int argc, char *argv[]);

#endif
