/*
 * sysv.c: System V message queues, to send and to receive. They cannot be polled and their calls have no timeout. A
 * receiver with an output waits with space for 0 bytes, which msgrcv(2) answers with E2BIG once there is a message, and
 * checks the output before it takes that message. A wait without an end sleeps in the kernel: a timer interrupts it
 * when its deadline comes (deadline_alarm), and a thread when its output has lost the reader (deadline_watch).
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/limits.h"
#include "queue/internal.h"

/* Bytes of space for a message, until a larger message comes. */
#define FIRST_SPACE 8192

/* Send a message. Once the queue has been full and no deadline applies, block at once: that saves a call. */
static int
send_sysv(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	bool block = wait && !wait->deadline.limited && queue->as.sysv.full;

	if (queue_reserve(queue, sizeof(struct sysv_envelope) + message->size) == -1)
		return -1;
	sysv_envelope(queue)->type = message->priority;
	memmove(sysv_envelope(queue)->data, message->data, message->size);
	while (trace_msgsnd(queue, message, block ? 0 : IPC_NOWAIT) == -1) {
		if (errno == EINTR && !block)
			continue;
		if (errno != (block ? EINTR : EAGAIN) || !wait)
			return sysv_failed(queue);
		if (queue_wait_check(wait) == -1 || deadline_alarm(&wait->deadline) == -1)
			return -1;
		queue->as.sysv.full = block = true;
	}
	return 0;
}

/* Let the events that end a wait interrupt a call. Without threads, look at the output every tick. */
static int
bound_wait(const struct queue_wait *wait)
{
	if (wait->output == -1 || deadline_watch(wait->output, 0) == 0)
		return deadline_alarm(&wait->deadline);
	return deadline_tick(&wait->deadline);
}

/* Wait for a message and take it. Take a message that is there when the deadline comes. */
static ssize_t
receive_wait(struct queue *queue, const struct queue_wait *wait)
{
	const struct queue_sysv *sysv = &queue->as.sysv;
	size_t space = wait->output == -1 ? queue->capacity - sizeof(struct sysv_envelope) : 0;
	ssize_t size;

	if (deadline_passed(&wait->deadline))
		return error_set(ETIMEDOUT);
	for (;;) {
		if (bound_wait(wait) == -1)
			return -1;
		size = trace_msgrcv(queue, space, sysv->type, sysv->flags);
		/* With space for 0 bytes, an empty message is taken. */
		if (size != -1 || (errno != E2BIG && errno != EINTR))
			return size;
		if (errno == E2BIG) {
			if (queue_wait_output(wait->output) == -1)
				return -1;
			size = sysv_receive(queue, sysv->type, sysv->flags, true);
			if (size != -1 || errno != EAGAIN)
				return size;
		}
		if (queue_wait_check(wait) == -1)
			return -1;
	}
}

static int
receive_sysv(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	const struct queue_sysv *sysv = &queue->as.sysv;
	ssize_t size;

	if (queue_reserve(queue, sizeof(struct sysv_envelope) + FIRST_SPACE) == -1)
		return -1;
	if (queue->asked.peek)
		size = sysv_peek(queue, wait);
	else
		size = wait ? receive_wait(queue, wait) : sysv_receive(queue, sysv->type, sysv->flags, true);
	if (size == -1)
		return sysv_failed(queue);
	*message = (struct message){sysv_envelope(queue)->data, (size_t)size, sysv_envelope(queue)->type};
	return 0;
}

static int
insist_sysv(struct queue *queue, const struct message *message)
{
	if (queue_reserve(queue, sizeof(struct sysv_envelope) + message->size) == -1)
		return -1;
	sysv_envelope(queue)->type = message->priority;
	memmove(sysv_envelope(queue)->data, message->data, message->size);
	while (trace_msgsnd(queue, message, 0) == -1)
		if (errno != EINTR)
			return sysv_failed(queue);
	return 0;
}

static void
identify_sysv(const struct queue *queue, struct text *text)
{
	text_format(text, "sysv:@%d", queue->as.sysv.id);
}

static bool
same_sysv(const struct queue *one, const struct queue *other)
{
	return one->as.sysv.id == other->as.sysv.id;
}

static const struct explanation errors[] = {
    {EINVAL, 1U << QUEUE_SEND, "the system does not take a message of this size", LIMIT_NONE},
    {EINVAL, 1U << QUEUE_IDENTIFIER, "no such queue (an identifier names one that exists; ipcs -q lists them)",
        LIMIT_NONE},
    {ENOSYS, 1U << QUEUE_RECEIVE, "this kernel cannot copy messages (-k)", LIMIT_NONE},
    {ENOSPC, 1U << QUEUE_OPEN, NULL, LIMIT_MSGMNI},
    {EMSGSIZE, 1U << QUEUE_OPEN, NULL, LIMIT_MSGMAX},
    {EPERM, 1U << QUEUE_OPEN, NULL, LIMIT_MSGMNB},
    {0},
};

static bool
explain_sysv(const struct queue *queue, enum queue_step step, int error, struct text *text)
{
	const struct queue_options *asked = &queue->asked;
	unsigned long long capacity = queue->as.sysv.capacity, wanted = 0;

	if (error == EMSGSIZE)
		wanted = asked->size;
	else if (error == EPERM)
		wanted = asked->depth * asked->size;
	if (step == QUEUE_SEND && error == EMSGSIZE && queue->size < capacity)
		text_format(text,
		    "kernel.msgmax lets a message have %zu bytes (raise it with sysctl -w kernel.msgmax=...)",
		    queue->size);
	else if (step == QUEUE_SEND && error == EMSGSIZE)
		text_format(
		    text, "the whole queue holds %llu bytes (msg_qbytes; make it larger with -d and -s)", capacity);
	else if (step == QUEUE_KEY)
		text_format(text, "no key from this path: %s", explain_errno(error));
	else if (step == QUEUE_SHAPE)
		text_format(text,
		    "the queue exists with room for %llu bytes, not %llu x %zu (leave out -d and -s, or remove it "
		    "first)",
		    capacity, asked->depth, asked->size);
	else if (step == QUEUE_OPEN && error == EOVERFLOW)
		text_format(
		    text, "no queue holds %llu x %zu bytes (ask for less with -d and -s)", asked->depth, asked->size);
	else
		return explanation_add(text, errors, (int)step, error, wanted);
	return true;
}

const struct queue_backend queue_sysv = {
    .open = sysv_open,
    .unlink = sysv_unlink,
    .send = send_sysv,
    .receive = receive_sysv,
    .insist = insist_sysv,
    .identify = identify_sysv,
    .envelope = sizeof(struct sysv_envelope),
    .same = same_sysv,
    .select = sysv_select,
    .priorities = {.lowest = 1, .highest = LONG_MAX, .usual = 1},
    .explain = explain_sysv,
};
