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
static void
parse_set(const char *status, const char *field, sigset_t *set)
{
	const char *line = strstr(status, field);
	unsigned long long bits;
	int number;

	if (!line)
		return;
	bits = strtoull(line + strlen(field), NULL, 16);
	for (number = 1; number <= 64; number++)
		if (bits >> (number - 1) & 1)
			signals_add(set, number);
}

int
signals_look(pid_t pid, struct treatment *treatment)
{
	char path[64] = "/proc/self", status[8192];
	ssize_t size;
	int fd;

	if (access(path, F_OK) == -1) {
		errno = ENOTSUP;
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno == ENOENT)
			errno = ESRCH;
		return -1;
	}
	/* One read gives all of it, and of one moment. The first line has the program's name, with its newlines escaped. */
	size = io_read(fd, status, sizeof(status) - 1);
	close(fd);
	if (size == -1)
		return -1;
	status[size] = '\0';
	sigemptyset(&treatment->pending);
	sigemptyset(&treatment->blocked);
	sigemptyset(&treatment->ignored);
	sigemptyset(&treatment->caught);
	parse_set(status, "\nSigPnd:", &treatment->pending);
	parse_set(status, "\nShdPnd:", &treatment->pending);
	parse_set(status, "\nSigBlk:", &treatment->blocked);
	parse_set(status, "\nSigIgn:", &treatment->ignored);
	parse_set(status, "\nSigCgt:", &treatment->caught);
	return 0;
}
