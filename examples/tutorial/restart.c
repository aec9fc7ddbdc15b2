/* restart.c: what a signal does to a read(2) that waits. A child sends signals while this process reads from a pipe, and later writes
   a byte. With an argument, the handler is installed with SA_RESTART. Build: cc -o restart restart.c */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void
handler(int number)
{
	(void)number; /* to have been called is all */
}

int
main(int argc, char *argv[])
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = argc > 1 ? SA_RESTART : 0};
	pid_t parent = getpid();
	int ends[2], i;
	ssize_t got;
	char byte;

	(void)argv;
	sigaction(SIGUSR1, &action, NULL);
	if (pipe(ends) == -1)
		return perror("pipe"), 1;
	/* Without SA_RESTART the child sends signals until the read has failed and this process has ended. */
	if (fork() == 0) {
		for (i = 0; getppid() == parent && (argc == 1 || i < 5); i++) {
			kill(parent, SIGUSR1);
			nanosleep(&(struct timespec){0, 10000000}, NULL);
		}
		return write(ends[1], "x", 1) != 1;
	}
	got = read(ends[0], &byte, 1);
	printf("read: %s\n", got == 1 ? "1 byte" : strerror(errno));
	return 0;
}
