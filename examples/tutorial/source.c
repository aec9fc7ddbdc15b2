/* source.c: cause a signal in this process, and print where it came from (si_code). Build: cc -o source source.c */
#define _XOPEN_SOURCE 700
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static void
report(int number, siginfo_t *info, void *context)
{
	(void)context;
	const char *code = info->si_code > 0 ? "SI_KERNEL" : "SI_USER";

	if (number == SIGFPE && info->si_code == FPE_INTDIV)
		code = "FPE_INTDIV";
	if (number == SIGSEGV && info->si_code == SEGV_ACCERR)
		code = "SEGV_ACCERR";
	/* Unlike in most handlers, printf is safe here: no signal of this program comes while it prints. */
	printf("signal %d: %s\n", number, code);
	exit(0);
}

int
main(int argc, char *argv[])
{
	static const int numbers[] = {SIGFPE, SIGSEGV, SIGALRM, SIGUSR1};
	struct sigaction action = {.sa_flags = SA_SIGINFO, .sa_sigaction = report};
	volatile int zero = 0;
	volatile char *text = "text";
	struct itimerval timer = {.it_value = {.tv_usec = 10000}};
	int i;

	for (i = 0; i < 4; i++)
		sigaction(numbers[i], &action, NULL);
	if (argc == 2 && strcmp(argv[1], "divide") == 0)
		return argc / zero;
	if (argc == 2 && strcmp(argv[1], "store") == 0)
		text[0] = 1; /* the page of a string literal is for reading only */
	if (argc == 2 && strcmp(argv[1], "alarm") == 0)
		setitimer(ITIMER_REAL, &timer, NULL);
	if (argc == 2 && strcmp(argv[1], "kill") == 0)
		kill(getpid(), SIGUSR1);
	pause();
	return 2;
}
