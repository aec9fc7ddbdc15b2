/*
 * trace.c: the lines of -v for the calls on message queues. A caller looks at trace_on first, so tracing costs nothing
 * when off.
 */
#include <fcntl.h>
#include <stdio.h>

#include "base/trace.h"
#include "queue/internal.h"

/* Bytes of a message that a line shows. */
#define SHOWN 32

void
trace_mq_open(const struct queue *queue, int flags, const struct mq_attr *attr, mqd_t result)
{
	static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR"};
	char creation[96] = "";

	if (flags & O_CREAT)
		snprintf(creation, sizeof(creation), "|O_CREAT%s, 0%03o, {mq_maxmsg=%ld, mq_msgsize=%ld}",
		    flags & O_EXCL ? "|O_EXCL" : "", (unsigned int)queue->asked.mode, attr->mq_maxmsg,
		    attr->mq_msgsize);
	trace_call((long)result, "mq_open(\"%s\", %s%s)", queue->text, access[flags & O_ACCMODE], creation);
}

void
trace_mq_send(const struct queue *queue, const struct message *message, bool timed, int result)
{
	struct text call = {0};

	if (!trace_wanted(result))
		return;
	text_format(&call, "%s(%d, ", timed ? "mq_timedsend" : "mq_send", (int)queue->as.posix.mqd);
	text_quote(&call, message->data, message->size, SHOWN);
	text_format(&call, ", %zu, %ld%s)", message->size, message->priority, timed ? ", {0, 0}" : "");
	trace_end(&call, result);
}

void
trace_mq_receive(const struct queue *queue, unsigned int priority, bool timed, ssize_t result)
{
	struct text call = {0};

	if (!trace_wanted(result))
		return;
	text_format(&call, "%s(%d, ", timed ? "mq_timedreceive" : "mq_receive", (int)queue->as.posix.mqd);
	text_quote(&call, queue->buffer, result == -1 ? 0 : (size_t)result, SHOWN);
	text_format(&call, ", %zu, [%u]%s)", queue->size, priority, timed ? ", {0, 0}" : "");
	trace_end(&call, result);
}

void
trace_msgget(key_t key, int flags, mode_t mode, int result)
{
	if (key == IPC_PRIVATE)
		trace_call(result, "msgget(IPC_PRIVATE, 0%03o)", (unsigned int)mode);
	else
		trace_call(result, "msgget(0x%x, %s0%03o)", (unsigned int)key, flags ? "IPC_CREAT|IPC_EXCL|" : "",
		    (unsigned int)mode);
}

void
trace_msgsnd(int id, const struct message *message, int flags, int result)
{
	struct text call = {0};

	if (!trace_wanted(result))
		return;
	text_format(&call, "msgsnd(%d, {mtype=%ld, mtext=", id, message->priority);
	text_quote(&call, message->data, message->size, SHOWN);
	text_format(&call, "}, %zu, %s)", message->size, flags ? "IPC_NOWAIT" : "0");
	trace_end(&call, result);
}

void
trace_msgrcv(const struct queue *queue, size_t size, long type, int flags, ssize_t result)
{
	const struct sysv_envelope *envelope = sysv_envelope(queue);
	const char *kind = flags & sysv_copy ? "MSG_COPY" : flags & sysv_except ? "MSG_EXCEPT" : "";
	struct text call = {0};

	if (!trace_wanted(result))
		return;
	text_format(&call, "msgrcv(%d, {", queue->as.sysv.id);
	if (result != -1) {
		text_format(&call, "mtype=%ld, mtext=", envelope->type);
		text_quote(&call, envelope->data, (size_t)result, SHOWN);
	}
	text_format(&call, "}, %zu, %ld, %s", size, type, kind);
	if (flags & IPC_NOWAIT)
		text_format(&call, "%sIPC_NOWAIT", *kind ? "|" : "");
	else if (!*kind)
		text_format(&call, "0");
	text_format(&call, ")");
	trace_end(&call, result);
}
