/*
 * put_back.c: puts a message that could not be delivered back into its queue, or else into a spare queue, or else
 * prints it on standard error. No message is dropped.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "queue/queue.h"

/*
 * Put a message back. Refuse a removed queue: it accepts the message, but loses it on close. Returns 0 or an errno
 * value.
 */
static int
put_back(struct queue *queue, const struct message *message, const struct deadline *deadline)
{
	static const struct timespec moment = {.tv_nsec = 5000000};

	if (queue_removed(queue))
		return EIDRM;
	while (queue_send(queue, message, NULL) == -1) {
		if (errno != EINTR && (errno != EAGAIN || !deadline || deadline_passed(deadline)))
			return errno;
		nanosleep(&moment, NULL);
	}
	queue->returned = true;
	return 0;
}

static void
print(const struct queue *queue, const struct message *message, int error)
{
	struct text quoted = {0};
	const char *why = strerror(error);

	if (error == EAGAIN)
		why = "the queue is full again";
	else if (error == EIDRM)
		why = "the queue was removed";
	else if (error == EBADF || error == EACCES)
		why = "no permission to send to it";
	text_quote(&quoted, message->data, message->size, message->size);
	error_line(
	    queue->text, "not put back (%s), priority %ld: %s", why, message->priority, quoted.data ? quoted.data : "");
	text_free(&quoted);
}

struct queue *
queue_put_back(struct queue *queue, struct queue *spare, const struct message *message, const struct deadline *deadline)
{
	int error;

	if (queue->asked.peek)
		return queue;
	error = put_back(queue, message, deadline);
	if (error == 0)
		return queue;
	if (spare && queue_send_nearest(spare, message, NULL) == 0)
		return spare;
	print(queue, message, error);
	return NULL;
}
