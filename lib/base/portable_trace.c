/*
 * portable_trace.c: POSIX shows only whether a program has another user or group than its caller.
 */
#include <unistd.h>

#include "base/trace.h"

bool
trace_privileged(void)
{
	return geteuid() != getuid() || getegid() != getgid();
}
