/*
 * portable.c: starts a COMMAND by fork(2). The child sends the errno value of the call that failed through a pipe that
 * exec closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "process/child.h"
#include "process/internal.h"

/* Return the errno value that the child has sent, or 0 if the child executed the program. */
static int
receive(int fd)
{
	int error = 0;
	ssize_t got;

	while ((got = read(fd, &error, sizeof(error))) == -1 && errno == EINTR)
		;
	return got == sizeof(error) ? error : 0;
}

pid_t
launch_start(const struct launch *launch)
{
	int ends[2], error;
	pid_t pid;

	if (io_pipe(ends) == -1)
		return -1;
	if (interrupt_hold() == -1) {
		error = errno;
		pid = -1;
	} else {
		pid = fork();
		if (pid == 0) {
			error = launch_child(launch);
			_exit(io_write(ends[1], &error, sizeof(error), NULL) == -1 ? STATUS_RUNNER : STATUS_NOEXEC);
		}
		error = pid == -1 ? errno : 0;
		interrupt_release();
	}
	close(ends[1]);
	if (pid != -1 && (error = receive(ends[0])) != 0)
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			;
	close(ends[0]);
	errno = error;
	return error ? -1 : pid;
}

void
launch_mortal(pid_t parent)
{
	(void)parent;
}

int
child_watch(void)
{
	return -1;
}
