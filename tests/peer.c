/*
 * peer: another program at the other end of a POSIX message queue, written as a C programmer would, with the system's
 * library.
 *
 *   peer create NAME DEPTH SIZE MODE
 *   peer attributes NAME                  prints depth, size, messages and mode
 *   peer send NAME PRIORITY TEXT
 *   peer receive NAME                     prints priority and text
 *   peer unlink NAME
 *   peer ignore SIGNAL COMMAND...         starts COMMAND with the signal ignored, or blocked
 *   peer block SIGNAL COMMAND...
 */
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
create(char *argv[])
{
	struct mq_attr attr = {0};

	attr.mq_maxmsg = atol(argv[3]);
	attr.mq_msgsize = atol(argv[4]);
	return mq_open(argv[2], O_RDWR | O_CREAT | O_EXCL, (mode_t)strtol(argv[5], NULL, 8), &attr) == (mqd_t)-1;
}

static int
attributes(char *argv[])
{
	mqd_t queue = mq_open(argv[2], O_RDONLY);
	struct mq_attr attr;
	struct stat st;

	if (queue == (mqd_t)-1 || mq_getattr(queue, &attr) == -1)
		return 1;
	printf("%ld %ld %ld", attr.mq_maxmsg, attr.mq_msgsize, attr.mq_curmsgs);
	if (fstat(queue, &st) == 0)
		printf(" %03o", (unsigned int)st.st_mode & 0777);
	printf("\n");
	return 0;
}

static int
send_text(char *argv[])
{
	mqd_t queue = mq_open(argv[2], O_WRONLY);

	return queue == (mqd_t)-1 || mq_send(queue, argv[4], strlen(argv[4]), (unsigned int)atoi(argv[3])) == -1;
}

static int
receive(char *argv[])
{
	mqd_t queue = mq_open(argv[2], O_RDONLY);
	struct mq_attr attr;
	unsigned int priority;
	ssize_t size;
	char *text;

	if (queue == (mqd_t)-1 || mq_getattr(queue, &attr) == -1 || !(text = malloc((size_t)attr.mq_msgsize)))
		return 1;
	size = mq_receive(queue, text, (size_t)attr.mq_msgsize, &priority);
	if (size == -1)
		return 1;
	printf("%u %.*s\n", priority, (int)size, text);
	free(text);
	return 0;
}

/* Starts a command with something inherited that shells do not offer. */
static int
start(char *argv[])
{
	sigset_t set;

	if (strcmp(argv[1], "ignore") == 0) {
		signal(atoi(argv[2]), SIG_IGN);
	} else {
		sigemptyset(&set);
		sigaddset(&set, atoi(argv[2]));
		sigprocmask(SIG_BLOCK, &set, NULL);
	}
	execvp(argv[3], argv + 3);
	return 127;
}

int
main(int argc, char *argv[])
{
	if (argc == 6 && strcmp(argv[1], "create") == 0)
		return create(argv);
	if (argc == 3 && strcmp(argv[1], "attributes") == 0)
		return attributes(argv);
	if (argc == 5 && strcmp(argv[1], "send") == 0)
		return send_text(argv);
	if (argc == 3 && strcmp(argv[1], "receive") == 0)
		return receive(argv);
	if (argc == 3 && strcmp(argv[1], "unlink") == 0)
		return mq_unlink(argv[2]) == -1;
	if (argc > 3 && (strcmp(argv[1], "ignore") == 0 || strcmp(argv[1], "block") == 0))
		return start(argv);
	fprintf(stderr, "usage: see tests/peer.c\n");
	return 2;
}
