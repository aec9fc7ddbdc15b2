/*
 * leave.c: forks a process that outlives this one, or a pool of workers that this one waits for.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/trace.h"
#include "process/child.h"
#include "process/internal.h"
#include "process/leave.h"

/* Close all descriptors above 2 except those of keep, which is in ascending order and may hold -1. */
static void
close_others(const int *keep, size_t count)
{
	int first = STDERR_FILENO + 1;
	size_t i;

	for (i = 0; i < count; i++) {
		if (keep[i] < first)
			continue;
		io_close_range(first, keep[i] - 1, false);
		first = keep[i] + 1;
	}
	io_close_range(first, INT_MAX, false);
}

pid_t
leave_start(const int *keep, size_t count)
{
	pid_t pid;
	int null;

	if (interrupt_hold() == -1)
		return -1;
	pid = fork();
	if (pid != 0) {
		int saved = errno;

		interrupt_release();
		errno = saved;
		return pid;
	}
	/* The signals stay blocked. */
	setsid();
	signal(SIGCHLD, SIG_IGN);
	null = open("/dev/null", O_RDWR);
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1) {
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
	}
	close_others(keep, count);
	trace_open();
	return 0;
}

/* The workers of a pool. */
struct pool {
	pid_t *workers; /* process ids; 0: the worker has ended */
	size_t most, left;
	bool stopping; /* the workers were told to end */
	int status;
	int rope; /* reading end of the pipe whose end the workers notice; -1: closed */
};

static void
tell(struct pool *pool, int number)
{
	size_t i;

	pool->stopping = true;
	for (i = 0; i < pool->most; i++)
		if (pool->workers[i])
			kill(pool->workers[i], number);
}

/* The pool that SIGTSTP stops. */
static struct pool *stoppable;

/* Stop the workers and this process, and continue the workers once this process continues. */
static void
stop(int number)
{
	int saved = errno;
	size_t i;

	for (i = 0; i < stoppable->most; i++)
		if (stoppable->workers[i])
			kill(stoppable->workers[i], number);
	raise(SIGSTOP);
	for (i = 0; i < stoppable->most; i++)
		if (stoppable->workers[i])
			kill(stoppable->workers[i], SIGCONT);
	errno = saved;
}

/*
 * Let SIGTSTP stop the pool, unless the signal is ignored. The handler runs only while this process waits. Returns the
 * disposition to restore.
 */
static struct sigaction
catch_stop(struct pool *pool)
{
	struct sigaction action = {.sa_handler = stop}, before = {.sa_handler = SIG_DFL};

	stoppable = pool;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGTSTP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGTSTP, &action, NULL);
	return before;
}

/*
 * Note the end of a worker. A worker that dies by the signal that stops the pool has not failed, even if it got the
 * signal before the pool did.
 */
static void
note(struct pool *pool, pid_t pid, int wait_status, bool enough)
{
	int status = child_status(wait_status);
	bool told = WIFSIGNALED(wait_status) && (pool->stopping || WTERMSIG(wait_status) == interrupt_caught());
	size_t i;

	for (i = 0; i < pool->most && pool->workers[i] != pid; i++)
		;
	if (i == pool->most)
		return;
	pool->workers[i] = 0;
	pool->left--;
	if (status && !told && !pool->status)
		pool->status = status;
	if (pool->status && !pool->stopping)
		tell(pool, SIGTERM);
	if (enough && pool->rope != -1) {
		close(pool->rope);
		pool->rope = -1;
	}
}

/* Wait for all workers. All signals are held. Returns 0 or -1. */
static int
attend(struct pool *pool, const volatile bool *enough)
{
	int wait_status, number;
	pid_t pid;

	while (pool->left > 0) {
		while ((pid = child_reap(-1, &wait_status)) > 0)
			note(pool, pid, wait_status, *enough);
		if (pid == -1 && pool->left > 0)
			return -1;
		number = interrupt_take();
		if (number)
			tell(pool, number);
		else if (pool->left > 0)
			interrupt_pause();
	}
	return 0;
}

int
leave_pool(size_t most, const volatile bool *enough, int *rope, int *status)
{
	struct pool pool = {.workers = calloc(most, sizeof(pid_t)), .most = most};
	pid_t parent = getpid(), pid = 0;
	struct sigaction before;
	int error = 0, ends[2];

	if (!pool.workers || io_pipe(ends) == -1 || interrupt_hold() == -1) {
		free(pool.workers);
		return -1;
	}
	pool.rope = ends[0];
	while (pool.left < most && (pid = fork()) > 0)
		pool.workers[pool.left++] = pid;
	if (pid == 0) {
		free(pool.workers);
		close(ends[0]);
		*rope = ends[1];
		launch_mortal(parent);
		interrupt_release();
		return 0;
	}
	if (pid == -1) {
		error = errno;
		tell(&pool, SIGTERM);
	}
	/* The terminal may have signalled the group before the last worker was in it. */
	pool.stopping |= child_catch_up(pool.workers, pool.left);
	close(ends[1]);
	before = catch_stop(&pool);
	if (attend(&pool, enough) == -1)
		error = errno;
	sigaction(SIGTSTP, &before, NULL);
	if (pool.rope != -1)
		close(pool.rope);
	/* A worker that reports a failure after a signal, and did not die by it, ends this process with that status. */
	if (pool.status && pool.status != STATUS_SIGNAL + interrupt_caught())
		interrupt_forget();
	interrupt_release();
	free(pool.workers);
	*status = pool.status;
	return error ? error_set(error) : 1;
}
