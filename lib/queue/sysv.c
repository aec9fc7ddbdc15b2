/*
 * sysv.c: System V message queues. They cannot be polled and have no timeout. So a receiver that has to look at
 * its output as well waits with room for 0 bytes: the kernel answers E2BIG when there is a message, and leaves it where
 * it is. A timer interrupts waits that a deadline bounds (deadline_tick).
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/name.h"
#include "base/number.h"
#include "base/text.h"
#include "base/trace.h"
#include "queue/internal.h"
#include "queue/queue.h"

#define TRACED 32

/* What msgsnd and msgrcv take; the message follows its type without a gap. */
struct envelope {
	long type;
	char data[];
};

/* The room for a message until a larger one comes. */
#define FIRST_ROOM 8192

/* A queue that somebody else creates gets its capacity only after it exists: how often, 10 ms apart, to look again. */
#define SETTLE 20

static struct envelope *
envelope(const struct queue *queue)
{
	return (struct envelope *)(void *)queue->buffer;
}

static int
get(key_t key, int flags, mode_t mode)
{
	int id = msgget(key, flags | (int)mode);

	if (!trace_on)
		return id;
	if (key == IPC_PRIVATE)
		trace_call(id, "msgget(IPC_PRIVATE, 0%03o)", (unsigned int)mode);
	else if (flags)
		trace_call(id, "msgget(0x%x, IPC_CREAT|IPC_EXCL|0%03o)", (unsigned int)key, (unsigned int)mode);
	else
		trace_call(id, "msgget(0x%x, 0%03o)", (unsigned int)key, (unsigned int)mode);
	return id;
}

/*
 * The identifier of a queue with that key, made if asked for; *created tells. The mode in msgget asks for permission;
 * a receiver wants to be able to put a message back, but where it may only read, it still can receive.
 */
static int
find(const struct queue *queue, key_t key, bool *created)
{
	int tries = SETTLE, id;

	do {
		if (!queue->asked.exclusive) {
			id = get(key, 0, queue->asked.receive ? 0600 : 0200);
			if (id == -1 && errno == EACCES && queue->asked.receive)
				id = get(key, 0, 0400);
			if (id != -1 || errno != ENOENT || !queue->asked.create)
				return id;
		}
		id = get(key, IPC_CREAT | IPC_EXCL, queue->asked.mode);
		*created = id != -1;
	} while (id == -1 && errno == EEXIST && !queue->asked.exclusive && --tries > 0);
	return id;
}

/* msgctl(IPC_STAT), and from it the limits. */
static int
look(struct queue *queue, struct msqid_ds *status)
{
	unsigned long long most = limit_value(LIMIT_MSGMAX);

	if (message_status(queue->id, status) == -1) {
		/* Those who may only send may not look: then only the kernel's own limit is known. */
		if (errno != EACCES)
			return -1;
		*status = (struct msqid_ds){0};
		queue->bytes = queue->size = most < SSIZE_MAX ? (size_t)most : SSIZE_MAX;
		queue->unseen = true;
		return 0;
	}
	queue->bytes = status->msg_qbytes;
	queue->size = queue->bytes < most ? queue->bytes : (size_t)most;
	return 0;
}

/* Gives a queue that was just created the capacity asked for. */
static int
set_capacity(struct queue *queue, struct msqid_ds *status)
{
	int result;

	/* IPC_SET sets these as well, and a mode without read permission has kept them from us. */
	status->msg_perm.uid = geteuid();
	status->msg_perm.gid = getegid();
	status->msg_perm.mode = queue->asked.mode;
	status->msg_qbytes = queue->asked.depth * queue->asked.size;
	result = msgctl(queue->id, IPC_SET, status);
	if (trace_on)
		trace_call(
		    result, "msgctl(%d, IPC_SET, {msg_qbytes=%lu})", queue->id, (unsigned long)status->msg_qbytes);
	return result == -1 ? -1 : look(queue, status);
}

/* Waits a little for the capacity of a queue that nobody has used: its creator may be about to set it. */
static int
settle(struct queue *queue, struct msqid_ds *status)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	int tries;

	for (tries = 0; tries < SETTLE; tries++) {
		if (queue->unseen || queue->bytes == queue->asked.depth * queue->asked.size)
			return 0;
		if (status->msg_stime || status->msg_rtime)
			break;
		nanosleep(&moment, NULL);
		if (look(queue, status) == -1)
			return -1;
	}
	queue->differs = true;
	errno = EEXIST;
	return -1;
}

static int
remove_queue(struct queue *queue)
{
	int result = msgctl(queue->id, IPC_RMID, NULL);

	if (trace_on)
		trace_call(result, "msgctl(%d, IPC_RMID)", queue->id);
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

static int
open_sysv(struct queue *queue, const struct name *name)
{
	struct msqid_ds status;
	bool created = false;
	key_t key;

	queue->id = -1;
	if (queue->asked.depth && queue->asked.depth > LONG_MAX / queue->asked.size) {
		errno = EOVERFLOW;
		return -1;
	}
	if (queue->asked.size > limit_value(LIMIT_MSGMAX)) {
		errno = EMSGSIZE;
		return -1;
	}
	if (name->kind == NAME_ID) {
		queue->id = name->number;
	} else if (name->kind == NAME_NEW) {
		queue->id = get(IPC_PRIVATE, 0, queue->asked.mode);
		created = true;
	} else {
		if (name_key(name, &key) == -1) {
			queue->unkeyed = true;
			return -1;
		}
		queue->id = find(queue, key, &created);
	}
	if (queue->id == -1)
		return -1;
	if (name->kind == NAME_NEW) {
		snprintf(queue->handle, sizeof(queue->handle), "sysv:@%d", queue->id);
		queue->text = queue->handle;
	}
	if (look(queue, &status) == -1) {
		if (errno == EINVAL || errno == EIDRM)
			errno = name->kind == NAME_ID ? EINVAL : EIDRM;
		return -1;
	}
	if (queue->asked.depth && created && set_capacity(queue, &status) == -1) {
		int saved = errno;

		remove_queue(queue);
		errno = saved;
		return -1;
	}
	if (queue->asked.depth && settle(queue, &status) == -1)
		return -1;
	queue->open = true;
	return 0;
}

static void
close_sysv(struct queue *queue)
{
	(void)queue; /* an identifier is no descriptor */
}

/* After a call that failed on a queue that was open: EINVAL too means that it was removed. */
static int
removed(const struct queue *queue)
{
	struct msqid_ds status;
	int saved = errno;

	if (saved == EINVAL && msgctl(queue->id, IPC_STAT, &status) == -1 && (errno == EINVAL || errno == EIDRM))
		saved = EIDRM;
	errno = saved;
	return -1;
}

/* What a wait that was interrupted does next: 0 goes on, -1 stops. */
static int
interrupted(const struct queue_wait *wait)
{
	if (errno != EINTR)
		return -1;
	if (interrupt_caught())
		return -1;
	if (deadline_passed(&wait->deadline)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return 0;
}

static int
put(struct queue *queue, const struct message *message, int flags)
{
	int result = msgsnd(queue->id, queue->buffer, message->size, flags);

	if (trace_wanted(result)) {
		struct text call = {0};

		text_format(&call, "msgsnd(%d, {mtype=%ld, mtext=", queue->id, message->priority);
		text_quote(&call, message->data, message->size, TRACED);
		text_format(&call, "}, %zu, %s)", message->size, flags ? "IPC_NOWAIT" : "0");
		trace_end(&call, result);
	}
	return result;
}

static int
send_sysv(struct queue *queue, const struct message *message, const struct queue_wait *wait)
{
	if (queue_room(queue, sizeof(struct envelope) + message->size) == -1)
		return -1;
	envelope(queue)->type = message->priority;
	memmove(envelope(queue)->data, message->data, message->size);

	/* Where a queue has been full, and nothing bounds the wait, it saves a call to wait at once. */
	if (!wait || wait->deadline.limited || !queue->ticking) {
		if (put(queue, message, IPC_NOWAIT) == 0)
			return 0;
		if (errno != EAGAIN || !wait)
			return removed(queue);
		if (deadline_passed(&wait->deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	queue->ticking = true;
	for (;;) {
		if (deadline_tick(&wait->deadline) == -1)
			return -1;
		if (put(queue, message, 0) == 0)
			return 0;
		if (interrupted(wait) == -1)
			return removed(queue);
	}
}

/* msgrcv with room for that many bytes. */
static ssize_t
take(struct queue *queue, size_t room, int flags)
{
	ssize_t result = msgrcv(queue->id, queue->buffer, room, queue->type, flags | queue->flags);

	if (trace_wanted(result)) {
		struct text call = {0};

		text_format(&call, "msgrcv(%d, {", queue->id);
		if (result != -1) {
			text_format(&call, "mtype=%ld, mtext=", envelope(queue)->type);
			text_quote(&call, envelope(queue)->data, (size_t)result, TRACED);
		}
		text_format(&call, "}, %zu, %ld, ", room, queue->type);
		if (queue->flags)
			text_format(&call, "MSG_EXCEPT%s)", flags ? "|IPC_NOWAIT" : "");
		else
			text_format(&call, "%s)", flags ? "IPC_NOWAIT" : "0");
		trace_end(&call, result);
	}
	return result;
}

/* Takes a message without waiting, whatever its size. MSG_NOERROR would cut it. */
static ssize_t
take_now(struct queue *queue)
{
	ssize_t got;

	while ((got = take(queue, queue->capacity - sizeof(struct envelope), IPC_NOWAIT)) == -1 && errno == E2BIG)
		if (queue_room(queue, queue->capacity * 2) == -1)
			return -1;
	if (got == -1 && errno == ENOMSG)
		errno = EAGAIN;
	return got;
}

/* Waits until there is a message, and for an end of the output; takes it. */
static ssize_t
take_wait(struct queue *queue, const struct queue_wait *wait)
{
	ssize_t got;

	if (deadline_passed(&wait->deadline)) {
		got = take_now(queue);
		if (got == -1 && errno == EAGAIN)
			errno = ETIMEDOUT;
		return got;
	}
	for (;;) {
		bool there;

		if (deadline_tick(&wait->deadline) == -1)
			return -1;
		got = take(queue, 0, 0);
		if (got == 0)
			return got; /* an empty message fits */
		there = errno == E2BIG;
		if (!there && interrupted(wait) == -1)
			return -1;
		if (wait->output != -1 && io_gone(wait->output)) {
			errno = EPIPE;
			return -1;
		}
		if (there) {
			got = take_now(queue);
			if (got != -1 || errno != EAGAIN)
				return got;
		}
	}
}

static int
receive_sysv(struct queue *queue, struct message *message, const struct queue_wait *wait)
{
	ssize_t size;

	if (queue_room(queue, sizeof(struct envelope) + FIRST_ROOM) == -1)
		return -1;
	size = wait ? take_wait(queue, wait) : take_now(queue);
	if (size == -1)
		return removed(queue);
	*message = (struct message){envelope(queue)->data, (size_t)size, envelope(queue)->type};
	return 0;
}

static int
select_sysv(const char *select, long *type, int *flags)
{
	const char *digits = *select == '-' || *select == '^' ? select + 1 : select;
	unsigned long long number;

	if (number_parse(digits, 1, LONG_MAX, &number) == -1) {
		errno = EINVAL;
		return -1;
	}
	if (*select == '^' && !message_except) {
		errno = ENOTSUP;
		return -1;
	}
	*type = *select == '-' ? -(long)number : (long)number;
	*flags = *select == '^' ? message_except : 0;
	return 0;
}

/* Where a message of that type stands among those selected: with -N by type first; -1 if it is not selected. */
static long
rank(const struct queue *queue, long type)
{
	if (queue->flags)
		return type == queue->type ? -1 : 0;
	if (queue->type < 0)
		return type <= -queue->type ? type : -1;
	return queue->type == 0 || type == queue->type ? 0 : -1;
}

static void
trace_copy(const struct queue *queue, unsigned long position, ssize_t size)
{
	struct text call = {0};

	text_format(&call, "msgrcv(%d, {mtype=%ld, mtext=", queue->id, envelope(queue)->type);
	text_quote(&call, envelope(queue)->data, (size_t)size, TRACED);
	text_format(&call, "}, %zu, %lu, MSG_COPY|IPC_NOWAIT)", queue->capacity - sizeof(struct envelope), position);
	trace_end(&call, size);
}

/*
 * The kernel copies by position only, so the selection is done here: the message with the lowest rank, and then
 * position, behind the one copied last.
 */
static int
peek_sysv(struct queue *queue, struct message *message)
{
	long best = -1, at;
	unsigned long position, found = 0;
	ssize_t size;

	if (queue_room(queue, sizeof(struct envelope) + FIRST_ROOM) == -1)
		return -1;
	for (position = queue->type < 0 ? 0 : queue->peeked; message_copy(queue, position) != -1; position++) {
		if (interrupt_caught()) {
			errno = EINTR;
			return -1;
		}
		at = rank(queue, envelope(queue)->type);
		if (at < queue->peeked_rank || (at == queue->peeked_rank && position < queue->peeked))
			continue;
		if (best == -1 || at < best) {
			best = at;
			found = position;
		}
		if (queue->type >= 0)
			break;
	}
	if (best == -1) {
		errno = errno == ENOMSG ? EAGAIN : errno;
		return removed(queue);
	}
	size = message_copy(queue, found);
	if (size == -1) {
		errno = errno == ENOMSG ? EAGAIN : errno;
		return removed(queue);
	}
	if (trace_on)
		trace_copy(queue, found, size);
	queue->peeked = found + 1;
	queue->peeked_rank = best;
	*message = (struct message){envelope(queue)->data, (size_t)size, envelope(queue)->type};
	return 0;
}

/* Why a message is too large for ever. */
static bool
explain_size(const struct queue *queue, struct text *text)
{
	if (queue->size < queue->bytes)
		text_format(text,
		    "kernel.msgmax lets a message have %zu bytes (raise it with sysctl -w kernel.msgmax=...)",
		    queue->size);
	else
		text_format(
		    text, "the whole queue holds %zu bytes (msg_qbytes; make it larger with -d and -s)", queue->bytes);
	return true;
}

static bool
explain_sysv(const struct queue *queue, enum queue_step step, int error, struct text *text)
{
	if (step == QUEUE_SEND && error == EMSGSIZE)
		return explain_size(queue, text);
	if (step == QUEUE_SEND && error == EINVAL) {
		text_format(text, "the system does not take a message of this size");
		return true;
	}
	if (step != QUEUE_OPEN)
		return false;
	if (queue->unkeyed) {
		text_format(text, "no key from this path: %s", strerror(error));
		return true;
	}
	if (queue->differs) {
		text_format(text,
		    "the queue exists with room for %zu bytes, not %zu x %zu (leave out -d and -s, or remove it first)",
		    queue->bytes, queue->asked.depth, queue->asked.size);
		return true;
	}
	switch (error) {
	case ENOSPC:
		limit_explain(text, LIMIT_MSGMNI, 0);
		return true;
	case EMSGSIZE:
		limit_explain(text, LIMIT_MSGMAX, queue->asked.size);
		return true;
	case EOVERFLOW:
		text_format(text, "no queue holds %zu x %zu bytes (ask for less with -d and -s)", queue->asked.depth,
		    queue->asked.size);
		return true;
	case EPERM:
		limit_explain(text, LIMIT_MSGMNB, (unsigned long long)queue->asked.depth * queue->asked.size);
		return true;
	case EINVAL:
		if (queue->id == -1)
			return false;
		text_format(text, "no such queue (an identifier names one that exists; ipcs -q lists them)");
		return true;
	default:
		return false;
	}
}

const struct queue_backend queue_sysv = {
    .open = open_sysv,
    .close = close_sysv,
    .unlink = remove_queue,
    .send = send_sysv,
    .receive = receive_sysv,
    .select = select_sysv,
    .peek = peek_sysv,
    .explain = explain_sysv,
    .lowest = 1,
    .highest = LONG_MAX,
    .usual = 1,
};
