/*
 * calls.c: the system calls that both platforms make on objects, each with its line of the trace.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/trace.h"
#include "object/internal.h"

/* The most bytes of a read in the trace. */
#define SHOWN 32

void
object_close(int fd)
{
	int saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
}

void
object_trace(const char *call, const char *name, const char *rest, long result)
{
	struct text text = {0};

	text_format(&text, "%s", call);
	text_quote(&text, name, strlen(name), strlen(name));
	text_format(&text, "%s)", rest);
	trace_end(&text, result);
}

ssize_t
object_read(int fd, void *data, size_t size)
{
	ssize_t result = read(fd, data, size);
	struct text call = {0};

	if (trace_on) {
		text_format(&call, "read(%d, ", fd);
		text_quote(&call, data, result > 0 ? (size_t)result : 0, SHOWN);
		text_format(&call, ", %zu)", size);
		trace_end(&call, result);
	}
	return result;
}

mqd_t
object_open_queue(const char *name)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK);
	bool write = queue == (mqd_t)-1 && errno == EACCES;

	if (write)
		queue = mq_open(name, O_WRONLY | O_NONBLOCK);
	if (trace_on)
		object_trace("mq_open(", name, write ? ", O_WRONLY|O_NONBLOCK" : ", O_RDONLY|O_NONBLOCK", (long)queue);
	return queue;
}

int
object_get_sysv(enum object_kind kind, key_t key)
{
	int id = kind == OBJECT_QUEUE ? msgget(key, 0) : kind == OBJECT_SEGMENT ? shmget(key, 0, 0) : semget(key, 0, 0);

	trace_call(id,
	    kind == OBJECT_QUEUE     ? "msgget(0x%x, 0)"
	    : kind == OBJECT_SEGMENT ? "shmget(0x%x, 0, 0)"
	                             : "semget(0x%x, 0, 0)",
	    (unsigned int)key);
	return id;
}

int
object_control_sysv(enum object_kind kind, int id, int command, struct sysv_state *state)
{
	union semctl_argument argument = {.set = &state->set};

	return kind == OBJECT_QUEUE     ? msgctl(id, command, &state->queue)
	       : kind == OBJECT_SEGMENT ? shmctl(id, command, &state->segment)
	                                : semctl(id, 0, command, argument);
}

void
object_trace_sysv(enum object_kind kind, int id, const char *command, struct text *arguments, int result)
{
	trace_call(result,
	    kind == OBJECT_QUEUE     ? "msgctl(%d, %s%s)"
	    : kind == OBJECT_SEGMENT ? "shmctl(%d, %s%s)"
	                             : "semctl(%d, 0, %s%s)",
	    id, command, arguments->data ? arguments->data : "");
	text_free(arguments);
}
