/*
 * queue-limit: a bare C loop on a message queue, as the limit for mqsend and mqrecv. It copies lines and checks almost
 * nothing. Its buffering is that of mqsend and mqrecv: it reads 64 KiB at once, and writes whole lines up to PIPE_BUF, and
 * whenever the queue is empty.
 *
 *   queue-limit send posix|sysv NAME
 *   queue-limit receive posix|sysv NAME COUNT
 */
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>
#include <unistd.h>

#define SIZE 8192

static mqd_t queue;
static int id = -1;
static struct {
	long type;
	char data[SIZE];
} message;

static void
put(const char *data, size_t size)
{
	if (id == -1) {
		if (mq_send(queue, data, size, 0) == -1)
			exit(1);
		return;
	}
	message.type = 1;
	memcpy(message.data, data, size);
	if (msgsnd(id, &message, size, 0) == -1)
		exit(1);
}

/* Receive a message into data. Returns its size, or -1 if the queue is empty and wait is 0. */
static ssize_t
get(char *data, int wait)
{
	static const struct timespec past;
	ssize_t size;

	if (id == -1)
		return wait ? mq_receive(queue, data, SIZE, NULL) : mq_timedreceive(queue, data, SIZE, NULL, &past);
	size = msgrcv(id, &message, SIZE, 0, wait ? 0 : IPC_NOWAIT);
	if (size > 0)
		memcpy(data, message.data, (size_t)size);
	return size;
}

static void
send_all(void)
{
	static char buffer[2 * 65536];
	size_t held = 0;
	ssize_t got;

	while ((got = read(0, buffer + held, 65536)) > 0) {
		char *from = buffer, *end = buffer + held + got, *line;

		for (; (line = memchr(from, '\n', (size_t)(end - from))) != NULL; from = line + 1)
			put(from, (size_t)(line - from));
		held = (size_t)(end - from);
		memmove(buffer, from, held);
	}
}

static void
receive_all(long count)
{
	static char buffer[PIPE_BUF + SIZE + 1];
	size_t used = 0;
	ssize_t got;

	for (; count > 0; count--) {
		got = get(buffer + used, 0);
		if (got == -1) {
			if (used > 0 && write(1, buffer, used) == -1)
				exit(1);
			used = 0;
			got = get(buffer, 1);
			if (got == -1)
				exit(1);
		}
		used += (size_t)got;
		buffer[used++] = '\n';
		if (used > PIPE_BUF - 64) {
			if (write(1, buffer, used) == -1)
				exit(1);
			used = 0;
		}
	}
	if (used > 0 && write(1, buffer, used) == -1)
		exit(1);
}

int
main(int argc, char *argv[])
{
	struct mq_attr attr = {0};

	if (argc < 4)
		return 2;
	attr.mq_maxmsg = 10;
	attr.mq_msgsize = SIZE;
	if (strcmp(argv[2], "sysv") == 0)
		id = msgget((key_t)strtol(argv[3], NULL, 0), IPC_CREAT | 0600);
	else
		queue = mq_open(argv[3], O_RDWR | O_CREAT, 0600, &attr);
	if (strcmp(argv[1], "send") == 0)
		send_all();
	else
		receive_all(argc > 4 ? atol(argv[4]) : 1);
	return 0;
}
