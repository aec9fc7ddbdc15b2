/*
 * jobs.c: the COMMANDs of a server. A COMMAND is waited for as soon as it has ended, and nothing that it started in its group
 * outlives it by more than a second. Between events nothing runs.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "process/child.h"
#include "process/launch.h"
#include "socket/jobs.h"

/* Clients that are taken before other events are looked at. */
#define BURST 64

/* Places of the signals and of the listener in jobs->wait. */
enum { WAKE, LISTENER, FIRST };

/* Makes space for one more job. */
static int
grow(struct jobs *jobs)
{
	struct job **list = realloc(jobs->list, (jobs->count + 1) * sizeof(struct job *));
	struct pollfd *wait = realloc(jobs->wait, (jobs->count + 1 + FIRST) * sizeof(*wait));

	if (list)
		jobs->list = list;
	if (wait)
		jobs->wait = wait;
	return list && wait ? 0 : -1;
}

void *
jobs_start(struct jobs *jobs, size_t size, int connection, int input, int output, const struct socket_address *peer)
{
	const struct session *session = jobs->session;
	struct job *job = calloc(1, size);
	struct launch launch = {.path = session->path, .argv = session->argv, .input = input, .output = output};
	pid_t pid = -1;
	int status;

	if (job && grow(jobs) == 0 && ucspi_set(&jobs->ucspi, jobs->listener.socket, connection, peer) == 0) {
		launch.environment = jobs->ucspi.list;
		pid = launch_start(&launch);
	}
	if (pid == -1) {
		status = launch_report(session->argv[0], errno);
		jobs->status = jobs->status ? jobs->status : status;
		free(job);
		return NULL;
	}
	*job = (struct job){.pid = pid, .fd = -1, .poll.fd = -1};
	jobs->list[jobs->count++] = job;
	jobs->running++;
	return job;
}

void
job_terminate(struct job *job)
{
	if (job->state != JOB_RUNS)
		return;
	job->state = JOB_TERMINATED;
	child_terminate(-job->pid, &job->until);
}

void
job_release(struct job *job)
{
	if (job->fd != -1)
		close(job->fd);
	job->fd = job->poll.fd = -1;
}

/* Goes on with ending a group. */
static void
end(struct job *job)
{
	/* Until the group has no process left, its number is its own. */
	if (job->reaped && kill(-job->pid, 0) == -1) {
		job->state = JOB_ENDED;
	} else if (deadline_passed(&job->until)) {
		if (job->state == JOB_TERMINATED) {
			child_kill(-job->pid);
			job->state = JOB_KILLED;
			deadline_set(&job->until, JOBS_GRACE);
		} else if (job->reaped) {
			job->state = JOB_ENDED;
		}
	}
}

/* Waits for COMMANDs that have ended. The rest of their groups is told to end too. */
static void
reap(struct jobs *jobs)
{
	siginfo_t info;
	size_t i;
	int status;

	for (;;) {
		struct job *job = NULL;
		bool terminated;

		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 || info.si_pid == 0)
			return;
		for (i = 0; i < jobs->count && !job; i++)
			if (!jobs->list[i]->reaped && jobs->list[i]->pid == info.si_pid)
				job = jobs->list[i];
		terminated = job && job->state != JOB_RUNS;
		/* Until it has been waited for, no other group can have its number. */
		if (job)
			job_terminate(job);
		if (waitpid(info.si_pid, &status, 0) == -1 || !job)
			continue;
		status = child_status(status);
		job->reaped = true;
		jobs->running--;
		if (status && !jobs->status && !terminated)
			jobs->status = status;
		jobs->ended(jobs, job, status, terminated);
	}
}

/* Goes on with all jobs, and drops those that are done. Returns after how many milliseconds to look again, or -1. */
static int
step(struct jobs *jobs)
{
	int soonest = -1, look;
	size_t i;

	for (i = jobs->count; i-- > 0;) {
		struct job *job = jobs->list[i];

		if (job->state == JOB_TERMINATED || job->state == JOB_KILLED)
			end(job);
		look = job->fd == -1 ? -1 : jobs->step(jobs, job);
		if (job->state == JOB_ENDED && job->fd == -1) {
			free(job);
			jobs->list[i] = jobs->list[--jobs->count];
			listener_retry(&jobs->listener);
			continue;
		}
		if (job->state == JOB_TERMINATED || job->state == JOB_KILLED)
			look = JOBS_LOOK;
		if (look != -1 && (soonest == -1 || look < soonest))
			soonest = look;
	}
	return soonest;
}

static bool
takes(const struct jobs *jobs)
{
	return !jobs->stopping && listener_takes(&jobs->listener, jobs->running);
}

/* Waits for an event, or for look milliseconds. Returns GO_ON, or the exit status; *came: a client waits. */
static int
await(struct jobs *jobs, const struct deadline *deadline, int look, bool *came)
{
	bool paused = jobs->listener.state == LISTENER_PAUSED;
	bool bounded = deadline->limited && takes(jobs) && jobs->count == 0;
	int timeout = paused ? JOBS_LOOK : look != -1 ? look : bounded ? deadline_poll(deadline, INT_MAX) : -1, ready;
	size_t i;

	jobs->wait[WAKE] = (struct pollfd){.fd = jobs->wake, .events = POLLIN};
	jobs->wait[LISTENER] =
	    (struct pollfd){.fd = takes(jobs) && !paused ? jobs->listener.socket->fd : -1, .events = POLLIN};
	for (i = 0; i < jobs->count; i++)
		jobs->wait[FIRST + i] = jobs->list[i]->poll;
	ready = poll(jobs->wait, FIRST + jobs->count, timeout);
	listener_retry(&jobs->listener);
	for (i = 0; i < jobs->count; i++)
		jobs->list[i]->poll.revents = ready > 0 ? jobs->wait[FIRST + i].revents : 0;
	*came = ready > 0 && jobs->wait[LISTENER].revents;
	if (ready == 0 && bounded && deadline_passed(deadline)) {
		error_line(jobs->listener.socket->address.text, "%s in time (-t)", jobs->missing);
		return STATUS_TIMEOUT;
	}
	return GO_ON;
}

int
jobs_open(struct jobs *jobs)
{
	jobs->wake = interrupt_wake();
	if (jobs->wake == -1 || ucspi_open(&jobs->ucspi) == -1 || grow(jobs) == -1) {
		error_line(NULL, "%s", strerror(errno));
		return -1;
	}
	socket_private(STDERR_FILENO + 1);
	socket_adopt();
	return 0;
}

int
jobs_run(struct jobs *jobs)
{
	struct deadline deadline;
	int status = GO_ON, look = -1, burst;
	char drop[256];
	bool came;
	size_t i;

	deadline_set(&deadline, jobs->session->timeout);
	while (status == GO_ON && (jobs->count > 0 || takes(jobs))) {
		if (interrupt_caught() && !jobs->stopping) {
			jobs->stopping = true;
			look = JOBS_LOOK;
			for (i = 0; i < jobs->count; i++)
				job_terminate(jobs->list[i]);
		}
		if (jobs->count > 0)
			deadline_set(&deadline, jobs->session->timeout);
		status = await(jobs, &deadline, look, &came);
		while (read(jobs->wake, drop, sizeof(drop)) > 0)
			;
		reap(jobs);
		look = step(jobs);
		for (burst = 0; came && burst < BURST && takes(jobs) && !interrupt_caught(); burst++)
			if (!jobs->take(jobs))
				break;
	}
	ucspi_close(&jobs->ucspi);
	free(jobs->list);
	free(jobs->wait);
	return status == GO_ON ? jobs->status : status;
}
