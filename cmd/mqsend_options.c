/*
 * mqsend_options.c: the command line of mqsend.
 */
#include <unistd.h>

#include "base/error.h"

#include "mqsend.h"

const struct command mqsend_command = {
    .name = "mqsend",
    .usage = "[-cuvx] [-0|-N|-r] [-P] [-d DEPTH] [-e MARK] [-L TIME] [-m MODE] [-p PRIO] [-s SIZE] "
             "[-t TIME] QUEUE [MESSAGE...]",
    .help = "Send each MESSAGE, or each line of standard input, to a message queue.\n"
            "  -0        read records that end in NUL instead of newline\n"
            "  -N        read records that are netstrings (5:hello,)\n"
            "  -r        read the whole input as one record\n"
            "  -P        take the priority or type from each record: NUMBER, tab, message\n"
            "  -c        create the queue if it is missing\n"
            "  -x        create the queue; fail if it exists\n"
            "  -d DEPTH  create the queue for DEPTH messages (10)\n"
            "  -s SIZE   create the queue for messages of up to SIZE bytes (8192)\n"
            "  -m MODE   create the queue with this octal mode (0600)\n"
            "  -p PRIO   send with this POSIX priority (0 to 32767) or System V type (from 1)\n"
            "  -e MARK   send MARK after the last message\n"
            "  -t TIME   wait at most TIME for space, for each message; 0 never waits\n"
            "  -L TIME   drop a message that finds no space within TIME (0: at once), and say how many at the end\n"
            "  -u        unlink the queue on the way out\n"
            "  -v        trace IPC system calls\n"
            "QUEUE: /jobs, posix:/jobs, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

int
mqsend_options(struct sender *sender, int argc, char *argv[])
{
	const char *priority = NULL;
	unsigned long long number = 0;
	const struct command_option table[] = {
	    {'0', .form = &sender->form},
	    {'L', .time = &sender->patience},
	    {'N', .form = &sender->form},
	    {'P', .flag = &sender->prefix},
	    {'c', .flag = &sender->options.create},
	    {'d', .number = &sender->options.depth, .min = 1, .max = INT_MAX},
	    {'e', .text = &sender->mark},
	    {'m', .mode = &sender->options.mode},
	    {'p', .text = &priority},
	    {'r', .form = &sender->form},
	    {'s', .size = &sender->options.size},
	    {'t', .time = &sender->timeout},
	    {'u', .flag = &sender->options.unlink},
	    {'x', .flag = &sender->options.exclusive},
	    {0},
	};
	int status = command_options(&mqsend_command, table, argc, argv);

	if (status == GO_ON && optind == argc)
		status = command_usage("QUEUE is missing; usage: mqsend %s", mqsend_command.usage);
	if (status == GO_ON)
		status = command_name(&sender->name, argv[optind]);
	if (status == GO_ON)
		status = queue_check(&sender->name, &sender->options);
	if (status != GO_ON)
		return status;
	sender->messages = argv + optind + 1;
	sender->can = queue_priorities(&sender->name);
	if (priority)
		status = command_number(
		    'p', priority, (unsigned long)sender->can->lowest, (unsigned long)sender->can->highest, &number);
	sender->priority = priority ? (long)number : sender->can->usual;
	return status;
}
