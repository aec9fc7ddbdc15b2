/*
 * change.c: checks whether an object may be changed or removed, changes it, and removes it. The check asks the kernel
 * for nothing but limits; a refusal of the kernel gets a line of its own.
 */
#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "object/internal.h"

/* Return the capacity that a System V queue has after a change, or 0 for other objects. */
static size_t
capacity_after(const struct object *object, const struct change *change)
{
	if (object->posix || object->kind != OBJECT_QUEUE)
		return 0;
	return change->capacity ? change->capacity : (size_t)object->size;
}

/* Return true if that capacity is beyond the limit, which may be lower than when the queue got the capacity. */
static bool
beyond_limit(const struct object *object, const struct change *change)
{
	size_t capacity = change ? capacity_after(object, change) : 0;

	return capacity > 0 && capacity > limit_value(LIMIT_MSGMNB);
}

/* Print a line about an object. Returns STATUS_FAILED. */
static int
report(const struct object *object, const char *problem)
{
	error_line(NULL, "%s:%s: %s", object_kind_word(object->kind), object->name, problem);
	return STATUS_FAILED;
}

static int
report_limit(const struct object *object, const struct change *change)
{
	struct text words = {0};

	limit_explain(&words, LIMIT_MSGMNB, capacity_after(object, change));
	report(object, words.data ? words.data : "");
	text_free(&words);
	return STATUS_FAILED;
}

/* Print a line about a change, or a removal (change NULL), that the kernel refused. Returns STATUS_FAILED. */
static int
report_refusal(const struct object *object, const struct change *change, int error)
{
	if (error == EPERM && beyond_limit(object, change))
		return report_limit(object, change);
	if (error == EPERM && change && change->gid != CHANGE_NO_GROUP && object->posix && geteuid() != 0)
		return report(object, "not permitted: the owner may give it only to one of the owner's groups");
	if (error == EINVAL && change && (change->uid != CHANGE_NO_OWNER || change->gid != CHANGE_NO_GROUP))
		return report(object, "this user namespace has no such user or group");
	return report(object, explain_errno(error));
}

/* Return NULL, or the reason why a user other than root may not change an object, or remove it. */
static const char *
refuse_user(const struct object *object, const struct change *change, uid_t user)
{
	if (!object->owned)
		return NULL;
	if (object->uid != user && object->creator_uid != user)
		return change ? "not permitted: only its owner and root may change it"
		              : "not permitted: only its owner and root may remove it";
	/* The owner of a System V object may give it to any user. */
	if (change && object->posix && change->uid != CHANGE_NO_OWNER && change->uid != object->uid)
		return "not permitted: only root may give it to another user";
	return NULL;
}

/* Check that all operands name System V queues, as -s demands. Returns GO_ON, or STATUS_USAGE after a line. */
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

/* Check whether an object may be changed, or removed (change NULL). Returns GO_ON, or STATUS_FAILED after a line. */
static int
check(const struct object *object, const struct change *change)
{
	const char *why = change && object->posix ? object_unchanging(object) : NULL;
	uid_t user = geteuid();

	if (!why && user != 0)
		why = refuse_user(object, change, user);
	if (why)
		return report(object, why);
	/* A capacity that does not change counts too, because IPC_SET sets every value again. */
	return user != 0 && beyond_limit(object, change) ? report_limit(object, change) : GO_ON;
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
	if (change->uid != CHANGE_NO_OWNER || change->gid != CHANGE_NO_GROUP)
		result = object_chown(fd, change->uid, change->gid);
	if (result == 0 && change->mode_given)
		result = object_chmod(fd, change->mode);
	object_close(fd);
	return result;
}

/* Call IPC_SET, which sets owner, group, mode and capacity together. Set a value without a change as it was found. */
static int
change_sysv(const struct object *object, const struct change *change)
{
	struct sysv_state state = {.queue.msg_qbytes = (msglen_t)capacity_after(object, change)};
	struct ipc_perm *permissions = object_permissions(object->kind, &state);
	int result;

	permissions->mode = change->mode_given ? change->mode : object->mode;
	permissions->uid = change->uid != CHANGE_NO_OWNER ? change->uid : object->uid;
	permissions->gid = change->gid != CHANGE_NO_GROUP ? change->gid : object->gid;
	result = object_control_sysv(object->kind, (int)object->id, IPC_SET, &state);
	return object_trace_sysv(object->kind, (int)object->id, result,
	    object->kind == OBJECT_QUEUE ? "IPC_SET, {%s_perm={uid=%lu, gid=%lu, mode=%04o}, msg_qbytes=%llu}"
	                                 : "IPC_SET, {%s_perm={uid=%lu, gid=%lu, mode=%04o}}",
	    object_prefix(object->kind), (unsigned long)permissions->uid, (unsigned long)permissions->gid,
	    (unsigned int)permissions->mode, (unsigned long long)state.queue.msg_qbytes);
}

static int
remove_posix(const struct object *object)
{
	static const struct {
		const char *call;
		int (*unlink)(const char *name);
	} calls[] = {
	    [OBJECT_QUEUE] = {"mq_unlink", mq_unlink},
	    [OBJECT_SEGMENT] = {"shm_unlink", shm_unlink},
	    [OBJECT_SEMAPHORE] = {"sem_unlink", sem_unlink},
	};

	return object_trace(calls[object->kind].unlink(object->name), calls[object->kind].call, -1, object->name, "");
}

static int
remove_sysv(const struct object *object)
{
	struct sysv_state unused;

	return object_trace_sysv(object->kind, (int)object->id,
	    object_control_sysv(object->kind, (int)object->id, IPC_RMID, &unused), "IPC_RMID");
}

/* Change an object, or remove it (change NULL). Returns the exit status. */
static int
apply(const struct object *object, const struct change *change)
{
	int result;

	if (change)
		result = object->posix ? change_posix(object, change) : change_sysv(object, change);
	else
		result = object->posix ? remove_posix(object) : remove_sysv(object);
	if (result == 0)
		return STATUS_OK;
	/* Another process may have removed the object first. */
	if (!change && (errno == ENOENT || errno == EIDRM || (!object->posix && errno == EINVAL)))
		return STATUS_OK;
	return report_refusal(object, change, errno);
}

int
change_all(const struct objects *objects, const struct change *change)
{
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < objects->count; i++)
		if (apply(&objects->items[i], change) != STATUS_OK)
			status = STATUS_FAILED;
	return status;
}
