/*
 * signal-limit: bare C loops that pass numbers by real-time signals, as the limit for sigsend and sigrecv.
 *
 *   signal-limit receive COUNT READY    blocks SIGRTMIN, writes its process id to READY, prints COUNT values
 *   signal-limit send PID COUNT         queues the numbers from 1 to COUNT; waits while the queue is full
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int
receive(long count, const char *path)
{
	siginfo_t info;
	sigset_t set;
	FILE *ready;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ready = fopen(path, "w");
	if (!ready)
		return 1;
	fprintf(ready, "%ld\n", (long)getpid());
	fclose(ready);
	while (count-- > 0) {
		if (sigwaitinfo(&set, &info) == -1)
			return 1;
		printf("%d\n", info.si_value.sival_int);
	}
	return 0;
}

static int
send_all(pid_t pid, int count)
{
	struct timespec pause = {.tv_nsec = 100000};
	int i;

	for (i = 1; i <= count; i++) {
		while (sigqueue(pid, SIGRTMIN, (union sigval){.sival_int = i}) == -1) {
			if (errno != EAGAIN)
				return 1;
			nanosleep(&pause, NULL);
		}
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	if (argc == 4 && strcmp(argv[1], "receive") == 0)
		return receive(atol(argv[2]), argv[3]);
	if (argc == 4 && strcmp(argv[1], "send") == 0)
		return send_all((pid_t)atol(argv[2]), atoi(argv[3]));
	fprintf(stderr, "usage: signal-limit receive COUNT READY | send PID COUNT\n");
	return 2;
}
