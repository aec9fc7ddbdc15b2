/*
 * linux.c: the signals and codes that Linux has and POSIX has not, and what Linux tells about other processes. See
 * signal(7), proc(5), prlimit(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/record.h"
#include "base/signal_set.h"
#include "signals/internal.h"
#include "signals/signals.h"

/* Bytes of the longest line: the groups of the process. */
#define LINE ((size_t)1024 * 1024)

const struct signal_name system_names[] = {
    {SIGSTKFLT, "STKFLT", "terminate", "nothing any more; once a coprocessor"},
    {SIGWINCH, "WINCH", "ignore", "the terminal: its window changed its size"},
    {SIGIO, "IO", "terminate", "the kernel: a descriptor is ready that was to tell so"},
    {SIGPWR, "PWR", "terminate", "the power supply: a battery runs low"},
    {0, NULL, NULL, NULL},
};

const struct signal_code system_codes[] = {
    {0, SI_TKILL, "SI_TKILL"},
    {0, SI_SIGIO, "SI_SIGIO"},
    {0, SI_KERNEL, "SI_KERNEL"},
    {0, 0, NULL},
};

bool
signal_reserved(int number)
{
	return number > SIGSYS && number < REALTIME_FIRST;
}

bool
proc_usable(void)
{
	char own[32], shown[32];
	ssize_t size = readlink("/proc/self", shown, sizeof(shown) - 1);

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	return size > 0 && (size_t)size == strlen(own) && memcmp(shown, own, (size_t)size) == 0;
}

static int
open_status(pid_t pid)
{
	char path[64];
	int fd;

	if (!proc_usable()) {
		errno = ENOTSUP;
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* Mount options of /proc may hide processes of other users. */
	if (fd == -1 && errno == ENOENT)
		errno = kill(pid, 0) == -1 && errno == ESRCH ? ESRCH : EACCES;
	return fd;
}

/* Add the signals of a hexadecimal number, which ends at a newline, to set. */
static void
add_signals(sigset_t *set, const char *digits)
{
	unsigned long long bits = strtoull(digits, NULL, 16);
	int number;

	for (number = 1; number <= 64; number++)
		if (bits >> (number - 1) & 1)
			signal_set_add(set, number);
}

/* Read one line of the file, of size bytes. */
static void
read_line(struct disposition *disposition, const char *line, size_t size)
{
	const struct {
		const char *field;
		sigset_t *set;
	} fields[] = {{"SigPnd:", &disposition->pending}, {"ShdPnd:", &disposition->pending},
	    {"SigBlk:", &disposition->blocked}, {"SigIgn:", &disposition->ignored}, {"SigCgt:", &disposition->caught}};
	size_t i;

	if (size < 8)
		return;
	if (memcmp(line, "State:\t", 7) == 0)
		disposition->stopped = line[7] == 'T' || line[7] == 't';
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (memcmp(line, fields[i].field, 7) == 0)
			add_signals(fields[i].set, line + 7);
}

int
disposition_of(pid_t pid, struct disposition *disposition)
{
	struct record_reader reader;
	int fd = open_status(pid), got;
	const char *line;
	size_t size;

	if (fd == -1)
		return -1;
	disposition->stopped = false;
	sigemptyset(&disposition->pending);
	sigemptyset(&disposition->blocked);
	sigemptyset(&disposition->ignored);
	sigemptyset(&disposition->caught);
	record_open(&reader, fd, RECORD_LINE, LINE);
	while ((got = record_next(&reader, &line, &size)) == 1)
		read_line(disposition, line, size);
	record_close(&reader);
	close(fd);
	return got;
}

unsigned long long
pending_limit(pid_t pid)
{
	struct rlimit signals;

	if (prlimit(pid, RLIMIT_SIGPENDING, NULL, &signals) == -1 || signals.rlim_cur == RLIM_INFINITY)
		return ULLONG_MAX;
	return signals.rlim_cur;
}
