/*
 * linux.c: its own signals and codes, sets and disposition of signals for all that the kernel knows, and what
 * /proc tells of another process.
 *
 * The C library keeps some real-time signals for itself and refuses them; musl also one that glibc does not keep
 * (signame.c). So the kernel is asked itself. Source: signal(7), rt_sigprocmask(2), rt_sigaction(2), proc(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/signals.h"

const struct signal_name signals_more[] = {
    {SIGSTKFLT, "STKFLT", "terminate", "nothing any more; once a coprocessor"},
    {SIGWINCH, "WINCH", "ignore", "the terminal: its window changed its size"},
    {SIGIO, "IO", "terminate", "the kernel: a descriptor is ready that was to tell so"},
    {SIGPWR, "PWR", "terminate", "the power supply: a battery runs low"},
    {0, NULL, NULL, NULL},
};

bool
signals_kept(int number)
{
	return number > SIGSYS && number < REALTIME_FIRST;
}

const char *
signals_code(int code)
{
	switch (code) {
	case SI_TKILL:
		return "TKILL";
	case SI_SIGIO:
		return "SIGIO";
	case SI_KERNEL:
		return "KERNEL";
	default:
		return NULL;
	}
}

/* Finds a line of /proc/PID/status, and adds the signals of its hexadecimal number to set. */
static int
parse_set(const char *status, const char *field, sigset_t *set)
{
	const char *line = strstr(status, field);
	unsigned long long bits;
	int number;

	if (!line) {
		errno = EIO;
		return -1;
	}
	bits = strtoull(line + strlen(field), NULL, 16);
	for (number = 1; number <= 64; number++)
		if (bits >> (number - 1) & 1)
			signal_set_add(set, number);
	return 0;
}

/* Reads a file as a string, which the caller frees. */
static char *
read_file(int fd)
{
	size_t size = 0, capacity = 8192;
	char *data = malloc(capacity), *more;
	ssize_t got = 0;

	while (data && (got = io_read(fd, data + size, capacity - size - 1)) > 0) {
		size += (size_t)got;
		if (capacity - size > 1)
			continue;
		more = realloc(data, capacity *= 2);
		if (!more)
			got = -1;
		data = more ? more : data;
		if (!more)
			break;
	}
	if (got == -1) {
		free(data);
		return NULL;
	}
	if (data)
		data[size] = '\0';
	return data;
}

/* Opens the file in which the system tells of a process. */
static int
open_status(pid_t pid)
{
	char path[64];
	int fd;

	if (!handle_proc()) {
		errno = ENOTSUP;
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* It may be hidden from this user. */
	if (fd == -1 && errno == ENOENT)
		errno = kill(pid, 0) == -1 && errno == ESRCH ? ESRCH : EACCES;
	return fd;
}

int
signals_look(pid_t pid, struct disposition *disposition)
{
	const struct {
		const char *field;
		sigset_t *set;
	} fields[] = {{"\nSigPnd:", &disposition->pending}, {"\nShdPnd:", &disposition->pending},
	    {"\nSigBlk:", &disposition->blocked}, {"\nSigIgn:", &disposition->ignored},
	    {"\nSigCgt:", &disposition->caught}};
	int fd = open_status(pid), result = 0;
	char *status;
	size_t i;

	if (fd == -1)
		return -1;
	/* The name of the program, on its first line, has its newlines escaped. */
	status = read_file(fd);
	close(fd);
	if (!status)
		return -1;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		sigemptyset(fields[i].set);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]) && result == 0; i++)
		result = parse_set(status, fields[i].field, fields[i].set);
	disposition->stopped = strstr(status, "\nState:\tT") || strstr(status, "\nState:\tt");
	free(status);
	return result;
}
