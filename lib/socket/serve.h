/*
 * serve.h: running COMMANDs for clients. Each COMMAND is a process group. serve.c starts them, waits for them, ends
 * their groups, and runs the loop. serve_client.c (connections) and serve_packet.c (packets) know the client.
 */
#ifndef SOCKET_SERVE_H
#define SOCKET_SERVE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "socket/internal.h"
#include "socket/session.h"
#include "socket/ucspi.h"

enum job_state {
	JOB_RUNS,
	JOB_TERMINATED, /* its group got SIGTERM; SIGKILL is due at the deadline */
	JOB_KILLED,     /* its group got SIGKILL; the group is given up at the deadline */
	JOB_ENDED       /* no process of its group is left */
};

/* A COMMAND that serves a client: the first member of a struct of the file that serves the client. */
struct job {
	pid_t pid; /* process id of COMMAND, and of its group */
	enum job_state state;
	bool reaped; /* COMMAND itself has ended */
	struct deadline until;
	int fd;             /* the client's connection, or the file with its answer; -1: no longer needed */
	struct pollfd poll; /* event that the loop waits for, and events that came; fd -1: none */
};

struct serve {
	const struct session *session;
	struct listener listener;
	struct crowd crowd; /* jobs */
	size_t running;     /* COMMANDs that have not ended */
	struct ucspi ucspi;
	int wake;             /* readable once a signal has come */
	int exits;            /* readable once a COMMAND has ended; -1: wake is */
	struct deadline stop; /* time at which a signal that stops sockcat closes the connections that are left */
	int status;           /* exit status of the first COMMAND that failed */

	/* Take a client, if a client waits, and start its job. Returns false if no client waits now. */
	bool (*take)(struct serve *serve);
	/* Do the next step of a job. Returns the number of milliseconds until the next step, or -1. */
	int (*step)(struct serve *serve, struct job *job);
	/* Continue once COMMAND has ended with that exit status; terminated: because its group was told to. */
	void (*ended)(struct serve *serve, struct job *job, int status, bool terminated);
	const char *missing; /* words for the line when -t runs out without a client */
};

/*
 * Start COMMAND for a client; connection: the socket whose addresses go into COMMAND's environment. The descriptors
 * stay the caller's. Returns the job, which has size bytes of zeros after struct job, or NULL after a line.
 */
void *serve_start(
    struct serve *serve, size_t size, int connection, int input, int output, const struct socket_address *peer);

/* Tell a job's group to end. */
void job_terminate(struct job *job);

/* Close the descriptors that the job holds for its client. */
void job_release(struct job *job);

/* Prepare to start COMMANDs. Returns 0, or -1 after a line. */
int serve_open(struct serve *serve);

/* Run the loop, and release all resources. Returns the exit status. */
int serve_run(struct serve *serve);

#endif
