/*
 * calls.c: the system calls that both platforms make on objects, each with its line of -v.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"

void
object_close(int fd)
{
	int saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
}

int
object_trace(long result, const char *call, int directory, const char *name, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	if (!trace_on)
		return (int)result;
	text_format(&text, "%s(", call);
	if (directory != -1)
		text_format(&text, "%d, ", directory);
	text_quote(&text, name, strlen(name), strlen(name));
	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	text_format(&text, ")");
	trace_end(&text, result);
	return (int)result;
}

mqd_t
object_open_queue(const char *name)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK);
	bool write = queue == (mqd_t)-1 && errno == EACCES;

	if (write)
		queue = mq_open(name, O_WRONLY | O_NONBLOCK);
	object_trace((long)queue, "mq_open", -1, name, write ? ", O_WRONLY|O_NONBLOCK" : ", O_RDONLY|O_NONBLOCK");
	return queue;
}

const char *
object_prefix(enum object_kind kind)
{
	return kind == OBJECT_QUEUE ? "msg" : object_kind_word(kind);
}

int
object_get_sysv(enum object_kind kind, key_t key)
{
	int id = kind == OBJECT_QUEUE ? msgget(key, 0) : kind == OBJECT_SEGMENT ? shmget(key, 0, 0) : semget(key, 0, 0);

	return trace_call(
	    id, "%sget(0x%x, 0%s)", object_prefix(kind), (unsigned int)key, kind == OBJECT_QUEUE ? "" : ", 0");
}

int
object_control_sysv(enum object_kind kind, int id, int command, struct sysv_state *state)
{
	return kind == OBJECT_QUEUE     ? msgctl(id, command, &state->queue)
	       : kind == OBJECT_SEGMENT ? shmctl(id, command, &state->segment)
	                                : semctl(id, 0, command, (union semctl_argument){.status = &state->set});
}

struct ipc_perm *
object_permissions(enum object_kind kind, struct sysv_state *state)
{
	return kind == OBJECT_QUEUE     ? &state->queue.msg_perm
	       : kind == OBJECT_SEGMENT ? &state->segment.shm_perm
	                                : &state->set.sem_perm;
}

int
object_trace_sysv(enum object_kind kind, int id, int result, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	if (!trace_on)
		return result;
	text_format(&text, "%sctl(%d, %s", object_prefix(kind), id, kind == OBJECT_SEMAPHORE ? "0, " : "");
	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	text_format(&text, ")");
	trace_end(&text, result);
	return result;
}
