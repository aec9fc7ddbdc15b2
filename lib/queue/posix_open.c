/*
 * posix_open.c: opens or creates a POSIX message queue with the shape that -d and -s ask for, and explains its errors.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/limits.h"
#include "queue/internal.h"

/* The shape of a queue where -d and -s leave it open. Linux chooses the same one. */
#define USUAL_DEPTH 10
#define USUAL_SIZE  8192

/* Return the shape to ask mq_open for: that of -d and -s, or else the usual one, but at most depth and size. */
static struct mq_attr
shape(const struct queue_options *asked, unsigned long long depth, unsigned long long size)
{
	if (depth > USUAL_DEPTH)
		depth = USUAL_DEPTH;
	if (size > USUAL_SIZE)
		size = USUAL_SIZE;
	return (struct mq_attr){
	    .mq_maxmsg = (long)(asked->depth ? asked->depth : depth),
	    .mq_msgsize = (long)(asked->size ? asked->size : size),
	};
}

/* Get the attributes and compare them with those asked for. */
static int
check_shape(struct queue *queue)
{
	const struct queue_options *asked = &queue->asked;
	struct mq_attr attr;

	if (mq_getattr(queue->as.posix.mqd, &attr) == -1)
		return -1;
	queue->as.posix.depth = (size_t)attr.mq_maxmsg;
	queue->size = (size_t)attr.mq_msgsize;
	if ((!asked->depth || asked->depth == queue->as.posix.depth) && (!asked->size || asked->size == queue->size))
		return 0;
	queue->step = QUEUE_SHAPE;
	return error_set(EEXIST);
}

/* Number of attempts to open a queue while other processes create and remove it. */
#define TRIES 20

/*
 * Open the queue. Ask for permission to send for a receiver too, so that it can put messages back; without it, still
 * receive.
 */
static mqd_t
open_with(const struct queue *queue, int flags)
{
	const mqd_t none = (mqd_t)-1;
	const struct queue_options *asked = &queue->asked;
	int access = asked->receive ? O_RDWR : O_WRONLY;
	struct mq_attr attr = shape(asked, USUAL_DEPTH, USUAL_SIZE);
	mqd_t mqd = trace_mq_open(queue, access | flags, &attr);

	if (mqd == none && errno == EINVAL && flags && (!asked->depth || !asked->size)) {
		attr = shape(asked, limit_value(LIMIT_MQ_DEPTH), limit_value(LIMIT_MQ_SIZE));
		mqd = trace_mq_open(queue, access | flags, &attr);
	}
	if (mqd == none && errno == EACCES && asked->receive)
		mqd = trace_mq_open(queue, O_RDONLY | flags, &attr);
	return mqd;
}

/* Open or create the queue. O_EXCL tells whether this process created it, which matters only to unlink it. */
static mqd_t
open_or_create(struct queue *queue)
{
	const mqd_t none = (mqd_t)-1;
	const struct queue_options *asked = &queue->asked;
	int tries = TRIES;
	mqd_t mqd;

	if (!asked->create || (!asked->exclusive && !asked->unlink))
		return open_with(queue, asked->create ? O_CREAT : 0);
	do {
		mqd = open_with(queue, O_CREAT | O_EXCL);
		queue->created = mqd != none;
		if (mqd != none || errno != EEXIST || asked->exclusive)
			return mqd;
		mqd = open_with(queue, 0);
	} while (mqd == none && errno == ENOENT && --tries > 0);
	return mqd;
}

int
posix_open(struct queue *queue, const struct name *name)
{
	const mqd_t none = (mqd_t)-1;
	mqd_t mqd = open_or_create(queue);
	int saved;

	(void)name;
	queue->as.posix.mqd = mqd;
	if (mqd == none || check_shape(queue) == 0)
		return mqd == none ? -1 : 0;
	saved = errno;
	mq_close(mqd);
	return error_set(saved);
}

static const struct explanation errors[] = {
    {ENOSPC, 1U << QUEUE_OPEN, NULL, LIMIT_MQ_QUEUES},
    {EMFILE, 1U << QUEUE_OPEN, NULL, LIMIT_MQ_BYTES},
    {ENOSYS, 1U << QUEUE_OPEN, "this system has no POSIX message queues (use a sysv: name)", LIMIT_NONE},
    {0},
};

/* Name the limit that made mq_open refuse the shape of a new queue. */
static void
explain_refused(unsigned long long depth, unsigned long long size, struct text *text)
{
	if (depth > limit_value(LIMIT_MQ_DEPTH))
		limit_explain(text, LIMIT_MQ_DEPTH, depth);
	else if (size > limit_value(LIMIT_MQ_SIZE))
		limit_explain(text, LIMIT_MQ_SIZE, size);
	else
		text_format(text,
		    "the system makes no queue of %llu messages of %llu bytes (ask for less with -d and -s)", depth,
		    size);
}

static void
explain_differs(const struct queue *queue, struct text *text)
{
	const struct queue_options *asked = &queue->asked;

	text_format(
	    text, "the queue exists with depth %zu and message size %zu, not", queue->as.posix.depth, queue->size);
	if (asked->depth)
		text_format(text, " depth %llu", asked->depth);
	if (asked->size)
		text_format(text, "%s size %zu", asked->depth ? " and" : "", asked->size);
	text_format(text, " (leave out -d and -s, or remove it first)");
}

/* Return true if EMFILE of mq_open is about the bytes of all queues, not about descriptors. */
static bool
descriptors_left(void)
{
	int spare = dup(STDERR_FILENO);

	if (spare != -1)
		close(spare);
	return spare != -1;
}

bool
posix_explain(const struct queue *queue, enum queue_step step, int error, struct text *text)
{
	struct mq_attr attr = shape(&queue->asked, USUAL_DEPTH, USUAL_SIZE);
	unsigned long long depth = (unsigned long long)attr.mq_maxmsg, size = (unsigned long long)attr.mq_msgsize;

	if (step == QUEUE_SEND && error == EMSGSIZE)
		text_format(text,
		    "the queue takes messages of up to %zu bytes (mq_msgsize, which -s sets when it is created)",
		    queue->size);
	else if (step == QUEUE_SHAPE)
		explain_differs(queue, text);
	else if (step == QUEUE_OPEN && (error == EINVAL || error == EOVERFLOW))
		explain_refused(depth, size, text);
	else if (step == QUEUE_OPEN && error == EMFILE && !descriptors_left())
		limit_explain(text, LIMIT_FILES, 0);
	else
		return explanation_add(text, errors, (int)step, error, error == EMFILE ? depth * size : 0);
	return true;
}
