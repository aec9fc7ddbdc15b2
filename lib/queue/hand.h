/*
 * hand.h: declarations that the files of a worker share: messages in hand, the guard that puts them back, one run of
 * COMMAND, dead letters.
 */
#ifndef QUEUE_HAND_H
#define QUEUE_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "queue/queue.h"
#include "queue/work.h"

/*
 * hand.c: The file of the messages in hand. The guard and later receivers read it, so its layout is the same for all.
 */
struct hand_head {
	char magic[8];
	size_t start;             /* offset of the first message */
	volatile size_t first;    /* messages that have left the file again */
	volatile size_t count;    /* messages that were received, with the first ones */
	volatile pid_t group;     /* process group of COMMAND; 0: none */
	volatile bool told;       /* the receiver has printed why it leaves messages, and ends */
	volatile size_t expected; /* offset of the message that a call is receiving; 0: none */
	unsigned int priority;    /* where mq_receive(3) stores a priority; UINT_MAX: it has not yet */
	char queue[];             /* name of the queue */
};

/* A message in hand. The System V calls take it as it is: the data follow the type without a gap. */
struct hand_message {
	size_t size;
	long priority;
	char data[];
};

#define HAND_MAGIC "ipc7han"

/* The space for a message is filled with this byte, with which no text in UTF-8 ends. */
#define HAND_FILLING 0xC1

/* Return the offset of the first message in the file of a queue whose name has length bytes, with its NUL. */
size_t hand_start(size_t length);

/* Return the message at an offset, and the offset of the message after it. */
struct hand_message *hand_at(const struct hand *hand, size_t offset);
size_t hand_after(const struct hand *hand, size_t offset);

/* Append the part of the file's name that all receivers of this user and queue share: ipc7.hand.UID.HASH. */
void hand_prefix(const char *queue, struct text *text);

/* Make and lock the file, and let the queue receive into it. Returns 0 or -1 with errno of mmap(2), or ENOSPC. */
int hand_open(struct hand *hand, struct queue *queue);

/* Map the whole file, whose size another process may have changed. Returns 0 or -1 with errno of mmap(2). */
int hand_map(struct hand *hand);

/* Point queue->buffer at the place of the next message, with at least size bytes. Returns 0, or -1 with ENOSPC. */
int hand_reserve(struct queue *queue, size_t size);

/*
 * Expect a message at the place of hand_reserve, so that it is found even if the receiver dies before the call that
 * takes it returns. Returns where mq_receive(3) stores the priority.
 */
unsigned int *hand_expect(struct hand *hand);

/* Record that a message of that size and priority was received at the place of hand_reserve. */
void hand_took(struct hand *hand, size_t size, long priority);

/* Find the messages from the first one on; list has space for all. Returns their number. */
size_t hand_list(const struct hand *hand, struct message *list);

/* Return the number of messages in hand. */
size_t hand_count(const struct hand *hand);

/* Release all messages. */
void hand_clear(struct hand *hand);

/* Unmap and close the file; remove: remove its name too. */
void hand_close(struct hand *hand, bool remove);

/* recover.c */

/*
 * Count a message that was taken by a call that did not return to the receiver, which is dead. Its size is not known:
 * it ends before the filling.
 */
void hand_settle(struct hand *hand);

/*
 * Send the messages back, and release each that was sent; insist: block while the queue is full. Returns 0, or -1 with
 * errno of the first failure.
 */
int hand_send_back(struct hand *hand, struct queue *queue, bool insist);

/*
 * Put back the messages that receivers of this user and queue had in hand when they and their guards were killed: find
 * the files that no process has locked. Remove such files of other queues that are empty. insist: as in hand_send_back.
 * Returns true if some files are left, because the queue is full.
 */
bool hand_recover(struct queue *queue, bool insist);

/* Return true if the queue will never take the message back: it was removed, or it refuses this user. */
bool put_back_refused(int error);

/* guard.c */

/* Start a guard unless one lives. Returns 0, or -1 with errno of pipe(2), fork(2). */
int guard_start(struct work *work);

/* Leave the messages in hand to the guard, which puts them back. This process has printed a line about it, and ends. */
void guard_leave(struct work *work);

/* End the guard, which has nothing to do. */
void guard_end(struct work *work);

/* attempt.c */

/*
 * Copy the environment, without the variables that describe messages, and with the name of the queue. Returns 0, or -1
 * with ENOMEM.
 */
int attempt_environment(struct work *work);

/* Run COMMAND once on messages. Returns 0 with its wait status, or an errno value. */
int attempt_run(struct work *work, const struct message *messages, size_t count, unsigned long long number, int *end);

/* put_back.c: print a message that cannot be put back, for the reason of an errno value. */
void put_back_print(const struct queue *queue, const struct message *message, int error);

/* dead_letter.c */

/* Open the queue or the file. Returns GO_ON, or an exit status after a line. */
int dead_letters_open(struct work *work, const struct queue_options *options);

/*
 * Send messages to the queue, or append them to the file in one write, synced. Wait for space in the queue, at most
 * work->timeout, until a signal is caught. Returns 0, or -1 with errno, after which the messages from *done on were not
 * sent.
 */
int dead_letters_send(struct work *work, const struct message *messages, size_t count, size_t *done);

/* Print a line about a failure of dead_letters_send, which ends with extra. Returns an exit status. */
int dead_letters_report(const struct work *work, int error, const char *extra);

void dead_letters_close(struct dead_letters *dead);

#endif
