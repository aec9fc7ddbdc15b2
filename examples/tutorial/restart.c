/* restart.c: what a signal does to a read(2) that waits. A child sends a signal while this process waits for a byte, and then writes
   the byte. With an argument, the handler is installed with SA_RESTART. Build: cc -o restart restart.c */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int handled[2]; /* a pipe: the handler writes a byte */

static void
handler(int number)
{
	(void)number;
	if (write(handled[1], "x", 1) != 1)
		_exit(1);
}

/* Return the state of a process: S while it waits in a system call, or 0 if there is no such process. */
static char
state(pid_t process)
{
	char path[40], letter = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
	file = fopen(path, "r");
	if (file != NULL) {
		if (fscanf(file, "%*d %*s %c", &letter) != 1)
			letter = 0;
		fclose(file);
	}
	return letter;
}

int
main(int argc, char *argv[])
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = argc > 1 ? SA_RESTART : 0};
	pid_t parent = getpid();
	char byte, now;
	int ends[2];
	ssize_t got;

	(void)argv;
	sigaction(SIGUSR1, &action, NULL);
	if (pipe(ends) == -1 || pipe(handled) == -1)
		return perror("pipe"), 1;
	if (fork() == 0) {
		while ((now = state(parent)) != 'S')
			if (now == 0)
				return 1;
		kill(parent, SIGUSR1);
		return read(handled[0], &byte, 1) != 1 || write(ends[1], "x", 1) != 1;
	}
	got = read(ends[0], &byte, 1);
	printf("read: %s\n", got == 1 ? "1 byte" : strerror(errno));
	return 0;
}
