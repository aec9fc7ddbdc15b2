/*
 * portable_limits.c: POSIX does not define a way to read the limits of IPC objects.
 */
#include <limits.h>
#include <unistd.h>

#include "base/limits.h"

unsigned long long
limit_value(enum limit limit)
{
	(void)limit;
	return ULLONG_MAX;
}

unsigned long long
limit_used(enum limit limit)
{
	(void)limit;
	return 0;
}

void
limit_explain(struct text *text, enum limit limit, unsigned long long asked)
{
	static const char *const names[] = {
	    [LIMIT_MQ_DEPTH] = "messages in a POSIX queue",
	    [LIMIT_MQ_SIZE] = "bytes in a message of a POSIX queue",
	    [LIMIT_MQ_QUEUES] = "POSIX queues",
	    [LIMIT_MQ_BYTES] = "bytes in the POSIX queues of a user",
	    [LIMIT_MSGMAX] = "bytes in a System V message",
	    [LIMIT_MSGMNB] = "bytes in a System V queue",
	    [LIMIT_MSGMNI] = "System V queues",
	    [LIMIT_SHMMAX] = "bytes in a System V segment",
	    [LIMIT_SHMALL] = "System V segments or their pages",
	    [LIMIT_SHMMNI] = "System V segments",
	    [LIMIT_SEMMSL] = "semaphores in a System V set",
	    [LIMIT_SEMMNS] = "System V sets or semaphores",
	    [LIMIT_SEMOPM] = "operations of a semop call",
	    [LIMIT_SEMMNI] = "System V semaphore sets",
	    [LIMIT_PIPE] = "bytes in a pipe",
	    [LIMIT_PACKET] = "bytes in a packet",
	};

	if (limit == LIMIT_PORT) {
		text_format(text, "no permission: a privileged port, which needs root");
		return;
	}
	if (limit == LIMIT_FILES) {
		text_format(
		    text, "too many open files: the limit is %ld (raise it with ulimit -n)", sysconf(_SC_OPEN_MAX));
		return;
	}
	if (asked)
		text_format(text, "the system's limit on %s does not allow the %llu asked for", names[limit], asked);
	else
		text_format(text, "the system's limit on %s is reached", names[limit]);
}
