/*
 * holder.c: a COMMAND that runs while a semaphore is held. A System V semaphore is held by COMMAND itself, since what the
 * kernel gives back when a process ends (SEM_UNDO) survives exec, and not fork; a POSIX semaphore by its parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "process/child.h"
#include "semaphore/semaphore.h"

static const struct semaphore_operation take = {.value = -1}, give = {.value = 1};

/* What is no status of COMMAND's. */
static int
own(int status)
{
	return status == STATUS_FAILED ? STATUS_RUNNER : status;
}

int
holder_find(struct holder *holder)
{
	if (child_find(holder->argv[0], &holder->path) == 0)
		return -1;
	return child_failed(holder->argv[0], errno);
}

/* COMMAND's exit status. A signal that came meanwhile was its business; if it died of that, so do we. */
static int
ended(int end)
{
	if (!WIFSIGNALED(end) || WTERMSIG(end) != interrupt_caught())
		interrupt_forget();
	return child_status(end);
}

/* Takes the semaphore. Returns -1 to go on. */
static int
acquire(struct holder *holder, struct semaphore *semaphore)
{
	int status = semaphore_apply(semaphore, &take, 1, holder->timeout, true);

	/* Who did not get it does not take it away from those who have it. */
	if (status != -1)
		holder->unlink = false;
	return own(status);
}

/*
 * Takes the semaphore and becomes COMMAND; the kernel gives it back. Returns only if that fails. tell (-1: nobody) is a
 * descriptor that gets a byte when the semaphore was taken.
 */
static int
become(struct holder *holder, struct semaphore *semaphore, int tell)
{
	int status = acquire(holder, semaphore);

	if (status != -1)
		return status;
	if (tell != -1)
		(void)io_write(tell, "", 1, NULL);
	child_become(holder->path, holder->argv);
	return errno == EINTR ? STATUS_RUNNER : child_failed(holder->argv[0], errno);
}

/* The same in a child, since the semaphore is to be unlinked behind it: if the child got it. */
static int
become_child(struct holder *holder, struct semaphore *semaphore)
{
	int result, end, told[2];
	char byte;

	if (pipe(told) == -1 || fcntl(told[0], F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(told[1], F_SETFD, FD_CLOEXEC) == -1 || (result = child_split(&end)) == -1) {
		error_line(holder->argv[0], "cannot be started: %s", strerror(errno));
		return STATUS_RUNNER;
	}
	if (result == 0) {
		holder->unlink = false;
		return become(holder, semaphore, told[1]);
	}
	close(told[1]);
	holder->unlink = read(told[0], &byte, 1) == 1;
	close(told[0]);
	return ended(end);
}

/* Takes the semaphore, runs COMMAND, and gives it back; it is unlinked before, so that nobody gets it in between. */
static int
run(struct holder *holder, struct semaphore *semaphore)
{
	int status = acquire(holder, semaphore), end, other;

	if (status != -1)
		return status;
	if (child_run(&(struct launch){.path = holder->path,
	                  .argv = holder->argv,
	                  .input = STDIN_FILENO,
	                  .output = STDOUT_FILENO,
	                  .group = LAUNCH_SAME},
	        &end) == -1)
		status = child_failed(holder->argv[0], errno);
	else
		status = ended(end);
	if (holder->unlink && (other = semaphore_remove(semaphore)) != STATUS_OK)
		status = own(other);
	holder->unlink = false;
	other = semaphore_apply(semaphore, &give, 1, DEADLINE_NEVER, false);
	return other == -1 ? status : own(other);
}

int
holder_run(struct holder *holder, struct semaphore *semaphore)
{
	if (!semaphore_undoes(semaphore))
		return run(holder, semaphore);
	return holder->unlink ? become_child(holder, semaphore) : become(holder, semaphore, -1);
}

void
holder_close(struct holder *holder)
{
	free(holder->path);
	holder->path = NULL;
}
