/*
 * portable_pump.c: POSIX has no way to pass pages on, nor to write to a blocking pipe without blocking.
 */
#include <errno.h>

#include "base/error.h"
#include "base/pump.h"

ssize_t
pump_splice(int in, int out, bool wait)
{
	(void)in;
	(void)out;
	(void)wait;
	return error_set(ENOTSUP);
}

ssize_t
pump_send_file(int in, int out)
{
	return pump_splice(in, out, false);
}

ssize_t
pump_write_pipe(int fd, const char *data, size_t size)
{
	(void)data;
	(void)size;
	return pump_splice(-1, fd, false);
}
