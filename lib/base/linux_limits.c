/*
 * linux_limits.c: the sysctls and the resource limit behind the errors of System V objects and POSIX queues. See
 * mq_overview(7), proc(5), getrlimit(2), msgctl(2), shmctl(2), semctl(2).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/number.h"

#define LEAKED_SEGMENTS ", or look for leaked segments with ipcls shm"
#define LEAKED_SETS     ", or look for leaked sets with ipcls sem"

static const struct {
	const char *name;        /* name of the sysctl, whose file is below /proc/sys */
	unsigned long long hard; /* largest value it can have; 0: unbounded */
	int place;               /* position among several numbers, from 1; 0: there is one number */
	const char *counts;      /* unit of the number */
	const char *leaked;      /* remedy if leaked objects use the limit up, or NULL */
} sysctls[LIMIT_FILES + 1] = {
    [LIMIT_MQ_DEPTH] = {"fs.mqueue.msg_max", 65536, 0, NULL, NULL},
    [LIMIT_MQ_SIZE] = {"fs.mqueue.msgsize_max", 16 << 20, 0, NULL, NULL},
    [LIMIT_MQ_QUEUES] = {"fs.mqueue.queues_max", 0, 0, NULL, NULL},
    [LIMIT_MSGMAX] = {"kernel.msgmax", 0, 0, NULL, NULL},
    [LIMIT_MSGMNB] = {"kernel.msgmnb", 0, 0, NULL, NULL},
    [LIMIT_MSGMNI] = {"kernel.msgmni", 0, 0, NULL, ", or look for leaked queues with ipcls mq"},
    [LIMIT_SHMMAX] = {"kernel.shmmax", 0, 0, NULL, NULL},
    [LIMIT_SHMALL] = {"kernel.shmall", 0, 0, "pages", LEAKED_SEGMENTS},
    [LIMIT_SHMMNI] = {"kernel.shmmni", 0, 0, NULL, LEAKED_SEGMENTS},
    [LIMIT_SEMMSL] = {"kernel.sem", 0, 1, "semaphores in a set", NULL},
    [LIMIT_SEMMNS] = {"kernel.sem", 0, 2, "semaphores in all sets", LEAKED_SETS},
    [LIMIT_SEMOPM] = {"kernel.sem", 0, 3, "operations of a call", NULL},
    [LIMIT_SEMMNI] = {"kernel.sem", 0, 4, "sets", LEAKED_SETS},
    [LIMIT_PIPE] = {"fs.pipe-max-size", 0, 0, "bytes", NULL},
    [LIMIT_PIPES] = {"fs.pipe-user-pages-soft", 0, 0, "pages", NULL},
    [LIMIT_PORT] = {"net.ipv4.ip_unprivileged_port_start", 0, 0, NULL, NULL},
    [LIMIT_PACKET] = {"net.core.wmem_max", 0, 0, NULL, NULL},
};

/* Return the number in the file of a sysctl, or ULLONG_MAX. */
static unsigned long long
read_sysctl(enum limit limit)
{
	unsigned long long value = ULLONG_MAX;
	char numbers[128], *number = numbers;
	char path[64], *dot = path;
	ssize_t size = -1;
	int place, fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", sysctls[limit].name);
	while ((dot = strchr(dot, '.')))
		*dot = '/';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		size = io_read(fd, numbers, sizeof(numbers) - 1);
		close(fd);
	}
	numbers[size > 0 ? size : 0] = '\0';
	for (place = 1; place < sysctls[limit].place; place++) {
		number += strcspn(number, " \t");
		number += strspn(number, " \t");
	}
	(void)number_read(number, strcspn(number, " \t\n"), 10, 0, ULLONG_MAX, &value);
	return value;
}

unsigned long long
limit_used(enum limit limit)
{
	struct shm_info segments;
	struct seminfo sets;

	if (limit == LIMIT_SHMALL || limit == LIMIT_SHMMNI) {
		if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&segments) == -1)
			return 0;
		return limit == LIMIT_SHMALL ? segments.shm_tot : (unsigned long long)segments.used_ids;
	}
	if (semctl(0, 0, SEM_INFO, &sets) == -1)
		return 0;
	return (unsigned long long)(limit == LIMIT_SEMMNI ? sets.semusz : sets.semaem);
}

unsigned long long
limit_value(enum limit limit)
{
	struct rlimit room;
	struct msginfo info;

	if (limit == LIMIT_MQ_BYTES || limit == LIMIT_FILES) {
		if (getrlimit(limit == LIMIT_FILES ? RLIMIT_NOFILE : RLIMIT_MSGQUEUE, &room) == -1)
			return ULLONG_MAX;
		return room.rlim_cur == RLIM_INFINITY ? ULLONG_MAX : room.rlim_cur;
	}
	/* msgmax is read at each start, and a system call is cheaper than a file. */
	if (limit == LIMIT_MSGMAX && msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&info) != -1)
		return (unsigned long long)info.msgmax;
	return read_sysctl(limit);
}

void
limit_explain(struct text *text, enum limit limit, unsigned long long asked)
{
	const char *name = sysctls[limit].name, *leaked = sysctls[limit].leaked ? sysctls[limit].leaked : "";
	unsigned long long value = limit_value(limit);

	if (limit == LIMIT_MQ_BYTES) {
		text_format(text,
		    "RLIMIT_MSGQUEUE allows %llu bytes in all queues of this user; %llu more were asked for, ", value,
		    asked);
		text_format(text, "and some for each message (raise it with ulimit -q or prlimit, or remove queues)");
		return;
	}
	if (limit == LIMIT_FILES) {
		text_format(text, "too many open files: RLIMIT_NOFILE is %llu (raise it with ulimit -n)", value);
		return;
	}
	if (limit == LIMIT_PORT) {
		text_format(text, "no permission: %s is %llu, and a lower port needs root, or CAP_NET_BIND_SERVICE",
		    name, value == ULLONG_MAX ? 1024 : value);
		return;
	}
	/* The kernel doubles the value and uses a part of it for itself. */
	if (limit == LIMIT_PACKET) {
		text_format(text, "%s is %llu, and a packet has less than twice that (raise it with sysctl -w %s=%llu)",
		    name, value, name, asked / 2 + 1024);
		return;
	}
	/* One errno value stands for both limits of pipes. */
	if (limit == LIMIT_PIPE && asked <= value) {
		text_format(text,
		    "%s is %llu pages in all pipes of this user; with %llu bytes more that would be exceeded ",
		    sysctls[LIMIT_PIPES].name, limit_value(LIMIT_PIPES), asked);
		text_format(text, "(raise it with sysctl, or use fewer or smaller pipes)");
		return;
	}
	if (value == ULLONG_MAX) {
		text_format(text, "%s does not allow it (raise it with sysctl%s)", name, leaked);
		return;
	}
	if (asked == 0)
		asked = value + 1;
	if (sysctls[limit].place) {
		text_format(text, "number %d of %s (%s) is %llu; asked for %llu (raise it with sysctl -w %s='...'%s)",
		    sysctls[limit].place, name, sysctls[limit].counts, value, asked, name, leaked);
		return;
	}
	if (sysctls[limit].hard && asked > sysctls[limit].hard)
		text_format(text, "%s can be %llu at most; asked for %llu", name, sysctls[limit].hard, asked);
	else
		text_format(text, "%s is %llu%s%s; asked for %llu (raise it with sysctl -w %s=%llu%s)", name, value,
		    sysctls[limit].counts ? " " : "", sysctls[limit].counts ? sysctls[limit].counts : "", asked, name,
		    asked, leaked);
}
