/*
 * linux_pump.c: passes pages on instead of copying them. Unless wait is set, no call blocks: SPLICE_F_NONBLOCK covers
 * the pipe, and a socket is non-blocking. A splice(2) that blocks holds its pipe's lock, and a process that is blocked
 * on that lock cannot be killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/pump.h"
#include "base/trace.h"

/* The most bytes of one call. */
#define MOST ((size_t)1024 * 1024)

/* RWF_NOWAIT of pwritev2(2), which the headers of musl lack. */
#define NOWAIT 8L

/*
 * Return the result of a call. Change the error to ENOTSUP if the call cannot pass pages between these two descriptors,
 * or at all.
 */
static ssize_t
result(ssize_t moved)
{
	if (moved == -1 && (errno == EINVAL || errno == ENOSYS))
		errno = ENOTSUP;
	return moved;
}

ssize_t
pump_splice(int in, int out, bool wait)
{
	unsigned int flags = wait ? SPLICE_F_MOVE : SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
	ssize_t moved = TRACED(splice(in, NULL, out, NULL, MOST, flags));

	if (trace_on && (moved != -1 || (errno != EAGAIN && errno != EINVAL)))
		trace_call((long)moved, "splice(%d, NULL, %d, NULL, %zu, SPLICE_F_MOVE%s)", in, out, MOST,
		    wait ? "" : "|SPLICE_F_NONBLOCK");
	return result(moved);
}

ssize_t
pump_send_file(int in, int out)
{
	ssize_t moved = TRACED(sendfile(out, in, NULL, MOST));

	if (trace_on && (moved != -1 || errno != EAGAIN))
		trace_call((long)moved, "sendfile(%d, %d, NULL, %zu)", out, in, MOST);
	return result(moved);
}

ssize_t
pump_write_pipe(int fd, const char *data, size_t size)
{
	static bool missing;
	struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	long took = missing ? -1 : syscall(SYS_pwritev2, fd, &part, 1L, -1L, -1L, NOWAIT);

	/* Older kernels have no such call for pipes. */
	if (missing || (took == -1 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))) {
		missing = true;
		errno = ENOTSUP;
	}
	return took;
}
