/*
 * posix.c: POSIX message queues. How to wait for one differs between systems and is in mqueue.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/name.h"
#include "base/text.h"
#include "base/trace.h"
#include "queue/internal.h"
#include "queue/queue.h"

/* How much of a message a trace shows. */
#define TRACED 32

static void
trace_open(const struct queue *queue, int flags, const struct mq_attr *attr, mqd_t result)
{
	static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR"};
	struct text call = {0};

	text_format(&call, "mq_open(");
	text_quote(&call, queue->path, strlen(queue->path), NAME_MAX);
	text_format(&call, ", %s", access[flags & O_ACCMODE]);
	if (flags & O_CREAT)
		text_format(&call, "|O_CREAT%s, 0%03o, {mq_maxmsg=%ld, mq_msgsize=%ld}",
		    flags & O_EXCL ? "|O_EXCL" : "", (unsigned int)queue->asked.mode, attr->mq_maxmsg,
		    attr->mq_msgsize);
	text_format(&call, ")");
	trace_end(&call, (long)result);
}

/* mq_open; the mode is exact, so that the umask must not narrow it. */
static mqd_t
open_queue(const struct queue *queue, int flags, struct mq_attr *attr)
{
	mode_t mask = 0;
	mqd_t mqd;

	if (flags & O_CREAT)
		mask = umask(0);
	mqd = mq_open(queue->path, flags, queue->asked.mode, attr);
	if (trace_on)
		trace_open(queue, flags, attr, mqd);
	if (flags & O_CREAT)
		umask(mask);
	return mqd;
}

/* Makes what was not asked for no larger than the system allows. Returns true if that changed anything. */
static bool
shrink(const struct queue_options *asked, struct mq_attr *attr)
{
	unsigned long long depth = limit_value(LIMIT_MQ_DEPTH), size = limit_value(LIMIT_MQ_SIZE);
	bool smaller = false;

	if (!asked->depth && depth < QUEUE_DEPTH) {
		attr->mq_maxmsg = (long)depth;
		smaller = true;
	}
	if (!asked->size && size < QUEUE_SIZE) {
		attr->mq_msgsize = (long)size;
		smaller = true;
	}
	return smaller;
}

static int
open_posix(struct queue *queue, const struct name *name)
{
	const struct queue_options *asked = &queue->asked;
	int create = (asked->create ? O_CREAT : 0) | (asked->exclusive ? O_EXCL : 0);
	struct mq_attr attr = {0};

	queue->path = name->path;
	attr.mq_maxmsg = asked->depth > LONG_MAX ? LONG_MAX : (long)asked->depth;
	attr.mq_msgsize = (long)asked->size;
	if (attr.mq_maxmsg == 0)
		attr.mq_maxmsg = QUEUE_DEPTH;
	if (attr.mq_msgsize == 0)
		attr.mq_msgsize = QUEUE_SIZE;

	/* A receiver wants to be able to put a message back; where it may only read, it still can receive. */
	queue->mqd = open_queue(queue, (asked->receive ? O_RDWR : O_WRONLY) | create, &attr);
	/* The usual shape may be more than the system allows, and nobody asked for it. */
	if (queue->mqd == (mqd_t)-1 && errno == EINVAL && create && (!asked->depth || !asked->size) &&
	    shrink(asked, &attr))
		queue->mqd = open_queue(queue, (asked->receive ? O_RDWR : O_WRONLY) | create, &attr);
	if (queue->mqd == (mqd_t)-1 && errno == EACCES && asked->receive)
		queue->mqd = open_queue(queue, O_RDONLY | create, &attr);
	if (queue->mqd == (mqd_t)-1)
		return -1;
	queue->open = true;
	if (mq_getattr(queue->mqd, &attr) == -1)
		return -1;
	queue->depth = (size_t)attr.mq_maxmsg;
	queue->size = (size_t)attr.mq_msgsize;
	if ((asked->depth && asked->depth != queue->depth) || (asked->size && asked->size != queue->size)) {
		queue->differs = true;
		errno = EEXIST;
		return -1;
	}
	return mqueue_prepare(queue);
}

static void
close_posix(struct queue *queue)
{
	mqueue_release(queue);
	mq_close(queue->mqd);
}

static int
unlink_posix(struct queue *queue)
{
	int result = mq_unlink(queue->path);

	if (trace_on) {
		struct text call = {0};

		text_format(&call, "mq_unlink(");
		text_quote(&call, queue->path, strlen(queue->path), NAME_MAX);
		text_format(&call, ")");
		trace_end(&call, result);
	}
	return result;
}

int
traced_send(struct queue *queue, const struct message *message, const struct timespec *deadline)
{
	unsigned int priority = (unsigned int)message->priority;
	int result;

	if (deadline)
		result = mq_timedsend(queue->mqd, message->data, message->size, priority, deadline);
	else
		result = mq_send(queue->mqd, message->data, message->size, priority);
	if (trace_wanted(result)) {
		struct text call = {0};

		text_format(&call, "%s(%d, ", deadline ? "mq_timedsend" : "mq_send", (int)queue->mqd);
		text_quote(&call, message->data, message->size, TRACED);
		text_format(&call, ", %zu, %u%s)", message->size, priority, deadline ? ", {0, 0}" : "");
		trace_end(&call, result);
	}
	return result;
}

ssize_t
traced_receive(struct queue *queue, unsigned int *priority, const struct timespec *deadline)
{
	ssize_t result;

	if (deadline)
		result = mq_timedreceive(queue->mqd, queue->buffer, queue->size, priority, deadline);
	else
		result = mq_receive(queue->mqd, queue->buffer, queue->size, priority);
	if (trace_wanted(result)) {
		struct text call = {0};

		text_format(&call, "%s(%d, ", deadline ? "mq_timedreceive" : "mq_receive", (int)queue->mqd);
		text_quote(&call, queue->buffer, result == -1 ? 0 : (size_t)result, TRACED);
		text_format(
		    &call, ", %zu, [%u]%s)", queue->size, result == -1 ? 0 : *priority, deadline ? ", {0, 0}" : "");
		trace_end(&call, result);
	}
	return result;
}

static int
send_posix(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	if (mqueue_send(queue, message) == 0)
		return 0;
	if (errno != EAGAIN || !wait)
		return -1;
	return mqueue_send_wait(queue, message, wait);
}

static int
receive_posix(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	unsigned int priority = 0;
	ssize_t size;

	if (queue_room(queue, queue->size) == -1)
		return -1;
	size = wait ? mqueue_receive_wait(queue, &priority, wait) : mqueue_receive(queue, &priority);
	if (size == -1)
		return -1;
	*message = (struct message){.data = queue->buffer, .size = (size_t)size, .priority = (long)priority};
	return 0;
}

static bool
removed_posix(struct queue *queue)
{
	return mqueue_removed(queue);
}

static unsigned long
stranded_posix(struct queue *queue)
{
	struct mq_attr attr;

	if (!mqueue_removed(queue) || mq_getattr(queue->mqd, &attr) == -1)
		return 0;
	return (unsigned long)attr.mq_curmsgs;
}

/* The limit that made mq_open refuse the shape of a new queue. */
static bool
explain_shape(const struct queue *queue, struct text *text)
{
	size_t depth = queue->asked.depth ? queue->asked.depth : QUEUE_DEPTH;
	size_t size = queue->asked.size ? queue->asked.size : QUEUE_SIZE;

	if (depth > limit_value(LIMIT_MQ_DEPTH))
		limit_explain(text, LIMIT_MQ_DEPTH, depth);
	else if (size > limit_value(LIMIT_MQ_SIZE))
		limit_explain(text, LIMIT_MQ_SIZE, size);
	else
		text_format(text,
		    "the system makes no queue of %zu messages of %zu bytes (ask for less with -d and -s)", depth,
		    size);
	return true;
}

static bool
explain_posix(const struct queue *queue, enum queue_step step, int error, struct text *text)
{
	size_t depth = queue->asked.depth ? queue->asked.depth : QUEUE_DEPTH;
	size_t size = queue->asked.size ? queue->asked.size : QUEUE_SIZE;
	int spare;

	if (step == QUEUE_SEND && error == EMSGSIZE) {
		text_format(text,
		    "the queue takes messages of up to %zu bytes (mq_msgsize, which -s sets when it is created)",
		    queue->size);
		return true;
	}
	if (step != QUEUE_OPEN)
		return false;
	if (queue->differs) {
		text_format(
		    text, "the queue exists with depth %zu and message size %zu, not", queue->depth, queue->size);
		if (queue->asked.depth)
			text_format(text, " depth %zu", queue->asked.depth);
		if (queue->asked.size)
			text_format(text, "%s size %zu", queue->asked.depth ? " and" : "", queue->asked.size);
		text_format(text, " (leave out -d and -s, or remove it first)");
		return true;
	}
	switch (error) {
	case EINVAL:
	case EOVERFLOW:
		return explain_shape(queue, text);
	case ENOSPC:
		limit_explain(text, LIMIT_MQ_QUEUES, 0);
		return true;
	case EMFILE:
		/* With descriptors to spare it is the bytes that count. */
		spare = dup(STDERR_FILENO);
		if (spare == -1) {
			text_format(text, "too many open files (raise the limit with ulimit -n)");
		} else {
			close(spare);
			limit_explain(text, LIMIT_MQ_BYTES, (unsigned long long)depth * size);
		}
		return true;
	case ENOSYS:
		text_format(text, "this system has no POSIX message queues (use a sysv: name)");
		return true;
	default:
		return false;
	}
}

const struct queue_backend queue_posix = {
    .open = open_posix,
    .close = close_posix,
    .unlink = unlink_posix,
    .send = send_posix,
    .receive = receive_posix,
    .removed = removed_posix,
    .stranded = stranded_posix,
    .lowest = 0,
    .highest = 32767, /* MQ_PRIO_MAX - 1 on Linux */
    .explain = explain_posix,
    .no_select = "a POSIX queue always gives its highest priority, oldest first (System V queues select)",
    .no_peek = "messages of a POSIX queue cannot be copied without removing them (System V queues on Linux can)",
};
