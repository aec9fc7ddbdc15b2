/*
 * trace.h: the lines of -v and IPC7_TRACE, one for each system call on an IPC object, printed as the call returns. A
 * caller checks trace_on before it puts a line together, so tracing costs nothing when it is off.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>

#include "base/text.h"

/* True if calls are traced, after -v or because of IPC7_TRACE; true if standard error gets the lines. */
extern bool trace_on, trace_printed;

/* Print the lines on standard error from now on. */
void trace_print(void);

/*
 * Read IPC7_TRACE: 1 prints the lines on standard error, and a path with a slash appends them to that file, with the
 * start and the duration of each call. Ignore a path if the program has rights that its caller lacks. If the file
 * cannot be opened, or the value is another one, not empty and not 0, print a line and go on. A process that closed all
 * its descriptors calls this again.
 */
void trace_open(void);

/* Make a call that is traced, and note when it began. */
#define TRACED(call) (trace_on ? trace_start(__func__, false) : (void)0, (call))

/*
 * Note when the call in that function begins, or, if wait is true, the wait before it. A wait goes on if a tick
 * interrupts the call and the function makes it again.
 */
void trace_start(const char *where, bool wait);

/*
 * Return true if a call with this result is to be traced, which is false if only the tick of a wait interrupted the
 * call.
 */
bool trace_wanted(long result);

/* Print "program: " and a complete line, and free the line. Keep errno. */
void trace_line(struct text *call);

/*
 * Print "program: CALL = RESULT", with the name of the errno value if result is -1. Free call, which holds the call
 * with its arguments. Keep errno.
 */
void trace_end(struct text *call, long result);

/*
 * Print such a line for a call that returns an address. NULL means that the call failed and returned the value named by
 * failed.
 */
void trace_pointer(struct text *call, const void *result, const char *failed);

/*
 * Trace a call whose arguments printf(3) can format, if trace_wanted. Keep errno. The call itself may be the first
 * argument if no other argument depends on a value that the call stores: C evaluates arguments in any order. Returns
 * result as an int.
 */
int trace_call(long result, const char *format, ...);

/*
 * Trace a call whose first argument is a string that may hold any byte: print the string in quotes and escaped, between
 * call, such as "mq_unlink(", and the rest. Otherwise as trace_call.
 */
int trace_quoted(long result, const char *call, const char *string, const char *format, ...);

/* linux_trace.c, portable_trace.c: Return true if the program has rights that its caller lacks. */
bool trace_privileged(void);

#endif
