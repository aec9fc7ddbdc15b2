/*
 * work.h: a COMMAND that runs on messages: attempts, batches, dead letters, and a guard that puts messages back when
 * the receiver is killed. A function that returns an exit status has printed a line, or returns GO_ON.
 */
#ifndef QUEUE_WORK_H
#define QUEUE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/checked.h"
#include "base/name.h"
#include "base/record.h"
#include "queue/queue.h"

/* The messages in hand: they have left the queue, and their COMMAND has not succeeded (hand.c). It starts as {0}. */
struct hand {
	int fd;                 /* file in shared memory that holds the messages */
	char *name;             /* name of that file; NULL: it has none, because none could be made */
	struct hand_head *head; /* the file as it is mapped; NULL: not open */
	size_t size;            /* bytes that are mapped */
	size_t next;            /* offset at which the next message is received */
	size_t dirty;           /* end of the bytes from next on that may not be the filling */
};

/* Where a message goes whose COMMAND has failed. */
struct dead_letters {
	struct name name;   /* name of a queue, or of a file (file:PATH); text NULL: the message is put back */
	struct queue queue; /* the queue, if open */
	int fd;             /* the file, or -1 */
	bool warned;        /* the line about a full queue has been printed */
};

/* The caller owns the struct, which starts as {0}, and sets the members up to timeout. */
struct work {
	struct queue *queue; /* queue that the messages come from */
	char **argv;         /* COMMAND and its arguments, up to a NULL */
	struct dead_letters dead;
	enum record_form form;       /* form of the records that COMMAND reads */
	bool prefix;                 /* each record starts with the priority and a tab */
	unsigned long long attempts; /* number of times that COMMAND is tried; 0: no bound */
	long long pause;             /* nanoseconds before the second attempt */
	long long timeout;           /* longest wait for space in dead.queue in nanoseconds, or DEADLINE_NEVER */

	bool ended; /* the status that work_run returned is that of COMMAND */

	/* Private to work.c, attempt.c and guard.c. */
	char *path; /* file of COMMAND */
	struct hand hand;
	struct message *list; /* messages of one run */
	size_t most;          /* messages for which list has space */
	char *record;         /* records of one run */
	size_t capacity;      /* bytes of record */
	char **environment;
	char *variables[5];   /* IPC7_QUEUE, IPC7_ATTEMPT, IPC7_COUNT, IPC7_SIZE, IPC7_PRIO */
	size_t fixed;         /* variables of environment that stay the same */
	pid_t guard;          /* process id of the guard; 0: it has to be started */
	int rope;             /* pipe whose other end the guard reads: it ends with this process */
	bool strays;          /* messages of a receiver that was killed are still to be put back, by the guard */
	unsigned int signals; /* signals that came during COMMAND */
	bool finishes;        /* the only one was SIGTERM or SIGHUP: COMMAND ends by itself */
};

/* Find COMMAND, before a message is taken for it. Returns GO_ON, or an exit status after a line. */
CHECKED int work_find(struct work *work);

/*
 * Prepare for messages, once the queue is open: open the dead letters as options say. Returns GO_ON, or an exit status
 * after a line: STATUS_USAGE if the queue of dead letters is the queue itself.
 */
CHECKED int work_open(struct work *work, const struct queue_options *options);

/*
 * Prepare to receive the next messages: queue_receive then stores them in hand, one after the other. Put back the
 * messages of receivers of this queue that were killed together with their guard, and start a guard if none lives.
 * Nothing is in hand with a queue opened to peek. Returns GO_ON, or an exit status after a line.
 */
CHECKED int work_ready(struct work *work);

/* Release the messages in hand. They are done. */
void work_drop(struct work *work);

/*
 * Run COMMAND on the first count messages in hand, as one input, and wait for its end; message: the message, if the
 * queue was opened to peek. If COMMAND fails, try it again as attempts say, then send the messages to the dead letters.
 * Put all messages in hand back if there is no such place or it does not take them, after a signal, or if COMMAND
 * cannot be run. Returns GO_ON, with nothing in hand; or the status of COMMAND or of the failure,
 * after a line, unless a signal came before COMMAND and nothing is lost.
 */
CHECKED int work_run(struct work *work, const struct message *message, size_t count);

/* Release the resources, and end the guard unless it has messages to put back. */
void work_close(struct work *work);

/* Put back the messages of killed receivers of the queue, without waiting. See hand_recover. */
void work_recover(struct queue *queue);

#endif
