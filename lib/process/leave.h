/*
 * leave.h: processes beside the one that the user started: one that outlives it, and a pool of its kind.
 */
#ifndef PROCESS_LEAVE_H
#define PROCESS_LEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Fork a process that may outlive this one. The child has a session of its own, all signals blocked, standard input and
 * output on /dev/null, and of the other descriptors only standard error and those of keep, which is in ascending order
 * and may hold -1. Returns as fork(2).
 */
pid_t leave_start(const int *keep, size_t count);

/*
 * Fork most workers, and wait until all have ended. Forward to them the signals that a process sent to this one
 * (interrupt_take). Once a worker has failed, tell the others to end by SIGTERM. Returns 0 in a worker, at once, with a
 * descriptor in *rope: a pipe that loses its reader when *enough is true after a worker has ended, or when this process
 * dies; the worker then gets SIGTERM too, if the system allows. Returns 1 in this process, with the exit status of the
 * worker that failed first, or 0, in *status; or -1 with errno of pipe(2) or fork(2), after the workers have ended.
 */
int leave_pool(size_t most, const volatile bool *enough, int *rope, int *status);

#endif
