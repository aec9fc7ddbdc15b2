/*
 * sysv_open.c: the life of a System V message queue: it is found by its key or created, gets its capacity, and is
 * removed. Processes that create the same queue at the same time all get one queue.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/trace.h"
#include "queue/internal.h"

/* Number of checks, 10 ms apart, whether another process that has just created the queue has set its capacity. */
#define TRIES 20

/*
 * Find or create the queue with that key. The mode of msgget asks for permission. Ask for permission to send for a
 * receiver too, so that it can put messages back; without it, the receiver still receives. Returns the identifier, or
 * -1.
 */
static int
find(const struct queue_options *asked, key_t key, bool *created)
{
	int tries = TRIES, id;

	do {
		if (!asked->exclusive && key != IPC_PRIVATE) {
			id = trace_msgget(key, 0, asked->receive ? 0600 : 0200);
			if (id == -1 && errno == EACCES && asked->receive)
				id = trace_msgget(key, 0, 0400);
			if (id != -1 || errno != ENOENT || !asked->create)
				return id;
		}
		id = trace_msgget(key, IPC_CREAT | IPC_EXCL, asked->mode);
		*created = id != -1;
	} while (id == -1 && errno == EEXIST && !asked->exclusive && --tries > 0);
	return id;
}

/* Get the identifier that belongs to the name. */
static int
identify(struct queue *queue, const struct name *name, bool *created)
{
	struct queue_sysv *sysv = &queue->as.sysv;
	key_t key;

	if (name->kind == NAME_ID) {
		sysv->id = name->number;
		queue->step = QUEUE_IDENTIFIER;
		return 0;
	}
	if (name_key(name, &key) == -1) {
		queue->step = QUEUE_KEY;
		return -1;
	}
	sysv->id = find(&queue->asked, key, created);
	if (sysv->id != -1 && name->kind == NAME_NEW) {
		snprintf(sysv->handle, sizeof(sysv->handle), "sysv:@%d", sysv->id);
		queue->text = sysv->handle;
	}
	return sysv->id == -1 ? -1 : 0;
}

/* Give a queue that was just created the capacity asked for, or remove it. */
static int
set_capacity(struct queue *queue)
{
	unsigned long capacity = (unsigned long)(queue->asked.depth * queue->asked.size);
	struct msqid_ds status = {.msg_qbytes = capacity};
	int id = queue->as.sysv.id, saved;

	status.msg_perm.uid = geteuid();
	status.msg_perm.gid = getegid();
	status.msg_perm.mode = queue->asked.mode;
	if (trace_call(TRACED(msgctl(id, IPC_SET, &status)), "msgctl(%d, IPC_SET, {msg_qbytes=%lu})", id, capacity) ==
	    0)
		return 0;
	saved = errno;
	sysv_unlink(queue);
	return error_set(saved);
}

/*
 * Get the limits of the queue, and compare its capacity with the capacity asked for. Wait if they differ and no process
 * has used the queue yet, because its creator may be about to set the capacity. Without permission to read the status
 * only the limit of all messages is known.
 */
static int
check_capacity(struct queue *queue)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	unsigned long long wanted = queue->asked.depth * queue->asked.size, most = limit_value(LIMIT_MSGMAX);
	struct queue_sysv *sysv = &queue->as.sysv;
	int tries;

	if (most > SSIZE_MAX)
		most = SSIZE_MAX;
	for (tries = 0; tries < TRIES; tries++) {
		struct msqid_ds status;
		bool readable = queue_sysv_status(sysv->id, &status) == 0;

		if (!readable && errno != EACCES)
			return -1;
		sysv->capacity = readable ? status.msg_qbytes : ULLONG_MAX;
		queue->size = (size_t)(sysv->capacity < most ? sysv->capacity : most);
		if (!readable || wanted == 0 || sysv->capacity == wanted)
			return 0;
		if (status.msg_stime || status.msg_rtime)
			break;
		nanosleep(&moment, NULL);
	}
	queue->step = QUEUE_SHAPE;
	return error_set(EEXIST);
}

int
sysv_open(struct queue *queue, const struct name *name)
{
	const struct queue_options *asked = &queue->asked;
	struct queue_sysv *sysv = &queue->as.sysv;
	bool created = false;

	if (asked->select && sysv_select(asked->select, &sysv->type, &sysv->flags) == -1)
		return -1;
	if (asked->depth && asked->depth > LONG_MAX / asked->size)
		return error_set(EOVERFLOW);
	if (asked->size && asked->size > limit_value(LIMIT_MSGMAX))
		return error_set(EMSGSIZE);
	if (identify(queue, name, &created) == -1)
		return -1;
	queue->created = created;
	if (created && asked->depth && set_capacity(queue) == -1)
		return -1;
	if (check_capacity(queue) == 0)
		return 0;
	if (errno == EINVAL || errno == EIDRM)
		errno = name->kind == NAME_ID ? EINVAL : EIDRM;
	return -1;
}

int
sysv_unlink(struct queue *queue)
{
	int id = queue->as.sysv.id;
	int result = trace_call(TRACED(msgctl(id, IPC_RMID, NULL)), "msgctl(%d, IPC_RMID)", id);

	if (result == -1 && (errno == EINVAL || errno == EIDRM))
		errno = ENOENT;
	return result;
}

int
sysv_select(const char *select, long *type, int *flags)
{
	const char *digits = *select == '-' || *select == '^' ? select + 1 : select;
	unsigned long long number;

	if (number_parse(digits, 1, LONG_MAX, &number) == -1)
		return error_set(EINVAL);
	if (*select == '^' && !sysv_except)
		return error_set(ENOTSUP);
	*type = *select == '-' ? -(long)number : (long)number;
	*flags = *select == '^' ? sysv_except : 0;
	return 0;
}

int
sysv_failed(const struct queue *queue)
{
	struct msqid_ds status;
	int error = errno;

	if (error == EINVAL && msgctl(queue->as.sysv.id, IPC_STAT, &status) == -1 &&
	    (errno == EINVAL || errno == EIDRM))
		error = EIDRM;
	return error_set(error);
}
