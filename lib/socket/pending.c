/*
 * pending.c: bytes that wait in the system: those that a peer has not taken yet, and those of standard input that were
 * not read yet.
 */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "socket/internal.h"

/* Bytes that a pipe holds by default. */
#define PIPEFUL (64 * 1024L)

int
socket_settle(int fd, bool tcp, long long timeout)
{
	struct deadline deadline;
	socklen_t size = sizeof(int);
	long long nap = 0;
	int error = 0;

	deadline_set(&deadline, timeout);
	for (;;) {
		long unsent = tcp ? socket_unsent(fd) : 0;

		/* A reset drops unsent bytes, so the error is read after their number. */
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error)
			return error_set(error);
		if (unsent <= 0)
			return 0;
		if (deadline_passed(&deadline))
			return error_set(ETIMEDOUT);
		if (deadline_nap(&deadline, &nap) == -1)
			return -1;
	}
}

long long
socket_ahead(void)
{
	long unread = socket_unread(STDIN_FILENO);
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		return LLONG_MAX;
	return unread > PIPEFUL ? unread : PIPEFUL;
}
