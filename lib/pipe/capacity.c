/*
 * capacity.c: why a pipe could not be given the capacity of -s.
 */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "pipe/internal.h"

void
pipe_explain(struct text *text, int error, size_t capacity)
{
	if (error == EPERM)
		limit_explain(text, LIMIT_PIPE, capacity);
	else if (error == ENOTSUP)
		text_format(text, "this system has no way to change the capacity of a pipe");
	else if (error == EBUSY)
		text_format(text, "there is more in it than %zu bytes", capacity);
	else
		text_format(text, "%s", strerror(error));
}
