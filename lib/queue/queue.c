/*
 * queue.c: message queues, the front of the two back ends.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/text.h"
#include "queue/internal.h"
#include "queue/queue.h"

static const struct queue_backend *
backend(const struct name *name)
{
	return name->kind == NAME_POSIX ? &queue_posix : &queue_sysv;
}

/* What a NULL slot is called, in one wording. */
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

	if (status != -1)
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
	if (options->peek && (!back->peek || !message_copies))
		return unable(name, 'k', back->no_peek);
	return -1;
}

void
queue_priorities(const struct name *name, long *lowest, long *highest, long *usual)
{
	*lowest = backend(name)->lowest;
	*highest = backend(name)->highest;
	*usual = backend(name)->usual;
}

long
queue_nearest(const struct queue *queue, long priority)
{
	if (priority < queue->backend->lowest)
		return queue->backend->lowest;
	return priority > queue->backend->highest ? queue->backend->highest : priority;
}

struct queue *
queue_open(const struct name *name, const struct queue_options *options)
{
	/* Most commands have one queue, and a process that allocates nothing starts faster. */
	static struct queue first;
	struct queue *queue = first.backend ? calloc(1, sizeof(*queue)) : &first;

	if (!queue)
		return NULL;
	queue->id = -1;
	queue->backend = backend(name);
	queue->asked = *options;
	queue->asked.create |= options->exclusive;
	queue->allocated = queue != &first;
	queue->text = name->text;
	if (options->select && queue->backend->select(options->select, &queue->type, &queue->flags) == -1)
		queue->error = errno;
	else if (queue->backend->open(queue, name) == -1)
		queue->error = errno;
	return queue;
}

int
queue_start(struct queue **queue, const struct name *name, const struct queue_options *options)
{
	*queue = queue_open(name, options);
	if (*queue && (*queue)->error == 0)
		return -1;
	return queue_report(*queue, QUEUE_OPEN, *queue ? (*queue)->error : ENOMEM, NULL);
}

int
queue_failed(const struct queue *queue)
{
	return queue->error;
}

const char *
queue_name(const struct queue *queue)
{
	return queue->text;
}

size_t
queue_limit(const struct queue *queue)
{
	return queue->size;
}

int
queue_send(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	if (message->size > queue->size) {
		errno = EMSGSIZE;
		return -1;
	}
	return queue->backend->send(queue, message, wait);
}

int
queue_receive(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	return queue->backend->receive(queue, message, wait);
}

/* No system call waits for a message to copy, so it looks every so often. */
int
queue_peek(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	struct timespec pause = {0};

	while (queue->backend->peek(queue, message) == -1) {
		if (errno != EAGAIN || !wait)
			return -1;
		if (interrupt_caught())
			errno = EINTR;
		else if (wait->output != -1 && io_gone(wait->output))
			errno = EPIPE;
		else if (deadline_passed(&wait->deadline))
			errno = ETIMEDOUT;
		if (errno != EAGAIN)
			return -1;
		pause.tv_nsec = deadline_poll(&wait->deadline, DEADLINE_TICK) * 1000000L;
		nanosleep(&pause, NULL);
	}
	return 0;
}

bool
queue_removed(struct queue *queue)
{
	return queue->backend->removed && queue->backend->removed(queue);
}

unsigned long
queue_stranded(struct queue *queue)
{
	return queue->backend->stranded ? queue->backend->stranded(queue) : 0;
}

bool
queue_same(const struct queue *one, const struct queue *other)
{
	return one->backend == other->backend && one->id == other->id &&
	       (!one->path || strcmp(one->path, other->path) == 0);
}

int
queue_unlink(struct queue *queue)
{
	return queue->backend->unlink(queue);
}

void
queue_close(struct queue *queue)
{
	if (!queue)
		return;
	if (queue->open)
		queue->backend->close(queue);
	free(queue->buffer);
	if (queue->allocated)
		free(queue);
	else
		*queue = (struct queue){0};
}

int
queue_room(struct queue *queue, size_t size)
{
	char *buffer;

	if (size <= queue->capacity)
		return 0;
	buffer = realloc(queue->buffer, size);
	if (!buffer)
		return -1;
	queue->buffer = buffer;
	queue->capacity = size;
	return 0;
}

/* The words for what every back end means alike. */
static void
explain(const struct queue *queue, enum queue_step step, int error, struct text *text)
{
	bool sending = step == QUEUE_SEND;

	if (error == ENOENT)
		text_format(text, "no such queue (create it with -c)");
	else if (error == EEXIST)
		text_format(text, "the queue exists already (leave out -x to use it)");
	else if ((error == EACCES || error == EPERM) && step == QUEUE_UNLINK)
		text_format(text, "no permission to remove the queue (only its owner or root may)");
	else if (error == EACCES)
		text_format(text, "no permission to %s this queue (its owner or root can change its mode)",
		    queue->asked.receive ? "receive from" : "send to");
	else if (error == EIDRM)
		text_format(text, "the queue was removed while in use");
	else if (error == EAGAIN)
		text_format(text, sending ? "the queue is full" : "no message is there");
	else if (error == ETIMEDOUT)
		text_format(text, sending ? "the queue stayed full, no room in time (-t)" : "no message in time (-t)");
	else if (error == EINTR)
		text_format(text, "stopped by signal %d", interrupt_caught());
	else if (error == EMSGSIZE)
		text_format(text, "the message is larger than the queue takes (%zu bytes)", queue->size);
	else
		text_format(text, "%s", strerror(error));
}

int
queue_report(const struct queue *queue, enum queue_step step, int error, const char *extra)
{
	struct text text = {0};

	if (!queue) {
		error_line(NULL, "%s", strerror(error));
		return STATUS_FAILED;
	}
	if (!queue->backend->explain(queue, step, error, &text))
		explain(queue, step, error, &text);
	if (extra)
		text_format(&text, "; %s", extra);
	error_line(queue->text, "%s", text.data ? text.data : strerror(error));
	text_free(&text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT || error == EAGAIN ? STATUS_TIMEOUT : STATUS_FAILED;
}
