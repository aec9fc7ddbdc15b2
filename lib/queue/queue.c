/*
 * queue.c: message queues, the front end of the two back ends. The kind of a name chooses the back end.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/error.h"
#include "queue/internal.h"

static const struct queue_backend *
backend(const struct name *name)
{
	return name->kind == NAME_POSIX ? &queue_posix : &queue_sysv;
}

/* Print that an option asks for a feature that the back end, or the system, does not offer. */
static int
unable(const struct name *name, char option, const char *why)
{
	error_line(name->text, "-%c cannot be used here: %s", option, why ? why : "this system does not offer it");
	return STATUS_FAILED;
}

int
queue_check(const struct name *name, const struct queue_options *options)
{
	const struct queue_backend *back = backend(name);
	int status = command_object(name, "queue", options->create || options->exclusive, options->exclusive);
	long type;
	int flags;

	if (status != GO_ON)
		return status;
	if (back == &queue_sysv && !options->depth != !options->size)
		return command_usage(
		    "%s: a System V queue takes -d and -s together (its capacity is their product)", name->text);
	if (options->select && !back->select)
		return unable(name, 'p', back->no_select);
	if (options->select && back->select(options->select, &type, &flags) == -1) {
		if (errno == ENOTSUP)
			return unable(name, 'p', NULL);
		return command_usage("-p takes N, -N or ^N, where N is a type of 1 or more");
	}
	if (options->peek && (back->no_peek || !sysv_copy))
		return unable(name, 'k', back->no_peek);
	return GO_ON;
}

const struct queue_priorities *
queue_priorities(const struct name *name)
{
	return &backend(name)->priorities;
}

int
queue_open(struct queue *queue, const struct name *name, const struct queue_options *options)
{
	*queue = (struct queue){.text = name->text, .asked = *options, .backend = backend(name), .most = SIZE_MAX};
	queue->asked.create |= options->exclusive;
	queue->open = queue->backend->open(queue, name) == 0;
	return queue->open ? 0 : -1;
}

int
queue_start(struct queue *queue, const struct name *name, const struct queue_options *options)
{
	if (queue_open(queue, name, options) == 0)
		return GO_ON;
	return queue_report(queue, QUEUE_OPEN, errno, NULL);
}

int
queue_send(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	if (message->size > queue->size)
		return error_set(EMSGSIZE);
	return queue->backend->send(queue, message, wait);
}

int
queue_send_nearest(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	const struct queue_priorities *can = &queue->backend->priorities;
	struct message letter = *message;

	if (letter.priority < can->lowest)
		letter.priority = can->lowest;
	if (letter.priority > can->highest)
		letter.priority = can->highest;
	return queue_send(queue, &letter, wait);
}

int
queue_receive(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	if (queue->backend->receive(queue, message, wait) == -1)
		return -1;
	queue->taken |= !queue->asked.peek;
	return 0;
}

bool
queue_removed(const struct queue *queue)
{
	return queue->backend->removed && queue->backend->removed(queue);
}

unsigned long
queue_stranded(const struct queue *queue)
{
	return queue->backend->stranded ? queue->backend->stranded(queue) : 0;
}

bool
queue_same(const struct queue *one, const struct queue *other)
{
	if (one->backend != other->backend)
		return false;
	return one->backend->same ? one->backend->same(one, other) : strcmp(one->text, other->text) == 0;
}

int
queue_unlink(struct queue *queue)
{
	return queue->backend->unlink(queue);
}

void
queue_close(struct queue *queue)
{
	if (queue->open && queue->backend->close)
		queue->backend->close(queue);
	queue->open = false;
	if (!queue->hand)
		free(queue->buffer);
	queue->buffer = NULL;
}
