/*
 * trace.c: the lines of -v. They go through error_line, so that a trace and an error never mix within a line.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/trace.h"

bool trace_on;

bool
trace_wanted(long result)
{
	return trace_on && (result != -1 || errno != EINTR || interrupt_caught());
}

void
trace_end(struct text *call, long result)
{
	text_format(call, " = %ld", result);
	if (result == -1)
		text_format(call, " %s", error_name(errno));
	error_text(NULL, call);
}

void
trace_pointer(struct text *call, const void *result, const char *failed)
{
	if (result)
		text_format(call, " = %p", result);
	else
		text_format(call, " = %s %s", failed, error_name(errno));
	error_text(NULL, call);
}

int
trace_call(long result, const char *format, ...)
{
	struct text call = {0};
	va_list args;

	if (!trace_wanted(result))
		return (int)result;
	va_start(args, format);
	text_vformat(&call, format, args);
	va_end(args);
	trace_end(&call, result);
	return (int)result;
}

int
trace_quoted(long result, const char *call, const char *string, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	if (!trace_wanted(result))
		return (int)result;
	text_format(&text, "%s", call);
	text_quote(&text, string, strlen(string), strlen(string));
	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	trace_end(&text, result);
	return (int)result;
}
