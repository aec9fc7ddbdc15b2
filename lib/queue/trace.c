/*
 * trace.c: the system calls of message queues, each with its line of -v. A call that is not traced costs a check of
 * trace_on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/trace.h"
#include "queue/internal.h"

/* Bytes of a message that a line shows, and the space that they need in quotes. */
#define SHOWN  32
#define QUOTED (4 * SHOWN + 16)

/* Put the start of some data in quotes into an array of QUOTED bytes. Returns the array. */
static const char *
quote(char *to, const void *data, size_t size)
{
	struct text text = {.data = to, .capacity = QUOTED, .borrowed = true};

	text_quote(&text, data, size, SHOWN);
	return to;
}

/* Open the queue with the umask cleared, because the mode must be exact. */
mqd_t
trace_mq_open(const struct queue *queue, int flags, struct mq_attr *attr)
{
	static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR"};
	mode_t mask = flags & O_CREAT ? umask(0) : 0;
	mqd_t result = TRACED(mq_open(queue->text, flags | posix_nonblock, queue->asked.mode, attr));
	char creation[96] = "";

	if (flags & O_CREAT) {
		umask(mask);
		snprintf(creation, sizeof(creation), "|O_CREAT%s, 0%03o, {mq_maxmsg=%ld, mq_msgsize=%ld}",
		    flags & O_EXCL ? "|O_EXCL" : "", (unsigned int)queue->asked.mode, attr->mq_maxmsg,
		    attr->mq_msgsize);
	}
	trace_quoted((long)result, "mq_open(", queue->text, ", %s%s)", access[flags & O_ACCMODE], creation);
	return result;
}

void
trace_print_mq_send(const struct queue *queue, const struct message *message, const struct timespec *until, int result)
{
	char data[QUOTED];

	trace_call(result, "%s(%d, %s, %zu, %u%s)", until ? "mq_timedsend" : "mq_send", (int)queue->as.posix.mqd,
	    quote(data, message->data, message->size), message->size, (unsigned int)message->priority,
	    until ? ", {0, 0}" : "");
}

void
trace_print_mq_receive(const struct queue *queue, unsigned int priority, const struct timespec *until, ssize_t result)
{
	char data[QUOTED];

	trace_call(result, "%s(%d, %s, %zu, [%u]%s)", until ? "mq_timedreceive" : "mq_receive",
	    (int)queue->as.posix.mqd, quote(data, queue->buffer, result == -1 ? 0 : (size_t)result), queue->size,
	    priority, until ? ", {0, 0}" : "");
}

int
trace_msgget(key_t key, int flags, mode_t mode)
{
	int id = TRACED(msgget(key, flags | (int)mode));

	if (key == IPC_PRIVATE)
		return trace_call(id, "msgget(IPC_PRIVATE, 0%03o)", (unsigned int)mode);
	return trace_call(
	    id, "msgget(0x%x, %s0%03o)", (unsigned int)key, flags ? "IPC_CREAT|IPC_EXCL|" : "", (unsigned int)mode);
}

void
trace_print_msgsnd(const struct queue *queue, const struct message *message, int flags, int result)
{
	char data[QUOTED];

	trace_call(result, "msgsnd(%d, {mtype=%ld, mtext=%s}, %zu, %s)", queue->as.sysv.id, message->priority,
	    quote(data, message->data, message->size), message->size, flags ? "IPC_NOWAIT" : "0");
}

void
trace_print_msgrcv(const struct queue *queue, size_t space, long type, int flags, ssize_t result)
{
	const struct sysv_envelope *envelope = (const void *)queue->buffer;
	const char *kind = flags & sysv_copy ? "MSG_COPY" : flags & sysv_except ? "MSG_EXCEPT" : "";
	const char *now = flags & IPC_NOWAIT ? "IPC_NOWAIT" : *kind ? "" : "0";
	char data[QUOTED], received[QUOTED + 48] = "";

	if (result != -1)
		snprintf(received, sizeof(received), "mtype=%ld, mtext=%s", envelope->type,
		    quote(data, envelope->data, (size_t)result));
	trace_call(result, "msgrcv(%d, {%s}, %zu, %ld, %s%s%s)", queue->as.sysv.id, received, space, type, kind,
	    *kind && *now ? "|" : "", now);
}
