/*
 * trace.h: the lines of -v, one for each system call that is the lesson, printed as the call returns. A caller looks at
 * trace_on before it puts a line together, so that tracing costs nothing when it is off.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>

#include "base/text.h"

/* True if calls are traced: after -v, or with IPC7_TRACE=1 in the environment. */
extern bool trace_on;

/* Return true if a call with this result is to be traced: not a call that only the tick of a wait interrupted. */
bool trace_wanted(long result);

/*
 * Print "program: CALL = RESULT", with the name of the errno value if result is -1. call holds the call with its
 * arguments, and is freed. Keeps errno.
 */
void trace_end(struct text *call, long result);

/* Do the same for a call that returns an address; NULL means that it failed and returned the value named by failed. */
void trace_pointer(struct text *call, const void *result, const char *failed);

/*
 * Trace a call whose arguments printf(3) can format, if trace_wanted. Returns result as an int and keeps errno, so that it
 * can stand around the call if no other argument depends on what the call stores: C evaluates them in any order.
 */
int trace_call(long result, const char *format, ...);

/*
 * Do the same for a call whose first argument is a string that may hold any byte: it is printed in quotes and escaped,
 * between call, such as "mq_unlink(", and the rest.
 */
int trace_quoted(long result, const char *call, const char *string, const char *format, ...);

#endif
