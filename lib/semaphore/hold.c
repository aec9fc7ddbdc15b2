/*
 * hold.c: a COMMAND that runs while a semaphore is held. On System V the kernel undoes the operations when the process
 * that made them ends (SEM_UNDO), even after exec, and a lock on a file is inherited, so this process becomes COMMAND.
 * On POSIX this process waits for COMMAND and gives the semaphore back itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "process/child.h"
#include "process/launch.h"
#include "semaphore/internal.h"

static const struct semaphore_operation give = {.value = 1};

/*
 * Unlink the semaphore if the options ask for that, and it was taken or this run created it: even a waiter that a
 * signal stops leaves a lock to the processes that hold it. Returns status, or after a line the status of a failure.
 */
static int
unlink_after(struct semaphore *semaphore, bool taken, int status)
{
	if (!semaphore->options.unlink || (!taken && !semaphore->created) || semaphore_unlink(semaphore) == 0)
		return status;
	return semaphore_report(semaphore, SEMAPHORE_UNLINK, errno);
}

/*
 * Take the semaphore and become COMMAND. If taken is not -1, write a byte to that pipe once the semaphore is taken.
 * Returns only after a failure.
 */
static int
become(const struct hold *hold, struct semaphore *semaphore, int taken)
{
	int status = STATUS_RUNNER;

	if (semaphore_operate(semaphore, hold->operations, hold->count) == -1)
		return semaphore_report(semaphore, SEMAPHORE_OPERATE, errno);
	/* If the parent does not learn that the semaphore was taken, the end of this process gives it back. */
	if (taken != -1 && io_write(taken, "", 1, NULL) == -1)
		return launch_report(hold->argv[0], errno);
	if (launch_become(hold->path, hold->argv) == -1 && errno != EINTR)
		status = launch_report(hold->argv[0], errno);
	/* With fd:, the caller keeps the lock, which it may have had before. */
	if (semaphore->backend->release && semaphore->name->kind != NAME_FD)
		semaphore->backend->release(semaphore);
	return status;
}

/* Become COMMAND in a child. Unlink the semaphore after the end of the child if the child had taken it. */
static int
become_in_child(const struct hold *hold, struct semaphore *semaphore)
{
	int result = -1, end, pipes[2] = {-1, -1};
	bool taken;
	char byte;

	if (io_pipe(pipes) == -1 || (result = child_split(&end)) == -1) {
		error_line(hold->argv[0], "cannot be started: %s", explain_errno(errno));
		if (pipes[0] != -1) {
			close(pipes[0]);
			close(pipes[1]);
		}
		return unlink_after(semaphore, false, STATUS_RUNNER);
	}
	if (result == 0)
		return become(hold, semaphore, pipes[1]);
	close(pipes[1]);
	taken = read(pipes[0], &byte, 1) == 1;
	close(pipes[0]);
	return unlink_after(semaphore, taken, child_outcome(end));
}

/*
 * Take the semaphore, run COMMAND and give the semaphore back. Unlink it before that, so that no other process takes it
 * in between.
 */
static int
run(const struct hold *hold, struct semaphore *semaphore)
{
	struct launch launch = {.path = hold->path, .argv = hold->argv, .output = STDOUT_FILENO, .group = LAUNCH_SAME};
	int status, end;

	if (semaphore_operate(semaphore, hold->operations, hold->count) == -1)
		return unlink_after(semaphore, false, semaphore_report(semaphore, SEMAPHORE_OPERATE, errno));
	/* No signal ends this process between the end of COMMAND and the moment when it gives the semaphore back. */
	(void)interrupt_hold();
	if (child_run(&launch, &end) == -1)
		status = launch_report(hold->argv[0], errno);
	else
		status = child_outcome(end);
	status = unlink_after(semaphore, true, status);
	/* A semaphore that another program has damaged does not hide how COMMAND ended. */
	if (semaphore_operate(semaphore, &give, 1) == -1)
		(void)semaphore_report(semaphore, SEMAPHORE_OPERATE, errno);
	interrupt_release();
	return status;
}

int
hold_run(const struct hold *hold, struct semaphore *semaphore)
{
	if (!semaphore->backend->undoes)
		return run(hold, semaphore);
	return semaphore->options.unlink ? become_in_child(hold, semaphore) : become(hold, semaphore, -1);
}
