/*
 * launch.c: finds and starts a COMMAND, and prints why a COMMAND could not be started. The platform's file does the
 * fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"
#include "process/internal.h"

/* Bytes of a first line that the kernel reads, and a NUL. */
#define INTERPRETER_SPACE 256

extern char **environ;

/* Return 0 if path is a file that can be executed, or -1 with errno. Set *found if there is such a file. */
static int
executable(const char *path, bool *found)
{
	struct stat st;

	*found = stat(path, &st) == 0;
	if (!*found)
		return -1;
	if (!S_ISREG(st.st_mode))
		return error_set(EACCES);
	return access(path, X_OK);
}

int
launch_find(const char *command, char **path)
{
	const char *from = getenv("PATH");
	int reason = ENOENT;
	bool found;

	*path = NULL;
	if (strchr(command, '/') || !*command) {
		if (executable(command, &found) == 0)
			*path = strdup(command);
		return *path ? 0 : -1;
	}
	if (!from)
		from = "/bin:/usr/bin";
	for (;;) {
		size_t length = strcspn(from, ":");
		struct text file = {0};

		text_format(&file, "%.*s%s%s", (int)length, from, length ? "/" : "", command);
		if (file.cut) {
			text_free(&file);
			return error_set(ENOMEM);
		}
		if (executable(file.data, &found) == 0) {
			*path = text_take(&file);
			return *path ? 0 : -1;
		}
		if (errno == ENOMEM)
			reason = ENOMEM;
		/* A directory of PATH that may not be searched is passed over. */
		if (found && reason == ENOENT)
			reason = EACCES;
		text_free(&file);
		if (!from[length])
			break;
		from += length + 1;
	}
	return error_set(reason);
}

int
launch_child(const struct launch *launch)
{
	if (launch->group != LAUNCH_SAME && setpgid(0, launch->group) == -1)
		return errno;
	if (launch->stored)
		*launch->stored = launch->group == 0 || launch->group == LAUNCH_SAME ? getpgrp() : launch->group;
	if (launch->input != STDIN_FILENO && dup2(launch->input, STDIN_FILENO) == -1)
		return errno;
	if (launch->output != STDOUT_FILENO && dup2(launch->output, STDOUT_FILENO) == -1)
		return errno;
	interrupt_give_back();
	if (launch->piped)
		signal(SIGPIPE, SIG_DFL);
	execve(launch->path, launch->argv, launch->environment ? launch->environment : environ);
	return errno;
}

int
launch_become(const char *path, char *const argv[])
{
	/*
	 * A signal that comes from here on stays pending, and then has the effect on the COMMAND that it would have had
	 * here.
	 */
	if (interrupt_hold() == -1)
		return -1;
	if (interrupt_caught()) {
		interrupt_release();
		return error_set(EINTR);
	}
	interrupt_restore();
	return execv(path, argv);
}

int
launch_input(const void *data, size_t size)
{
	int ends[2], result, saved;
	bool small = size <= PIPE_BUF;

	if (small && io_pipe(ends) == -1)
		return -1;
	if (!small && (ends[0] = ends[1] = memory_file()) == -1)
		return -1;
	result = io_write(ends[1], data, size, NULL);
	if (result == 0 && !small)
		result = lseek(ends[0], 0, SEEK_SET) == -1 ? -1 : 0;
	saved = errno;
	if (small)
		close(ends[1]);
	if (result == -1)
		close(ends[0]);
	errno = saved;
	return result == 0 ? ends[0] : -1;
}

int
launch_failure(int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return STATUS_NOCOMMAND;
	return error == EACCES || error == ENOEXEC || error == ETXTBSY || error == EISDIR ? STATUS_NOEXEC
	                                                                                  : STATUS_RUNNER;
}

/* Read the interpreter that the first line of a file names. Returns false if the file is no script, or not readable. */
static bool
read_interpreter(const char *path, char line[INTERPRETER_SPACE])
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t got = fd == -1 ? -1 : read(fd, line, INTERPRETER_SPACE - 1);
	size_t blank;

	if (fd != -1)
		close(fd);
	if (got < 2 || line[0] != '#' || line[1] != '!')
		return false;
	line[got] = '\0';
	blank = strspn(line + 2, " \t");
	memmove(line, line + 2 + blank, (size_t)got - 1 - blank);
	line[strcspn(line, " \t\n")] = '\0';
	return true;
}

/* Append the name of the missing file: COMMAND, its interpreter, or the interpreter of that one. */
static void
explain_missing(struct text *text, const char *command)
{
	char line[INTERPRETER_SPACE], *path;
	struct stat st;
	bool script;
	int depth;

	if (launch_find(command, &path) == -1) {
		text_format(text, "no such command");
		return;
	}
	script = read_interpreter(path, line);
	free(path);
	for (depth = 0; script && depth < 4 && stat(line, &st) == 0; depth++)
		script = read_interpreter(line, line);
	if (script)
		text_format(text, "its interpreter %s does not exist", line);
	else
		text_format(text, "its interpreter or dynamic loader does not exist");
}

void
launch_explain(struct text *text, const char *command, int error)
{
	if (launch_failure(error) == STATUS_NOCOMMAND)
		explain_missing(text, command);
	else
		text_format(text, "%s%s", explain_errno(error), error == ENOEXEC ? " (a script starts with #!)" : "");
}

int
launch_report(const char *command, int error)
{
	int status = launch_failure(error);
	struct text text = {0};

	if (status != STATUS_NOCOMMAND)
		text_format(&text, "cannot be executed: ");
	launch_explain(&text, command, error);
	error_text(command, &text);
	return status;
}
