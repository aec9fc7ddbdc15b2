/*
 * peer: an independent program at the other end of a POSIX message queue, segment, semaphore or signal. It uses only the
 * system's library, as a C programmer would.
 *
 *   peer create NAME DEPTH SIZE MODE
 *   peer attributes NAME                  prints depth, size, messages and mode
 *   peer send NAME PRIORITY TEXT
 *   peer receive NAME                     prints priority and text
 *   peer unlink NAME
 *   peer map NAME                         maps a segment, then reads lines: get OFFSET SIZE, put OFFSET TEXT
 *   peer resize NAME SIZE                 creates the segment if it is missing
 *   peer lock NAME read|write             locks a segment or a file, prints a line, and holds the lock until its input ends
 *   peer semaphore NAME VALUE MODE        creates a semaphore
 *   peer value NAME
 *   peer post NAME
 *   peer wait NAME
 *   peer forget NAME                      unlinks a semaphore
 *   peer ignore SIGNAL COMMAND...         starts COMMAND with the signal ignored or blocked
 *   peer block SIGNAL COMMAND...
 *   peer await COUNT SIGNAL               blocks the signal, prints its process id, then the number, code and value of each
 *                                         of COUNT signals; SIGNAL is a number or RTMIN
 *   peer queue PID SIGNAL VALUE           sends the signal with the value
 *   peer zombie                           prints the process id of a child that has ended and is not waited for, and keeps
 *                                         the child until its input ends
 */
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static int
map(char *argv[])
{
	int fd = shm_open(argv[2], O_RDWR, 0);
	char line[256], text[200];
	size_t offset, size;
	struct stat st;
	char *memory;

	if (fd == -1 || fstat(fd, &st) == -1)
		return 1;
	memory = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "get %zu %zu", &offset, &size) == 2)
			printf("%.*s\n", (int)size, memory + offset);
		else if (sscanf(line, "put %zu %199[^\n]", &offset, text) == 2)
			memcpy(memory + offset, text, strlen(text));
		else
			return 2;
		fflush(stdout);
	}
	return 0;
}

static int
resize(char *argv[])
{
	int fd = shm_open(argv[2], O_RDWR | O_CREAT, 0600);

	return fd == -1 || ftruncate(fd, atol(argv[3])) == -1;
}

static int
lock(char *argv[])
{
	bool shared = strcmp(argv[3], "read") == 0;
	struct flock all = {.l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET};
	int fd = shm_open(argv[2], O_RDWR, 0);
	char byte;

	if (fd == -1)
		fd = open(argv[2], O_RDWR);
	if (fd == -1 || fcntl(fd, F_SETLK, &all) == -1)
		return 1;
	printf("locked\n");
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) != 0;
}

static int
semaphore(char *argv[])
{
	sem_t *sem;
	int value;

	if (strcmp(argv[1], "semaphore") == 0)
		return sem_open(argv[2], O_CREAT | O_EXCL, (mode_t)strtol(argv[4], NULL, 8),
		           (unsigned int)atoi(argv[3])) == SEM_FAILED;
	if (strcmp(argv[1], "forget") == 0)
		return sem_unlink(argv[2]) == -1;
	sem = sem_open(argv[2], 0);
	if (sem == SEM_FAILED)
		return 1;
	if (strcmp(argv[1], "post") == 0)
		return sem_post(sem) == -1;
	if (strcmp(argv[1], "wait") == 0)
		return sem_wait(sem) == -1;
	return sem_getvalue(sem, &value) == -1 || printf("%d\n", value) < 0;
}

/* Start a command with a signal ignored or blocked. A shell cannot block signals. */
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

static int
signal_number(const char *text)
{
	return strcmp(text, "RTMIN") == 0 ? SIGRTMIN : atoi(text);
}

static int
await(char *argv[])
{
	int count = atoi(argv[2]);
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal_number(argv[3]));
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("%ld\n", (long)getpid());
	fflush(stdout);
	while (count-- > 0) {
		if (sigwaitinfo(&set, &info) == -1)
			return 1;
		printf("%d %d %d\n", info.si_signo, info.si_code == SI_QUEUE, info.si_value.sival_int);
	}
	return 0;
}

static int
zombie(void)
{
	siginfo_t info;
	pid_t pid = fork();
	char byte;

	if (pid == 0)
		_exit(0);
	if (pid == -1 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == -1)
		return 1;
	printf("%ld\n", (long)pid);
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) != 0;
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
	if (argc == 3 && strcmp(argv[1], "map") == 0)
		return map(argv);
	if (argc == 4 && strcmp(argv[1], "resize") == 0)
		return resize(argv);
	if (argc == 4 && strcmp(argv[1], "lock") == 0)
		return lock(argv);
	if ((argc == 5 && strcmp(argv[1], "semaphore") == 0) ||
	    (argc == 3 && (strcmp(argv[1], "value") == 0 || strcmp(argv[1], "post") == 0 ||
	                      strcmp(argv[1], "wait") == 0 || strcmp(argv[1], "forget") == 0)))
		return semaphore(argv);
	if (argc > 3 && (strcmp(argv[1], "ignore") == 0 || strcmp(argv[1], "block") == 0))
		return start(argv);
	if (argc == 4 && strcmp(argv[1], "await") == 0)
		return await(argv);
	if (argc == 5 && strcmp(argv[1], "queue") == 0)
		return sigqueue((pid_t)atol(argv[2]), signal_number(argv[3]),
		           (union sigval){.sival_int = atoi(argv[4])}) == -1;
	if (argc == 2 && strcmp(argv[1], "zombie") == 0)
		return zombie();
	fprintf(stderr, "usage: see tests/peer.c\n");
	return 2;
}
