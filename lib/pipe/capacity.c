/*
 * capacity.c: gives a pipe the capacity of -s, or prints why the pipe cannot have it.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/io.h"
#include "base/limits.h"
#include "pipe/internal.h"

int
pipe_resize(const char *path, int fd, size_t capacity, const char *undone)
{
	struct text line = {0};
	int error;

	if (capacity == 0 || io_capacity(fd, capacity) == 0)
		return 0;
	error = errno;
	text_format(&line, "-s: ");
	if (error == EPERM)
		limit_explain(&line, LIMIT_PIPE, capacity);
	else if (error == ENOTSUP)
		text_format(&line, "this system has no way to change the capacity of a pipe");
	else if (error == EBUSY)
		text_format(&line, "there is more in it than %zu bytes", capacity);
	else
		text_format(&line, "%s", explain_errno(error));
	text_format(&line, "%s", undone);
	error_text(path, &line);
	return -1;
}
