/*
 * signals.c for Linux: its own signals and codes, sets and treatment of signals for all that the kernel knows, and what
 * /proc tells of another process.
 *
 * The C library keeps some real-time signals for itself and refuses them; musl also one that glibc does not keep
 * (signame.c). So the kernel is asked itself. Source: signal(7), rt_sigprocmask(2), rt_sigaction(2), proc(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../backend.h"

/* Bytes of the kernel's set of signals, which is the start of the C library's. */
#define SET_SIZE ((size_t)_NSIG / CHAR_BIT)

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

void
signals_fill(sigset_t *set)
{
	sigemptyset(set);
	memset(set, 0xff, SET_SIZE);
}

void
signals_add(sigset_t *set, int number)
{
	unsigned long *words = (unsigned long *)(void *)set;
	unsigned int bit = (unsigned int)number - 1, width = sizeof(*words) * CHAR_BIT;

	words[bit / width] |= 1UL << bit % width;
}

bool
signals_has(const sigset_t *set, int number)
{
	const unsigned long *words = (const unsigned long *)(const void *)set;
	unsigned int bit = (unsigned int)number - 1, width = sizeof(*words) * CHAR_BIT;

	return words[bit / width] >> bit % width & 1;
}

int
signals_change(int how, const sigset_t *set, sigset_t *old)
{
	if (old)
		sigemptyset(old);
	return (int)syscall(SYS_rt_sigprocmask, how, set, old, SET_SIZE);
}

int
signals_treat(int number, void (*handler)(int))
{
	/* What the kernel reads: the handler, flags, and a mask, between which some machines have one more word. */
	struct {
		void (*handler)(int);
		unsigned long rest[8];
	} raw = {.handler = handler};
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	if (sigaction(number, &action, NULL) == 0)
		return 0;
	return errno == EINVAL ? (int)syscall(SYS_rt_sigaction, number, &raw, NULL, SET_SIZE) : -1;
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
			signals_add(set, number);
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
signals_look(pid_t pid, struct treatment *treatment)
{
	const struct {
		const char *field;
		sigset_t *set;
	} fields[] = {{"\nSigPnd:", &treatment->pending}, {"\nShdPnd:", &treatment->pending},
	    {"\nSigBlk:", &treatment->blocked}, {"\nSigIgn:", &treatment->ignored}, {"\nSigCgt:", &treatment->caught}};
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
	treatment->stopped = strstr(status, "\nState:\tT") || strstr(status, "\nState:\tt");
	free(status);
	return result;
}
