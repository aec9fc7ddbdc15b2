/*
 * trace.c: the lines of -v and of IPC7_TRACE. On standard error they go through error_line, so a trace and an error
 * never mix within a line. In a file each line is one write(2) with O_APPEND, so the lines of processes never mix.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/trace.h"

/*
 * The lowest descriptor for the file, and the lowest if RLIMIT_NOFILE is small. Descriptors below are for scripts and
 * COMMAND, which must get the same numbers with and without a trace.
 */
#define HIGH 100
#define LOW  10

bool trace_on, trace_printed;

static int file = -1; /* descriptor of the file that gets the lines, or -1 */

/* The call whose line comes next: the function that makes it, its start, and whether a wait before it is included. */
static const char *place;
static struct timespec began;
static bool waits;

void
trace_print(void)
{
	trace_on = trace_printed = true;
}

/* Open the file, which may be a FIFO that a process reads, but do not wait for it. Returns a descriptor or -1. */
static int
open_file(const char *path)
{
	const int flags = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open(path, flags), high;
	mode_t mask;

	/* With O_CREAT, the kernel may refuse an existing file of another user. */
	if (fd == -1 && errno == ENOENT) {
		mask = umask(0);
		fd = open(path, flags | O_CREAT, 0600);
		umask(mask);
	}
	if (fd == -1)
		return -1;
	if ((high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH)) == -1 && (high = fcntl(fd, F_DUPFD_CLOEXEC, LOW)) == -1)
		return fd;
	close(fd);
	return high;
}

void
trace_open(void)
{
	static bool warned;
	const char *wanted = getenv("IPC7_TRACE"), *words = "the path of a file needs a slash (./FILE)";

	file = -1;
	if (!wanted)
		return;
	if (strcmp(wanted, "1") == 0)
		trace_print();
	if (!wanted[0] || strcmp(wanted, "0") == 0 || strcmp(wanted, "1") == 0 || trace_privileged())
		return;
	/* A value without a slash may be a mistake, and creates no file. */
	if (strchr(wanted, '/') && (file = open_file(wanted)) == -1)
		words = errno == ENXIO ? "a FIFO without a reader" : explain_errno(errno);
	/* A forked process does not repeat the line. */
	if (file == -1 && !warned)
		error_line(wanted, "no trace (IPC7_TRACE): %s", words);
	warned = file == -1;
	trace_on = trace_printed || file != -1;
}

void
trace_start(const char *where, bool wait)
{
	if (waits && strcmp(place, where) == 0)
		return;
	place = where;
	waits = wait;
	clock_gettime(CLOCK_MONOTONIC, &began);
}

bool
trace_wanted(long result)
{
	bool tick = trace_on && result == -1 && errno == EINTR && !interrupt_caught();

	/* The function makes the call again. */
	waits |= tick && place;
	return trace_on && !tick;
}

/* Write a line to the file. A line that a full FIFO or disk does not take is lost. */
static void
append(const struct text *call)
{
	char space[1024];
	struct text line = {.data = space, .capacity = sizeof(space), .borrowed = true};
	struct timespec now;
	long long took;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!place)
		began = now;
	took = (now.tv_sec - began.tv_sec) * 1000000LL + (now.tv_nsec / 1000 - began.tv_nsec / 1000);
	text_format(&line, "%lld.%06ld %ld %lld.%06lld %s: %s%s", (long long)began.tv_sec, began.tv_nsec / 1000,
	    (long)getpid(), took / 1000000, took % 1000000, error_program, call->data ? call->data : "",
	    call->cut ? "... (out of memory)" : "");
	text_clean(&line);
	line.data[line.size++] = '\n';
	(void)!write(file, line.data, line.size);
	text_free(&line);
}

void
trace_line(struct text *call)
{
	int saved = errno;

	if (file != -1)
		append(call);
	place = NULL;
	waits = false;
	errno = saved;
	if (trace_printed)
		error_text(NULL, call);
	else
		text_free(call);
}

void
trace_end(struct text *call, long result)
{
	text_format(call, " = %ld", result);
	if (result == -1)
		text_format(call, " %s", error_name(errno));
	trace_line(call);
}

void
trace_pointer(struct text *call, const void *result, const char *failed)
{
	if (result)
		text_format(call, " = %p", result);
	else
		text_format(call, " = %s %s", failed, error_name(errno));
	trace_line(call);
}

int
trace_call(long result, const char *format, ...)
{
	struct text call = {0};
	va_list args;

	if (!trace_wanted(result))
		return (int)result;
	va_start(args, format);
	text_vformat(&call, format, args);
	va_end(args);
	trace_end(&call, result);
	return (int)result;
}

int
trace_quoted(long result, const char *call, const char *string, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	if (!trace_wanted(result))
		return (int)result;
	text_format(&text, "%s", call);
	text_quote(&text, string, strlen(string), strlen(string));
	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	trace_end(&text, result);
	return (int)result;
}
