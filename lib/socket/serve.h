/*
 * serve.h: running COMMANDs for clients. Each is a process group; serve.c starts them, waits for them, ends their groups, and runs
 * the loop; what a client is, the file that serves it knows (serve_client.c: a connection, serve_packet.c: a packet).
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
	JOB_KILLED,     /* its group got SIGKILL; it is given up at the deadline */
	JOB_ENDED       /* nothing of its group is left */
};

/* The first member of a struct of the file that serves the client. */
struct job {
	pid_t pid; /* process id of COMMAND, and of its group */
	enum job_state state;
	bool reaped; /* COMMAND itself has ended */
	struct deadline until;
	int fd;             /* the client's connection, or the file with its answer; -1: done with */
	struct pollfd poll; /* what the loop waits for, and what came; fd -1: nothing */
};

struct serve {
	const struct session *session;
	struct listener listener;
	struct crowd crowd; /* jobs */
	size_t running;     /* COMMANDs that have not ended */
	struct ucspi ucspi;
	int wake;   /* readable once a signal has come */
	int status; /* of the first COMMAND that failed */

	/* Takes a client, if one waits, and starts its job. Returns false if there is none now. */
	bool (*take)(struct serve *serve);
	/* Goes on with a job. Returns after how many milliseconds to look at it again, or -1. */
	int (*step)(struct serve *serve, struct job *job);
	/* Goes on once COMMAND has ended with that exit status; terminated: because its group was told to. NULL: releases. */
	void (*ended)(struct serve *serve, struct job *job, int status, bool terminated);
	const char *missing; /* words for the line when -t runs out without a client */
};

/*
 * Start COMMAND for a client; connection: the socket whose ends its environment names. Returns the job, size bytes of zeros
 * behind struct job, or NULL after a line; the descriptors stay the caller's.
 */
void *serve_start(
    struct serve *serve, size_t size, int connection, int input, int output, const struct socket_address *peer);

/* Tell a job's group to end. */
void job_terminate(struct job *job);

/* Close what the job holds for its client. */
void job_release(struct job *job);

/* Get ready to start COMMANDs. Returns 0 or -1 after a line. */
int serve_open(struct serve *serve);

/* Run the loop, and release everything. Returns the exit status. */
int serve_run(struct serve *serve);

#endif
