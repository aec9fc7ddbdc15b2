/*
 * linux_trace.c: the kernel tells whether a program has rights that its caller lacks. See getauxval(3).
 */
#include <sys/auxv.h>

#include "base/trace.h"

bool
trace_privileged(void)
{
	return getauxval(AT_SECURE) != 0;
}
