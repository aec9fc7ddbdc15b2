/*
 * sigmask: run a command with signals blocked, ignored or default; show how processes treat signals.
 *
 * It becomes COMMAND, which inherits what was set. Signals are first set to their default, then ignored, then blocked, so
 * the options mean the same in any order; what no option names stays as sigmask itself got it.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/text.h"
#include "process/child.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "sigmask",
    .usage = "[-v] [-b LIST] [-d LIST] [-i LIST] COMMAND [ARG...] | -p PID...",
    .help = "Run COMMAND with signals blocked, ignored or default, or show how processes treat signals.\n"
            "  -b LIST  block these: they wait until COMMAND unblocks them\n"
            "  -d LIST  give these their default action, not blocked\n"
            "  -i LIST  ignore these\n"
            "  -p       print a line for each signal that is pending, blocked, ignored or caught by a process\n"
            "  -v       print each system call\n"
            "LIST: signals with commas between them, as INT,TERM or RTMIN+1, or all; see sigsend -l\n",
    .signals = true,
};

struct mask {
	sigset_t block, reset, ignore;
	bool show; /* -p */
};

static int
parse(struct mask *mask, int argc, char *argv[])
{
	int option, status = -1;
	bool lists = false;

	while (status == -1 && (option = getopt(argc, argv, ":b:d:hi:pvV")) != -1) {
		lists = lists || option == 'b' || option == 'd' || option == 'i';
		switch (option) {
		case 'b':
			status = signal_read_list(&mask->block, option, optarg);
			break;
		case 'd':
			status = signal_read_list(&mask->reset, option, optarg);
			break;
		case 'i':
			status = signal_read_list(&mask->ignore, option, optarg);
			break;
		case 'p':
			mask->show = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (disposition_has(&mask->block, SIGKILL) || disposition_has(&mask->ignore, SIGKILL))
		return command_usage("KILL cannot be blocked or ignored");
	if (disposition_has(&mask->block, SIGSTOP) || disposition_has(&mask->ignore, SIGSTOP))
		return command_usage("STOP cannot be blocked or ignored");
	if (mask->show && lists)
		return command_usage("-p shows and changes nothing, so -b, -d and -i do not go with it");
	if (optind == argc)
		return command_usage("%s is missing; usage: sigmask %s", mask->show ? "PID" : "COMMAND", command.usage);
	return -1;
}

/* Becomes COMMAND. Returns the exit status if that fails, with a line. */
static int
run(const struct mask *mask, char *argv[])
{
	int status = STATUS_RUNNER, error;
	char *path;

	if (child_find(argv[0], &path) == -1)
		return child_failed(argv[0], errno);
	interrupt_restore();
	if (disposition_reset(&mask->reset) == -1 || disposition_ignore(&mask->ignore) == -1 ||
	    disposition_block(&mask->block) == -1) {
		error_line(NULL, "cannot change how signals are treated: %s", strerror(errno));
	} else {
		execv(path, argv);
		error = errno;
		(void)interrupt_spare();
		status = child_failed(argv[0], error);
	}
	free(path);
	return status;
}

/* Adds a line for each signal that a process treats in some way other than by default, or that is pending. */
static void
format(struct text *text, long pid, const struct disposition *disposition)
{
	const struct {
		const char *name;
		const sigset_t *set;
	} states[] = {{"pending", &disposition->pending}, {"blocked", &disposition->blocked},
	    {"ignored", &disposition->ignored}, {"caught", &disposition->caught}};
	char name[SIGNAL_NAME_SIZE];
	int number, i, shown;

	for (number = 1; number <= signal_name_last(); number++) {
		for (i = shown = 0; i < 4; i++) {
			if (!disposition_has(states[i].set, number))
				continue;
			if (shown++)
				text_format(text, ",%s", states[i].name);
			else
				text_format(text, "%ld\t%s\t%s", pid, signal_name_format(number, name), states[i].name);
		}
		if (shown)
			text_format(text, "\n");
	}
}

/* Prints a line for errno value error. Returns -1 if the next process would meet the same. */
static int
report(pid_t pid, int error)
{
	struct text object = {0};

	if (error == ENOTSUP) {
		error_line(NULL,
		    "this system does not show how other processes treat signals (Linux does, in a /proc of "
		    "the same PID namespace)");
		return -1;
	}
	text_format(&object, "%ld", (long)pid);
	error_line(object.data, "%s",
	    error == ESRCH    ? "no such process"
	    : error == EACCES ? "/proc hides it from this user"
	                      : strerror(error));
	text_free(&object);
	return 0;
}

/* -p: each process; one that is not there does not stop the rest. */
static int
show(const struct process_list *list)
{
	int status = STATUS_OK, result;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct disposition disposition;
		struct text text = {0};

		/* Of itself it shows what it was given, and so would give. */
		if (list->items[i].pid == getpid())
			interrupt_restore();
		result = disposition_of(list->items[i].pid, &disposition);
		(void)interrupt_spare();
		if (result == -1) {
			status = STATUS_FAILED;
			if (report(list->items[i].pid, errno) == -1)
				return status;
			continue;
		}
		format(&text, (long)list->items[i].pid, &disposition);
		if (io_write(STDOUT_FILENO, text.data, text.size, NULL) == -1) {
			error_line(NULL, "standard output: %s", strerror(errno));
			status = STATUS_FAILED;
			i = list->count;
		}
		text_free(&text);
	}
	return status;
}

static int
parse_pids(struct process_list *list, char *argv[])
{
	const char *fault;

	for (; *argv; argv++)
		if (process_add(list, *argv, &fault) == -1)
			return command_argument("PID ", *argv, fault);
	return -1;
}

int
main(int argc, char *argv[])
{
	struct mask mask = {.show = false};
	struct process_list list = {0};
	int status;

	sigemptyset(&mask.block);
	sigemptyset(&mask.reset);
	sigemptyset(&mask.ignore);
	status = command_start(&command, argc, argv);
	if (status == -1)
		status = parse(&mask, argc, argv);
	if (status == -1 && !mask.show)
		return run(&mask, argv + optind);
	if (status == -1)
		status = parse_pids(&list, argv + optind);
	if (status == -1)
		status = show(&list);
	process_free(&list);
	return command_end(status);
}
