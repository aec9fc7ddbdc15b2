/*
 * internal.h: what the files of signals/ share.
 */
#ifndef SIGNALS_INTERNAL_H
#define SIGNALS_INTERNAL_H

#include "signals/signals.h"

struct signal_name {
	int number;
	const char *name, *action, *raised;
};

/* Names that the system has and POSIX has not, or that come before POSIX's; the last has number 0. */
extern const struct signal_name signals_more[];

/* True if the C library of the system's programs keeps the signal for itself. */
bool signals_kept(int number);

/* The name of a value of si_code that only this system has, or NULL. */
const char *signals_code(int code);

/* As disposition_of. EIO: what the system says of it makes no sense. */
int signals_look(pid_t pid, struct disposition *disposition);

/* Called once, when the signals of set are blocked. */
int arrival_open(const sigset_t *set);

/* As inbox_wait. */
int arrival_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most);

/* True if /proc is there, and is that of this process's own PID namespace. */
bool handle_proc(void);

/* A descriptor that becomes readable when the process has ended. -1: ESRCH, EMFILE, ENFILE; ENOTSUP: use its number. */
int handle_open(pid_t pid);

/* The same for some process of a group that lives, and is not this one. ESRCH: there is none; ENOTSUP: not known. */
int handle_member(pid_t group);

/* Sends it a signal, with a value if that is not NULL. errno as kill(2); EAGAIN: its queue is full. */
int handle_signal(int fd, int number, const int *value);

/* RLIMIT_SIGPENDING of a process: how many signals may wait for its user; ULLONG_MAX: none, or not known. */
unsigned long long handle_limit(pid_t pid);

#endif
