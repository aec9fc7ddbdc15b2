/*
 * limits.c for Linux: the sysctls and the resource limit behind the errors of message queues. Source: mq_overview(7),
 * proc(5), getrlimit(2), msgctl(2).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../backend.h"

static const struct {
	const char *name;        /* of the sysctl, whose file is below /proc/sys */
	unsigned long long hard; /* beyond which no privilege helps; 0: none */
} sysctls[] = {
    [LIMIT_MQ_DEPTH] = {"fs.mqueue.msg_max", 65536},
    [LIMIT_MQ_SIZE] = {"fs.mqueue.msgsize_max", 16 << 20},
    [LIMIT_MQ_QUEUES] = {"fs.mqueue.queues_max", 0},
    [LIMIT_MQ_BYTES] = {NULL, 0},
    [LIMIT_MSGMAX] = {"kernel.msgmax", 0},
    [LIMIT_MSGMNB] = {"kernel.msgmnb", 0},
    [LIMIT_MSGMNI] = {"kernel.msgmni", 0},
};

static unsigned long long
read_sysctl(const char *name)
{
	unsigned long long value = ULLONG_MAX;
	struct text path = {0};
	char digits[32] = "";
	ssize_t size;
	size_t i;
	int fd;

	text_format(&path, "/proc/sys/%s", name);
	for (i = 0; i < path.size; i++)
		if (path.data[i] == '.')
			path.data[i] = '/';
	fd = path.data ? open(path.data, O_RDONLY | O_CLOEXEC) : -1;
	text_free(&path);
	if (fd == -1)
		return value;
	size = io_read(fd, digits, sizeof(digits) - 1);
	close(fd);
	if (size > 0) {
		digits[strcspn(digits, "\n")] = '\0';
		(void)num_parse(digits, 0, ULLONG_MAX, &value);
	}
	return value;
}

unsigned long long
limit_value(enum limit limit)
{
	struct rlimit bytes;
	struct msginfo info;

	if (limit == LIMIT_MQ_BYTES)
		return getrlimit(RLIMIT_MSGQUEUE, &bytes) == -1 || bytes.rlim_cur == RLIM_INFINITY ? ULLONG_MAX
		                                                                                   : bytes.rlim_cur;
	/* msgmax is asked for at each start, and one call is cheaper than a file. */
	if (limit == LIMIT_MSGMAX && msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&info) != -1)
		return (unsigned long long)info.msgmax;
	return read_sysctl(sysctls[limit].name);
}

void
limit_explain(struct text *text, enum limit limit, unsigned long long asked)
{
	const char *name = sysctls[limit].name;
	unsigned long long value = limit_value(limit);

	if (limit == LIMIT_MQ_BYTES) {
		text_format(text,
		    "RLIMIT_MSGQUEUE allows %llu bytes in all queues of this user; %llu more were asked for, ", value,
		    asked);
		text_format(text, "and some for each message (raise it with ulimit -q or prlimit, or remove queues)");
		return;
	}
	if (value == ULLONG_MAX) {
		text_format(text, "%s does not allow it (raise it with sysctl)", name);
		return;
	}
	if (asked == 0)
		asked = value + 1;
	if (sysctls[limit].hard && asked > sysctls[limit].hard)
		text_format(text, "%s can be %llu at most; asked for %llu", name, sysctls[limit].hard, asked);
	else
		text_format(text, "%s is %llu; asked for %llu (raise it with sysctl -w %s=%llu)", name, value, asked,
		    name, asked);
}
