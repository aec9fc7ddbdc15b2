/*
 * sysv_open.c: the life of a System V message queue: it is found by its key or created, gets its capacity, and is
 * removed. Processes that create the same queue at the same time agree on one.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/trace.h"
#include "queue/internal.h"

/* How often to look, 10 ms apart, whether another process that has just created the queue has set its capacity. */
#define TRIES 20

static int
get(key_t key, int flags, mode_t mode)
{
	int id = msgget(key, flags | (int)mode);

	if (trace_on)
		trace_msgget(key, flags, mode, id);
	return id;
}

/*
 * Finds or creates the queue with that key. The mode of msgget asks for permission. A receiver asks for permission to
 * send too, to be able to put messages back. Without it, it still receives.
 */
static int
find(const struct queue_options *asked, key_t key, bool *created)
{
	int tries = TRIES, id;

	do {
		if (!asked->exclusive) {
			id = get(key, 0, asked->receive ? 0600 : 0200);
			if (id == -1 && errno == EACCES && asked->receive)
				id = get(key, 0, 0400);
			if (id != -1 || errno != ENOENT || !asked->create)
				return id;
		}
		id = get(key, IPC_CREAT | IPC_EXCL, asked->mode);
		*created = id != -1;
	} while (id == -1 && errno == EEXIST && !asked->exclusive && --tries > 0);
	return id;
}

/* Gets the identifier that belongs to the name. */
static int
identify(struct queue *queue, const struct name *name, bool *created)
{
	struct queue_sysv *sysv = &queue->as.sysv;
	key_t key;

	if (name->kind == NAME_ID) {
		sysv->id = name->number;
		queue->step = QUEUE_IDENTIFIER;
	} else if (name->kind == NAME_NEW) {
		sysv->id = get(IPC_PRIVATE, 0, queue->asked.mode);
		*created = true;
		snprintf(sysv->handle, sizeof(sysv->handle), "sysv:@%d", sysv->id);
		if (sysv->id != -1)
			queue->text = sysv->handle;
	} else if (name_key(name, &key) == -1) {
		queue->step = QUEUE_KEY;
		return -1;
	} else {
		sysv->id = find(&queue->asked, key, created);
	}
	return sysv->id == -1 ? -1 : 0;
}

/* Gets the status, and from it the limits; without permission to look only the kernel's own limit is known. */
static int
look(struct queue *queue, struct msqid_ds *status)
{
	unsigned long long most = limit_value(LIMIT_MSGMAX);

	*status = (struct msqid_ds){0};
	if (most > SSIZE_MAX)
		most = SSIZE_MAX;
	if (queue_sysv_status(queue->as.sysv.id, status) == 0) {
		queue->as.sysv.capacity = status->msg_qbytes;
	} else if (errno == EACCES) {
		queue->as.sysv.capacity = most;
		queue->as.sysv.unreadable = true;
	} else {
		return -1;
	}
	queue->size = (size_t)(queue->as.sysv.capacity < most ? queue->as.sysv.capacity : most);
	return 0;
}

/* Gives a queue that was just created the capacity asked for. A mode without read permission has hidden its status. */
static int
set_capacity(struct queue *queue, struct msqid_ds *status)
{
	int result;

	status->msg_perm.uid = geteuid();
	status->msg_perm.gid = getegid();
	status->msg_perm.mode = queue->asked.mode;
	status->msg_qbytes = (unsigned long)(queue->asked.depth * queue->asked.size);
	result = msgctl(queue->as.sysv.id, IPC_SET, status);
	trace_call(
	    result, "msgctl(%d, IPC_SET, {msg_qbytes=%lu})", queue->as.sysv.id, (unsigned long)status->msg_qbytes);
	return result == -1 ? -1 : look(queue, status);
}

/* Compares the capacity; that of a queue which nobody has used yet may still be about to be set by its creator. */
static int
check_capacity(struct queue *queue, struct msqid_ds *status)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (queue->as.sysv.unreadable || queue->as.sysv.capacity == queue->asked.depth * queue->asked.size)
			return 0;
		if (status->msg_stime || status->msg_rtime)
			break;
		nanosleep(&moment, NULL);
		if (look(queue, status) == -1)
			return -1;
	}
	queue->step = QUEUE_SHAPE;
	errno = EEXIST;
	return -1;
}

int
sysv_open(struct queue *queue, const struct name *name)
{
	const struct queue_options *asked = &queue->asked;
	struct queue_sysv *sysv = &queue->as.sysv;
	struct msqid_ds status;
	bool created = false;
	int saved;

	if (asked->select && sysv_select(asked->select, &sysv->type, &sysv->flags) == -1)
		return -1;
	if (asked->depth && asked->depth > LONG_MAX / asked->size) {
		errno = EOVERFLOW;
		return -1;
	}
	if (asked->size && asked->size > limit_value(LIMIT_MSGMAX)) {
		errno = EMSGSIZE;
		return -1;
	}
	if (identify(queue, name, &created) == -1)
		return -1;
	if (look(queue, &status) == -1) {
		if (errno == EINVAL || errno == EIDRM)
			errno = name->kind == NAME_ID ? EINVAL : EIDRM;
		return -1;
	}
	if (asked->depth && created && set_capacity(queue, &status) == -1) {
		saved = errno;
		sysv_unlink(queue);
		errno = saved;
		return -1;
	}
	return asked->depth ? check_capacity(queue, &status) : 0;
}

int
sysv_unlink(struct queue *queue)
{
	int result = msgctl(queue->as.sysv.id, IPC_RMID, NULL);

	trace_call(result, "msgctl(%d, IPC_RMID)", queue->as.sysv.id);
	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

int
sysv_select(const char *select, long *type, int *flags)
{
	const char *digits = *select == '-' || *select == '^' ? select + 1 : select;
	unsigned long long number;

	if (number_parse(digits, 1, LONG_MAX, &number) == -1) {
		errno = EINVAL;
		return -1;
	}
	if (*select == '^' && !sysv_except) {
		errno = ENOTSUP;
		return -1;
	}
	*type = *select == '-' ? -(long)number : (long)number;
	*flags = *select == '^' ? sysv_except : 0;
	return 0;
}

int
sysv_failed(const struct queue *queue)
{
	struct msqid_ds status;
	int saved = errno;

	if (saved == EINVAL && msgctl(queue->as.sysv.id, IPC_STAT, &status) == -1 &&
	    (errno == EINVAL || errno == EIDRM))
		saved = EIDRM;
	errno = saved;
	return -1;
}
