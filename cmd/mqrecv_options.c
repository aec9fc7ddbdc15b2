/*
 * mqrecv_options.c: the command line of mqrecv.
 */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number.h"

#include "mqrecv.h"

const struct command mqrecv_command = {
    .name = "mqrecv",
    .usage = "[-acfkuvx] [-0|-N|-r] [-P] [-A COUNT[,PAUSE]] [-b COUNT] [-d DEPTH] [-D QUEUE] [-e MARK] [-j MAX] "
             "[-m MODE] [-n COUNT] [-p SELECT] [-R FILE] [-s SIZE] [-t TIME] QUEUE [-- COMMAND [ARG...]]",
    .help = "Receive a message from a queue and write it as a line, or run COMMAND with it on standard input.\n"
            "  -n COUNT   stop after COUNT messages (1)\n"
            "  -a         receive all queued messages, then stop\n"
            "  -f         receive until stopped\n"
            "  -e MARK    stop at a message that equals MARK\n"
            "  -t TIME    wait at most TIME for each message; 0 never waits\n"
            "  -k         copy messages without removing them (System V on Linux)\n"
            "  -p SELECT  select by type (System V): N, -N the lowest up to N, ^N any but N\n"
            "  -0         end records with NUL instead of newline\n"
            "  -N         write records as netstrings (5:hello,)\n"
            "  -r         write records without a terminator\n"
            "  -P         write the priority or type and a tab before each record\n"
            "  -A COUNT[,PAUSE]  try COMMAND COUNT times (0: without end) before it has failed\n"
            "  -b COUNT   give COMMAND up to COUNT messages at once (with -0 or -N)\n"
            "  -D QUEUE   send a message to this queue, or append it to file:PATH, if its COMMAND failed\n"
            "  -j MAX     run up to MAX COMMANDs at once\n"
            "  -R FILE    write the process ID to FILE once the queue is open\n"
            "  -c         create the queue if it is missing\n"
            "  -x         create the queue; fail if it exists\n"
            "  -d DEPTH   create the queue for DEPTH messages (10)\n"
            "  -s SIZE    create the queue for messages of up to SIZE bytes (8192)\n"
            "  -m MODE    create the queue with this octal mode (0600)\n"
            "  -u         unlink the queue on the way out\n"
            "  -v         trace IPC system calls\n"
            "COMMAND has IPC7_QUEUE, IPC7_PRIO, IPC7_ATTEMPT, IPC7_COUNT and IPC7_SIZE in its environment.\n"
            "QUEUE: /jobs, posix:/jobs, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

/* Read the argument of -A: COUNT, or COUNT,PAUSE. */
static int
read_attempts(void *to, int letter, const char *text)
{
	struct work *work = to;
	size_t digits = strcspn(text, ",");

	if (number_read(text, digits, 10, 0, ULLONG_MAX, &work->attempts) == 0 &&
	    (!text[digits] || number_time(text + digits + 1, &work->pause) == 0))
		return GO_ON;
	return command_refuse(letter, text, "not COUNT or COUNT,PAUSE (as 5 or 0,2s)");
}

/* Read the operand of -D. */
static int
parse_dead(struct receiver *receiver)
{
	struct name *name = &receiver->work.dead.name;
	int status;

	if (!receiver->dead)
		return GO_ON;
	if (!receiver->work.argv)
		return command_usage("-D needs a COMMAND");
	status = command_name(name, receiver->dead);
	if (status == GO_ON && name->kind == NAME_NEW)
		return command_usage("-D cannot take sysv:new");
	if (status == GO_ON && strcmp(name->text, receiver->name.text) == 0)
		return command_usage("-D must name a queue other than QUEUE");
	return status;
}

/* Read QUEUE [-- COMMAND [ARG...]], and check them against the options. */
static int
parse_operands(struct receiver *receiver, int argc, char *argv[])
{
	struct work *work = &receiver->work;
	const char *name;
	int status;

	if (optind == argc)
		return command_usage("QUEUE is missing; usage: mqrecv %s", mqrecv_command.usage);
	name = argv[optind++];
	if (optind < argc) {
		if (strcmp(argv[optind], "--") != 0)
			return command_surplus(
			    argv[optind], "QUEUE", "QUEUE is followed by -- and a COMMAND, or by nothing");
		if (++optind == argc)
			return command_usage("-- is followed by a COMMAND");
		work->argv = argv + optind;
	}
	status = command_name(&receiver->name, name);
	if (status == GO_ON)
		status = queue_check(&receiver->name, &receiver->options);
	if (status != GO_ON)
		return status;
	if (receiver->name.kind == NAME_NEW && !receiver->ready)
		return command_usage("sysv:new needs -R FILE, which gets the name of the new queue");
	return parse_dead(receiver);
}

/* Check the options that only a COMMAND gives a meaning. */
static int
check_work(const struct receiver *receiver)
{
	const struct work *work = &receiver->work;
	bool framed = receiver->output.form == RECORD_NUL || receiver->output.form == RECORD_NETSTRING;

	if (!work->argv && (receiver->batch || receiver->workers || work->attempts != 1))
		return command_usage("-A, -b and -j need a COMMAND");
	if (receiver->batch && !framed)
		return command_usage("-b needs -0 or -N, so that COMMAND can tell the messages apart");
	if (receiver->options.peek && (receiver->batch || receiver->workers))
		return command_usage("-b and -j cannot be combined with -k");
	return GO_ON;
}

int
mqrecv_options(struct receiver *receiver, int argc, char *argv[])
{
	struct queue_options *options = &receiver->options;
	struct output *output = &receiver->output;
	struct work *work = &receiver->work;
	bool forever = false, counted = false;
	const struct command_option table[] = {
	    {'0', .form = &output->form},
	    {'A', .read = read_attempts, .to = work},
	    {'D', .text = &receiver->dead},
	    {'N', .form = &output->form},
	    {'P', .flag = &output->prefix},
	    {'R', .file = &receiver->ready},
	    {'a', .flag = &receiver->all},
	    {'b', .number = &receiver->batch, .min = 1, .max = INT_MAX},
	    {'c', .flag = &options->create},
	    {'d', .number = &options->depth, .min = 1, .max = INT_MAX},
	    {'e', .text = &receiver->mark},
	    {'f', .flag = &forever},
	    {'j', .number = &receiver->workers, .min = 1, .max = INT_MAX},
	    {'k', .flag = &options->peek},
	    {'m', .mode = &options->mode},
	    {'n', .flag = &counted, .number = &receiver->limit, .min = 0, .max = ULLONG_MAX},
	    {'p', .text = &options->select},
	    {'r', .form = &output->form},
	    {'s', .size = &options->size},
	    {'t', .time = &receiver->timeout},
	    {'u', .flag = &options->unlink},
	    {'x', .flag = &options->exclusive},
	    {0},
	};
	int status = command_options(&mqrecv_command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (forever && (receiver->all || options->peek))
		return command_usage("-f cannot be combined with -a or -k");
	if ((forever || receiver->all) && !counted)
		receiver->limit = ULLONG_MAX;
	receiver->unlink = options->unlink;
	work->form = output->form == RECORD_LINE ? RECORD_RAW : output->form;
	work->prefix = output->prefix;
	work->timeout = receiver->timeout;
	status = parse_operands(receiver, argc, argv);
	return status == GO_ON ? check_work(receiver) : status;
}
