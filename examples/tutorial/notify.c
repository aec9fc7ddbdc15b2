/* notify.c: be told by a signal that a message has come into an empty POSIX queue. Build: cc -o notify notify.c -lrt */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>

int
main(int argc, char *argv[])
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	siginfo_t info;
	sigset_t set;
	mqd_t queue;

	queue = argc == 2 ? mq_open(argv[1], O_RDONLY) : (mqd_t)-1;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL); /* from here on, the signal waits for sigwaitinfo */
	if (queue == (mqd_t)-1 || mq_notify(queue, &event) == -1)
		return perror("notify"), 1;
	puts("ready");
	fflush(stdout);
	if (sigwaitinfo(&set, &info) == -1)
		return perror("notify"), 1;
	puts(info.si_code == SI_MESGQ ? "a message came (SI_MESGQ)" : "somebody else sent the signal");
	return 0;
}
