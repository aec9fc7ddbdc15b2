/*
 * change.c: checks whether an object may be changed or removed, changes it, and removes it. The check asks nothing
 * of the kernel but limits; a refusal of the kernel gets a line of its own.
 */
#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/trace.h"
#include "object/internal.h"

/* The capacity that a System V queue has after a change; 0 for other objects. */
static size_t
capacity_after(const struct object *object, const struct change *change)
{
	if (object->posix || object->kind != OBJECT_QUEUE)
		return 0;
	return change->capacity ? change->capacity : (size_t)object->size;
}

/* Prints a line about an object. Returns STATUS_FAILED. */
static int
report(const struct object *object, const char *problem)
{
	struct text name = {0};

	text_format(&name, "%s:%s", object_kind_word(object->kind), object->name);
	error_line(name.data, "%s", problem);
	text_free(&name);
	return STATUS_FAILED;
}

/* Prints a line about a change, or a removal (change NULL), that is refused. Returns STATUS_FAILED. */
static int
report_refusal(const struct object *object, const struct change *change, int error)
{
	size_t capacity = change ? capacity_after(object, change) : 0;
	struct text words = {0};
	int status;

	if (error == EPERM && capacity > 0 && capacity > limit_value(LIMIT_MSGMNB))
		limit_explain(&words, LIMIT_MSGMNB, capacity);
	else if (error == EPERM && change && change->gid_given && object->posix && geteuid() != 0)
		text_format(&words, "not permitted: its owner may give it only to a group of his own");
	else if (error == EINVAL && change && (change->uid_given || change->gid_given))
		text_format(&words, "this user namespace has no such user or group");
	else
		text_format(&words, "%s", strerror(error));
	status = report(object, words.data ? words.data : "");
	text_free(&words);
	return status;
}

/* Returns NULL, or why a user who is not root may not change an object, or remove it. */
static const char *
refuse_user(const struct object *object, const struct change *change, uid_t user)
{
	if (!object->owned)
		return NULL;
	if (object->uid != user && object->creator_uid != user)
		return change ? "not permitted: only its owner and root may change it"
		              : "not permitted: only its owner and root may remove it";
	/* The owner of a System V object may give it to anybody. */
	if (change && object->posix && change->uid_given && change->uid != object->uid)
		return "not permitted: only root may give it to another user";
	return NULL;
}

/* -s is for System V queues, which is checked before any object is looked for. */
static int
check_kinds(const struct operands *operands)
{
	size_t i;

	for (i = 0; i < operands->count; i++)
		if (operands->items[i].kinds != OBJECT_QUEUE || operands->items[i].name.kind == NAME_POSIX) {
			error_line(operands->items[i].text,
			    "-s is for System V queues (msg_qbytes); what others can hold is not changed");
			return STATUS_USAGE;
		}
	return GO_ON;
}

/* Checks before anything is touched. Returns GO_ON, or STATUS_FAILED after a line. */
static int
check(const struct object *object, const struct change *change)
{
	const char *why = change && object->posix ? object_unchanging(object) : NULL;
	uid_t user = geteuid();
	size_t capacity;

	if (!why && user != 0)
		why = refuse_user(object, change, user);
	if (why)
		return report(object, why);
	/* An old capacity counts too: the limit may have been lowered, and IPC_SET sets all again. */
	capacity = change && user != 0 ? capacity_after(object, change) : 0;
	if (capacity > 0 && capacity > limit_value(LIMIT_MSGMNB))
		return report_refusal(object, change, EPERM);
	return GO_ON;
}

int
change_prepare(char *operands[], const struct change *change, struct objects *objects)
{
	struct operands named = {0};
	int status = operands_read(&named, operands, true);
	size_t i;

	if (status == GO_ON && change && change->capacity)
		status = check_kinds(&named);
	if (status == GO_ON)
		status = objects_find(&named, objects);
	for (i = 0; status == GO_ON && i < objects->count; i++)
		status = check(&objects->items[i], change);
	operands_free(&named);
	return status;
}

static int
change_posix(const struct object *object, const struct change *change)
{
	int fd = object_open(object), result = 0;

	if (fd == -1)
		return -1;
	if (change->uid_given || change->gid_given)
		result = object_chown(
		    fd, change->uid_given ? change->uid : (uid_t)-1, change->gid_given ? change->gid : (gid_t)-1);
	if (result == 0 && change->mode_given)
		result = object_chmod(fd, change->mode);
	object_close(fd);
	return result;
}

/* Calls IPC_SET, which sets all that can be changed: what is not to change stays as it was found. */
static int
change_sysv(const struct object *object, const struct change *change)
{
	const char *name = object->kind == OBJECT_QUEUE ? "msg" : object->kind == OBJECT_SEGMENT ? "shm" : "sem";
	struct sysv_state state = {.queue.msg_qbytes = (msglen_t)capacity_after(object, change)};
	struct ipc_perm *perm = object->kind == OBJECT_QUEUE     ? &state.queue.msg_perm
	                        : object->kind == OBJECT_SEGMENT ? &state.segment.shm_perm
	                                                         : &state.set.sem_perm;
	struct text arguments = {0};
	int result;

	perm->mode = change->mode_given ? change->mode : object->mode;
	perm->uid = change->uid_given ? change->uid : object->uid;
	perm->gid = change->gid_given ? change->gid : object->gid;
	result = object_control_sysv(object->kind, (int)object->id, IPC_SET, &state);
	if (trace_on) {
		text_format(&arguments, ", {%s_perm={uid=%lu, gid=%lu, mode=%04o}", name, (unsigned long)perm->uid,
		    (unsigned long)perm->gid, (unsigned int)perm->mode);
		if (object->kind == OBJECT_QUEUE)
			text_format(&arguments, ", msg_qbytes=%llu", (unsigned long long)state.queue.msg_qbytes);
		text_format(&arguments, "}");
		object_trace_sysv(object->kind, (int)object->id, "IPC_SET", &arguments, result);
	}
	return result;
}

/* Changes an object. Returns the exit status. */
static int
apply(const struct object *object, const struct change *change)
{
	int result = object->posix ? change_posix(object, change) : change_sysv(object, change);

	return result == 0 ? STATUS_OK : report_refusal(object, change, errno);
}

static int
remove_posix(const struct object *object)
{
	static const struct {
		const char *call;
		int (*unlink)(const char *name);
	} calls[] = {
	    [OBJECT_QUEUE] = {"mq_unlink(", mq_unlink},
	    [OBJECT_SEGMENT] = {"shm_unlink(", shm_unlink},
	    [OBJECT_SEMAPHORE] = {"sem_unlink(", sem_unlink},
	};
	int result = calls[object->kind].unlink(object->name);

	if (trace_on)
		object_trace(calls[object->kind].call, object->name, "", result);
	return result;
}

static int
remove_sysv(const struct object *object)
{
	struct sysv_state state;
	int result = object_control_sysv(object->kind, (int)object->id, IPC_RMID, &state);

	if (trace_on)
		object_trace_sysv(object->kind, (int)object->id, "IPC_RMID", &(struct text){0}, result);
	return result;
}

/* Removes an object. Returns the exit status. */
static int
remove_object(const struct object *object)
{
	int result = object->posix ? remove_posix(object) : remove_sysv(object);

	/* Another process may have removed it first. */
	if (result == 0 || errno == ENOENT || errno == EIDRM || (!object->posix && errno == EINVAL))
		return STATUS_OK;
	return report_refusal(object, NULL, errno);
}

int
change_all(const struct objects *objects, const struct change *change)
{
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < objects->count; i++) {
		const struct object *object = &objects->items[i];

		if ((change ? apply(object, change) : remove_object(object)) != STATUS_OK)
			status = STATUS_FAILED;
	}
	return status;
}
