/*
 * limits.c for POSIX, which has no way to ask for the limits behind the errors of message queues.
 */
#include <limits.h>

#include "../backend.h"

unsigned long long
limit_value(enum limit limit)
{
	(void)limit;
	return ULLONG_MAX;
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
	};

	if (asked)
		text_format(text, "the system's limit on %s does not allow the %llu asked for", names[limit], asked);
	else
		text_format(text, "the system's limit on %s is reached", names[limit]);
}
