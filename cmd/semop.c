/*
 * semop: operate on semaphores, or run a command under one.
 *
 * All OPs of one call on a System V set are one atomic operation. With a COMMAND, semop performs the OPs, runs COMMAND
 * and undoes them. On System V semop becomes COMMAND, so the kernel undoes the OPs however COMMAND ends (SEM_UNDO, then
 * exec). With file: and fd: semop becomes COMMAND too, which inherits the lock. A POSIX semaphore is given back by
 * semop, which waits for COMMAND.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "semop.h"

/* Print the values, one a line. */
static int
print_values(struct job *job)
{
	struct text text = {0};

	if (semaphore_values(&job->semaphore, &text) == -1)
		return semaphore_report(&job->semaphore, SEMAPHORE_READ, errno);
	return command_print(&text);
}

/*
 * Perform the OPs, and set *done once they are done. From then on no signal ends the command, because no signal undoes
 * the OPs.
 */
static int
operate(struct job *job, bool *done)
{
	*done = semaphore_operate(&job->semaphore, job->operations, job->count) == 0;
	if (!*done)
		return semaphore_report(&job->semaphore, SEMAPHORE_OPERATE, errno);
	(void)interrupt_hold();
	interrupt_forget();
	return STATUS_OK;
}

/* Do the work with the open semaphore. */
static int
work(struct job *job)
{
	bool done = true, mine;
	int status;

	if (job->name.kind == NAME_NEW && command_tell(job->semaphore.text, "the new semaphore was removed") != GO_ON) {
		if (semaphore_unlink(&job->semaphore) == -1)
			return semaphore_report(&job->semaphore, SEMAPHORE_UNLINK, errno);
		return job->options.failure;
	}
	if (job->hold.argv)
		return hold_run(&job->hold, &job->semaphore);
	if (job->count > 0)
		status = operate(job, &done);
	else
		status = job->name.kind == NAME_NEW ? STATUS_OK : print_values(job);
	/* Neither a timeout nor a signal that ends the wait removes a semaphore that others hold. */
	mine = job->semaphore.created || (done && status == STATUS_OK);
	if (!job->options.unlink || !mine || semaphore_unlink(&job->semaphore) == 0)
		return status;
	return semaphore_report(&job->semaphore, SEMAPHORE_UNLINK, errno);
}

int
main(int argc, char *argv[])
{
	struct job job = {.options = {.mode = SEMAPHORE_MODE, .timeout = DEADLINE_NEVER, .failure = STATUS_FAILED}};
	int status;

	command_start(&semop_command, argc, argv);
	status = semop_parse(&job, argc, argv);
	if (status == GO_ON)
		status = semaphore_start(&job.semaphore, &job.name, &job.options);
	if (status == GO_ON)
		status = work(&job);
	semaphore_close(&job.semaphore);
	name_free(&job.name);
	free(job.operations);
	free(job.values);
	free(job.hold.path);
	return command_end(status);
}
