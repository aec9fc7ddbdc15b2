/*
 * serve.c: the COMMANDs of a server. Reap each COMMAND when it ends, and end the rest of its group within a second.
 * Sleep in poll(2) otherwise. serve_client.c and serve_packet.c decide what a client does, and when it has gone.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "process/child.h"
#include "process/launch.h"
#include "socket/serve.h"

/* Clients that are taken at most before other events are checked. */
#define BURST 64

/* Places of the signals, of ends and of the listener in serve->crowd.wait; the jobs follow. */
enum { WAKE, EXITS, LISTENER, FIRST };

void *
serve_start(struct serve *serve, size_t size, int connection, int input, int output, const struct socket_address *peer)
{
	const struct session *session = serve->session;
	struct job *job = calloc(1, size);
	struct launch launch = {.path = session->path, .argv = session->argv, .input = input, .output = output};
	pid_t pid = -1;
	int status;

	if (job && crowd_grow(&serve->crowd, FIRST) == 0 &&
	    ucspi_set(&serve->ucspi, serve->listener.socket, connection, peer) == 0) {
		launch.environment = serve->ucspi.list;
		pid = launch_start(&launch);
	}
	if (pid == -1) {
		status = launch_report(session->argv[0], errno);
		serve->status = serve->status ? serve->status : status;
		free(job);
		return NULL;
	}
	*job = (struct job){.pid = pid, .fd = -1, .poll.fd = -1};
	serve->crowd.list[serve->crowd.count++] = job;
	serve->running++;
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

/* Do the next step of ending a group. */
static void
end(struct job *job)
{
	bool passed = deadline_passed(&job->until);

	/* While the group has a process, no other group can have its number. */
	if (job->reaped && ((job->state == JOB_KILLED && passed) || kill(-job->pid, 0) == -1)) {
		job->state = JOB_ENDED;
	} else if (job->state == JOB_TERMINATED && passed) {
		child_kill(-job->pid);
		job->state = JOB_KILLED;
		deadline_set(&job->until, SOCKET_PATIENCE);
	}
}

/* COMMAND has been waited for, and its group has got SIGTERM: find out whether a process of the group is left. */
static void
leave(struct job *job)
{
	if (kill(-job->pid, SIGCONT) == -1) {
		job->state = JOB_ENDED;
	} else if (job->state == JOB_RUNS) {
		job->state = JOB_TERMINATED;
		deadline_set(&job->until, SOCKET_PATIENCE);
	}
}

/*
 * Note that a COMMAND has ended with that exit status, and tell the rest of its group to end too; reap: wait for it
 * first, once its client knows.
 */
static void
finish(struct serve *serve, struct job *job, int status, bool reap)
{
	bool terminated = job->state != JOB_RUNS;

	job->reaped = true;
	serve->running--;
	if (status && !serve->status && !terminated)
		serve->status = status;
	/* The client need not wait for the calls below. */
	serve->ended(serve, job, status, terminated);
	/* Until COMMAND has been waited for, no other group can have its number. */
	if (!terminated)
		kill(-job->pid, SIGTERM);
	if (reap)
		(void)waitpid(job->pid, NULL, 0);
	leave(job);
}

/* Find the COMMAND that runs with that process id, or any if pid is 0. Returns its job or NULL. */
static struct job *
find(const struct serve *serve, pid_t pid)
{
	size_t i;

	for (i = 0; i < serve->crowd.count; i++) {
		struct job *job = serve->crowd.list[i];

		if (!job->reaped && (!pid || job->pid == pid))
			return job;
	}
	return NULL;
}

/* Wait for COMMANDs that have ended. If their ends cannot be learned, all have failed. */
static void
reap(struct serve *serve)
{
	const struct pollfd *wait = serve->crowd.wait;
	char signals[256];
	siginfo_t info;
	struct job *job;
	size_t i;
	int got;

	for (i = WAKE; i <= EXITS; i++)
		while (wait[i].revents && read(wait[i].fd, signals, sizeof(signals)) == (ssize_t)sizeof(signals))
			;
	if (!wait[WAKE].revents && !wait[EXITS].revents)
		return;
	for (;;) {
		info.si_pid = 0;
		while ((got = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT)) == -1 && errno == EINTR)
			;
		if (got == 0 && info.si_pid == 0)
			return;
		job = find(serve, info.si_pid);
		if (got == -1 && !job)
			return;
		if (got == -1) {
			error_line(serve->listener.socket->address.text, "the end of a COMMAND cannot be learned: %s",
			    explain_errno(errno));
			finish(serve, job, STATUS_RUNNER, false);
		} else if (job)
			finish(serve, job, info.si_code == CLD_EXITED ? info.si_status : STATUS_SIGNAL + info.si_status,
			    true);
		else
			(void)waitpid(info.si_pid, NULL, 0);
	}
}

/*
 * Do the next step of all jobs, and free those that are done. Returns the number of milliseconds until the next step,
 * or -1.
 */
static int
step(struct serve *serve)
{
	int soonest = -1, look;
	size_t i;

	for (i = serve->crowd.count; i-- > 0;) {
		struct job *job = serve->crowd.list[i];

		if (job->state == JOB_TERMINATED || job->state == JOB_KILLED)
			end(job);
		look = job->fd == -1 ? -1 : serve->step(serve, job);
		if (job->state == JOB_ENDED && job->fd == -1) {
			free(job);
			serve->crowd.list[i] = serve->crowd.list[--serve->crowd.count];
			listener_retry(&serve->listener);
			continue;
		}
		if (job->state == JOB_TERMINATED || job->state == JOB_KILLED)
			look = SOCKET_LOOK;
		if (look != -1 && (soonest == -1 || look < soonest))
			soonest = look;
	}
	return soonest;
}

/* Wait for an event, or for look milliseconds. Set *came if a client waits. Returns GO_ON, or the exit status. */
static int
await(struct serve *serve, const struct deadline *deadline, int look, bool *came)
{
	const struct crowd *crowd = &serve->crowd;
	bool paused = serve->listener.state == LISTENER_PAUSED;
	bool bounded = deadline->limited && crowd->count == 0;
	int timeout = paused ? SOCKET_LOOK : look != -1 ? look : bounded ? deadline_poll(deadline, INT_MAX) : -1, ready;
	size_t i;

	crowd->wait[WAKE] = (struct pollfd){.fd = serve->wake, .events = POLLIN};
	crowd->wait[EXITS] = (struct pollfd){.fd = serve->exits, .events = POLLIN};
	crowd->wait[LISTENER] =
	    (struct pollfd){.fd = listener_ready(&serve->listener, serve->running), .events = POLLIN};
	for (i = 0; i < crowd->count; i++)
		crowd->wait[FIRST + i] = ((struct job *)crowd->list[i])->poll;
	ready = poll(crowd->wait, FIRST + crowd->count, timeout);
	*came = ready > 0 && crowd->wait[LISTENER].revents;
	if (ready == -1 && errno != EINTR) {
		error_line(serve->listener.socket->address.text, "%s", explain_errno(errno));
		for (i = 0; i < crowd->count; i++)
			job_terminate(crowd->list[i]);
		return STATUS_RUNNER;
	}
	/* A signal has interrupted the call. */
	if (ready == -1)
		crowd->wait[WAKE].revents = POLLIN;
	listener_retry(&serve->listener);
	for (i = 0; i < crowd->count; i++)
		((struct job *)crowd->list[i])->poll.revents = ready > 0 ? crowd->wait[FIRST + i].revents : 0;
	if (ready == 0 && bounded && deadline_passed(deadline)) {
		error_line(serve->listener.socket->address.text, "%s in time (-t)", serve->missing);
		return STATUS_TIMEOUT;
	}
	return GO_ON;
}

int
serve_open(struct serve *serve)
{
	serve->wake = interrupt_wake();
	serve->exits = child_watch();
	if (serve->wake == -1 || ucspi_open(&serve->ucspi) == -1 || crowd_grow(&serve->crowd, FIRST) == -1) {
		error_line(serve->listener.socket->address.text, "%s", explain_errno(errno));
		return -1;
	}
	io_close_range(STDERR_FILENO + 1, INT_MAX, true);
	socket_adopt();
	return 0;
}

int
serve_run(struct serve *serve)
{
	struct deadline deadline;
	int status = GO_ON, look = -1, burst = 0, taken;
	bool came;
	size_t i;

	deadline_set(&deadline, serve->session->timeout);
	while (status == GO_ON && (serve->crowd.count > 0 || listener_takes(&serve->listener, 0))) {
		if (interrupt_caught()) {
			serve->listener.count = serve->listener.taken;
			look = SOCKET_LOOK;
			if (!serve->stop.limited)
				deadline_set(&serve->stop, SOCKET_PATIENCE);
			for (i = 0; i < serve->crowd.count; i++)
				job_terminate(serve->crowd.list[i]);
		}
		if (serve->crowd.count > 0)
			deadline_set(&deadline, serve->session->timeout);
		status = await(serve, &deadline, look, &came);
		reap(serve);
		look = step(serve);
		/* Most often one client waits. Ask for more only if clients come one right after the other. */
		burst = !came ? 0 : burst < BURST ? 2 * burst + 1 : burst;
		for (taken = 0; came && taken < burst; taken++)
			came = !interrupt_caught() && listener_takes(&serve->listener, serve->running) &&
			       serve->take(serve);
	}
	ucspi_close(&serve->ucspi);
	crowd_free(&serve->crowd);
	return status == GO_ON ? serve->status : status;
}
