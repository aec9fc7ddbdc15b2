/*
 * sigmask: run a command with signals blocked, ignored or default; show what processes do with signals.
 *
 * sigmask becomes COMMAND, which inherits the dispositions and the mask. sigmask first gives signals their default
 * action, then ignores signals, then blocks them, so the options mean the same in any order. A signal that no option
 * names stays as sigmask inherited it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/signal_set.h"
#include "process/launch.h"
#include "signals/signals.h"

static const struct command command = {
    .name = "sigmask",
    .usage = "[-v] [-b LIST] [-d LIST] [-i LIST] COMMAND [ARG...] | -p PID...",
    .help = "Run COMMAND with signals blocked, ignored or default, or show the signals of processes.\n"
            "  -b LIST  block these signals\n"
            "  -d LIST  give these signals their default action, and unblock them\n"
            "  -i LIST  ignore these signals\n"
            "  -p       print which signals are pending, blocked, ignored or caught\n"
            "  -v       trace IPC system calls\n"
            "LIST: signals with commas between them (INT,TERM), or all; see ipc7(7)\n",
    .signals = true,
};

struct mask {
	sigset_t block, reset, ignore; /* -b, -d, -i */
	bool lists;                    /* one of -b, -d and -i is given */
	bool show;                     /* -p */
};

/* Return true if an option names the signal. */
static bool
names(const struct mask *mask, int number)
{
	return signal_set_has(&mask->block, number) || signal_set_has(&mask->reset, number) ||
	       signal_set_has(&mask->ignore, number);
}

static int
parse(struct mask *mask, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'b', .flag = &mask->lists, .read = signal_read_list, .to = &mask->block},
	    {'d', .flag = &mask->lists, .read = signal_read_list, .to = &mask->reset},
	    {'i', .flag = &mask->lists, .read = signal_read_list, .to = &mask->ignore},
	    {'p', .flag = &mask->show},
	    {0},
	};
	int status;

	sigemptyset(&mask->block);
	sigemptyset(&mask->reset);
	sigemptyset(&mask->ignore);
	status = command_options(&command, table, argc, argv);
	if (status != GO_ON)
		return status;
	if (names(mask, SIGKILL))
		return command_usage("KILL cannot be blocked or ignored");
	if (names(mask, SIGSTOP))
		return command_usage("STOP cannot be blocked or ignored");
	if (mask->show && mask->lists)
		return command_usage("-p cannot be combined with -b, -d or -i");
	if (optind == argc)
		return command_usage("%s is missing; usage: sigmask %s", mask->show ? "PID" : "COMMAND", command.usage);
	return GO_ON;
}

/* Become COMMAND. Returns the exit status if that fails, after a line. */
static int
run(const struct mask *mask, char *argv[])
{
	int status = STATUS_RUNNER, error;
	char *path;

	if (launch_find(argv[0], &path) == -1)
		return launch_report(argv[0], errno);
	interrupt_restore();
	if (disposition_change(&mask->reset, SIG_DFL) == -1 || disposition_mask(SIG_UNBLOCK, &mask->reset) == -1 ||
	    disposition_change(&mask->ignore, SIG_IGN) == -1 || disposition_mask(SIG_BLOCK, &mask->block) == -1) {
		error_line(NULL, "cannot change how signals are treated: %s", explain_errno(errno));
	} else {
		execv(path, argv);
		error = errno;
		(void)interrupt_spare();
		status = launch_report(argv[0], error);
	}
	free(path);
	return status;
}

/* Show what processes do with signals (-p). A process that does not exist does not stop the rest. */
static int
show(const struct target_list *list)
{
	struct disposition disposition;
	struct text text = {0};
	int result, error = 0, status;
	bool failed = false;
	size_t i;

	/* If the system shows nothing of one process, it shows nothing of the others. */
	for (i = 0; i < list->count && error != ENOTSUP; i++) {
		pid_t pid = list->items[i].pid;

		/*
		 * sigmask shows the dispositions that it inherited and would pass on, not its own ones of SIGPIPE and
		 * SIGXFSZ.
		 */
		if (pid == getpid())
			interrupt_restore();
		result = disposition_of(pid, &disposition);
		error = errno;
		(void)interrupt_spare();
		if (result == 0) {
			disposition_format(&text, pid, &disposition);
			continue;
		}
		disposition_report(pid, error);
		failed = true;
	}
	status = command_print(&text);
	return failed ? STATUS_FAILED : status;
}

int
main(int argc, char *argv[])
{
	struct target_list list = {0};
	struct mask mask = {.show = false};
	int status;

	command_start(&command, argc, argv);
	status = parse(&mask, argc, argv);
	if (status == GO_ON && !mask.show)
		return run(&mask, argv + optind);
	if (status == STATUS_FAILED && !mask.show)
		status = STATUS_RUNNER;
	if (status == GO_ON)
		status = target_operands(&list, argv + optind);
	if (status == GO_ON)
		status = show(&list);
	target_free(&list);
	return command_end(status);
}
