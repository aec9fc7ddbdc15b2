/*
 * ratio: compare the times of two shell commands, as whole processes, in turn.
 *
 *   ratio RUNS LABEL OURS THEIRS
 *
 * Runs each command once to warm up, then both in turn RUNS times, or fewer times (at least three) if that takes more than
 * 2.5 seconds. Prints a row: the median times in milliseconds, and the median of the ratios THEIRS / OURS of the pairs
 * (how many times as fast OURS is), with the smallest and the largest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENOUGH 2500.0 /* milliseconds after which a row is done */

/* Return the milliseconds that a command takes. A command that fails ends the program. */
static double
run(char *command)
{
	struct timespec start, end;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		alarm(300); /* the shell may wait for a server that did not start */
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || status != 0) {
		fprintf(stderr, "ratio: failed: %s\n", command);
		exit(1);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char *argv[])
{
	int runs = argc == 5 ? atoi(argv[1]) : 0;
	double *ours, *theirs, *ratios, spent;
	int i;

	if (runs < 1 || runs > 1000) {
		fprintf(stderr, "usage: ratio RUNS LABEL OURS THEIRS\n");
		return 2;
	}
	ours = calloc((size_t)runs, sizeof(*ours));
	theirs = calloc((size_t)runs, sizeof(*theirs));
	ratios = calloc((size_t)runs, sizeof(*ratios));
	if (!ours || !theirs || !ratios)
		return 1;
	spent = run(argv[3]) + run(argv[4]);
	for (i = 0; i < runs && (i < 3 || spent < ENOUGH); i++) {
		ours[i] = run(argv[3]);
		theirs[i] = run(argv[4]);
		ratios[i] = theirs[i] / ours[i];
		spent += ours[i] + theirs[i];
	}
	runs = i;
	qsort(ours, (size_t)runs, sizeof(*ours), compare);
	qsort(theirs, (size_t)runs, sizeof(*theirs), compare);
	qsort(ratios, (size_t)runs, sizeof(*ratios), compare);
	printf("%-60s %8.1f %8.1f %7.2f  (%.2f-%.2f)\n", argv[2], ours[runs / 2], theirs[runs / 2], ratios[runs / 2],
	    ratios[0], ratios[runs - 1]);
	free(ours);
	free(theirs);
	free(ratios);
	return 0;
}
