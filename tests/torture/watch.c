/*
 * watch: run a command for the torture tests, with a time limit, and look for processes that it leaves behind.
 *
 *   watch SECONDS REPORT COMMAND...
 *
 * The exit status is that of COMMAND, or 128 and the number of the signal that ended it. The file REPORT gets a word for each thing
 * that must not be: "hang", if COMMAND had to be killed, or "left", if a process of it lived on for another second. The file that
 * the variable PEAK names gets two numbers of KiB: the most resident memory that a process had, and the most that COMMAND's own
 * process had without pages of files and of shared memory. The kernel's peak lacks up to some 100 KiB, so the process is looked at
 * each millisecond too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Send KILL to all processes that have this one as parent. Orphans come to this process, so several rounds get all. */
static void
kill_all(void)
{
	char path[64];
	FILE *children;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	children = fopen(path, "r");
	if (children == NULL)
		return;
	while (fscanf(children, "%d", &pid) == 1)
		kill(pid, SIGKILL);
	fclose(children);
}

/* The most memory that was seen, in pages. */
struct most {
	long resident, own; /* own: without pages of files and of shared memory */
};

/* Look at the memory of a process. */
static void
look(pid_t pid, struct most *most)
{
	long resident, shared;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fscanf(file, "%*d %ld %ld", &resident, &shared) == 2) {
		most->resident = resident > most->resident ? resident : most->resident;
		most->own = resident - shared > most->own ? resident - shared : most->own;
	}
	fclose(file);
}

/* Wait for a process, or for all if pid is -1, until a time. Returns -1 if some live on. With most, look at its memory. */
static int
wait_until(pid_t pid, long long end, int *status, struct most *most)
{
	const struct timespec nap = {0, 1000000};
	int other;

	for (;;) {
		pid_t got = waitpid(pid, &other, WNOHANG);

		if (got == -1)
			return errno == ECHILD ? 0 : -1;
		if (got == pid) {
			*status = other;
			return 0;
		}
		if (got > 0)
			continue;
		if (now() >= end)
			return -1;
		if (most != NULL)
			look(pid, most);
		nanosleep(&nap, NULL);
	}
}

/* Write the peak of the memory, as a file that appears whole. */
static void
tell_peak(const char *path, const struct most *most)
{
	FILE *file = path == NULL ? NULL : fopen(path, "w");
	long page = sysconf(_SC_PAGESIZE) / 1024;
	struct rusage usage;

	if (file != NULL && getrusage(RUSAGE_CHILDREN, &usage) == 0)
		fprintf(file, "%ld %ld\n",
		    usage.ru_maxrss > most->resident * page ? usage.ru_maxrss : most->resident * page,
		    most->own * page);
	if (file != NULL)
		fclose(file);
}

int
main(int argc, char *argv[])
{
	FILE *report = argc > 3 ? fopen(argv[2], "we") : NULL;
	char *peak = getenv("PEAK");
	int status = 0, rounds, rest;
	struct most most = {0};
	pid_t pid;

	if (report == NULL || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		return 99;
	pid = fork();
	if (pid == -1)
		return 99;
	if (pid == 0) {
		execvp(argv[3], argv + 3);
		_exit(99);
	}
	if (wait_until(pid, now() + atol(argv[1]) * 1000, &status, peak != NULL ? &most : NULL) == -1)
		fputs("hang\n", report), status = 99 << 8;
	else if (wait_until(-1, now() + 1000, &rest, NULL) == -1)
		fputs("left\n", report);
	for (rounds = 0; rounds < 100 && wait_until(-1, now() + 20, &rest, NULL) == -1; rounds++)
		kill_all();
	fclose(report);
	tell_peak(peak, &most);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
