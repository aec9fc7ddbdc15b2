/*
 * trace.h: the lines of -v.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>

#include "base/text.h"

/* True if calls are traced. Set by -v and by IPC7_TRACE in the environment. */
extern bool trace_on;

/* True if a call with that result is to be traced: not one that only the tick of a wait interrupted. */
bool trace_wanted(long result);

/*
 * Prints "program: CALL = RESULT" with the errno value's name when result is -1, frees call, and keeps errno. call
 * holds the call with its arguments.
 */
void trace_end(struct text *call, long result);

/* The same for a call whose result is an address; NULL: it failed, and returned what is named so. */
void trace_pointer(struct text *call, const void *result, const char *failed);

/* The same for a call whose arguments printf can format. Only when trace_on is set. */
void trace_call(long result, const char *format, ...);

#endif
