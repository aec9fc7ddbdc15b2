/*
 * mqrecv: receive messages as records, or run a command on each.
 *
 * No message is lost between the queue and standard output: it waits on both, takes nothing once the reader of its
 * output has gone, and puts back what could not be written. It writes as soon as the queue is empty, so that a reader
 * sees every message at once, and many with one system call while more are there.
 *
 * A message whose COMMAND fails goes to the -D queue, or back, and mqrecv then ends with COMMAND's status. Only SIGKILL
 * between the receive and the write, or during a COMMAND, loses what is in hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/ready.h"
#include "base/record.h"
#include "base/text.h"
#include "queue/queue.h"

static const struct command command = {
    .name = "mqrecv",
    .usage = "[-acfkuvx] [-0|-N|-r] [-P] [-d DEPTH] [-D QUEUE] [-e MARK] [-m MODE] [-n COUNT] [-p SELECT] [-R FILE] "
             "[-s SIZE] "
             "[-t TIME] QUEUE [-- COMMAND [ARG...]]",
    .help = "Receive one message from a queue and write it as a record, or run COMMAND with it as standard input.\n"
            "  -n COUNT   receive COUNT messages\n"
            "  -a         receive all that are queued, then stop\n"
            "  -f         receive for ever\n"
            "  -e MARK    stop at a message equal to MARK\n"
            "  -t TIME    wait at most so long for each message; 0 never waits\n"
            "  -k         copy messages without removing them (System V on Linux)\n"
            "  -p SELECT  System V: N the first of type N, -N the lowest type up to N, ^N any but N\n"
            "  -0         records end in NUL instead of newline\n"
            "  -N         records are netstrings (5:hello,)\n"
            "  -r         records have no terminator (what a COMMAND gets has none anyway)\n"
            "  -P         each record starts with its priority or type and a tab\n"
            "  -D QUEUE   a message whose COMMAND fails goes there\n"
            "  -R FILE    once the queue is open, write the process id to FILE (see mkfifo)\n"
            "  -c         create the queue if it is missing\n"
            "  -x         create it; fail if it exists\n"
            "  -d DEPTH   messages in a queue that is created (10)\n"
            "  -s SIZE    bytes in a message of a queue that is created (8192)\n"
            "  -m MODE    its octal mode (0600)\n"
            "  -u         unlink the queue on the way out\n"
            "  -v         print each IPC system call\n"
            "COMMAND has IPC7_QUEUE and IPC7_PRIO in its environment.\n"
            "QUEUE: /jobs, posix:/jobs, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

/* How long at most a message that could not be delivered tries for room in its queue. */
#define PATIENCE 1000000000LL

struct receiver {
	struct name name;
	struct queue *queue;
	struct queue_options options;
	struct queue_wait wait;
	struct delivery *delivery; /* NULL with a COMMAND */
	struct worker worker;      /* argv is NULL without one */
	enum record_form form;
	bool all, prefix, unlink, unlinked;
	const char *mark, *ready, *dead;
	unsigned long long limit; /* messages to receive */
	long long timeout;
};

static int
failure(const char *object, int error)
{
	if (error == 0)
		error_line(NULL, "%s", object);
	else if (error != EINTR)
		error_line(object, "%s", strerror(error));
	return STATUS_FAILED;
}

/* QUEUE [-- COMMAND [ARG...]], and what depends on them. */
static int
parse_operands(struct receiver *receiver, int argc, char *argv[])
{
	int status;

	if (optind == argc)
		return command_usage("QUEUE is missing; usage: mqrecv %s", command.usage);
	status = command_name(&receiver->name, argv[optind++]);
	if (status != -1)
		return status;
	if (optind < argc) {
		if (strcmp(argv[optind], "--") != 0)
			return command_usage("QUEUE is followed by -- and a COMMAND, or by nothing");
		if (++optind == argc)
			return command_usage("-- is followed by a COMMAND");
		receiver->worker.argv = argv + optind;
	}
	status = queue_check(&receiver->name, &receiver->options);
	if (status != -1)
		return status;
	if (receiver->name.kind == NAME_NEW && !receiver->ready)
		return command_usage("sysv:new needs -R FILE, which gets the name of the new queue");
	if (!receiver->dead)
		return -1;
	if (!receiver->worker.argv)
		return command_usage("-D takes the messages whose COMMAND fails, but there is no COMMAND");
	status = command_name(&receiver->worker.dead_name, receiver->dead);
	if (status == -1 && receiver->worker.dead_name.kind == NAME_NEW)
		return command_usage("-D takes a queue with a name of its own");
	if (status == -1 && strcmp(receiver->worker.dead_name.text, receiver->name.text) == 0)
		return command_usage("-D takes another queue than QUEUE");
	return status;
}

static int
parse(struct receiver *receiver, int argc, char *argv[])
{
	bool forever = false, counted = false;
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":0D:NPR:acd:e:fhkm:n:p:rs:t:uvVx")) != -1) {
		switch (option) {
		case '0':
		case 'N':
		case 'r':
			status = command_form(option, &receiver->form);
			break;
		case 'D':
			receiver->dead = optarg;
			break;
		case 'P':
			receiver->prefix = true;
			break;
		case 'R':
			receiver->ready = optarg;
			break;
		case 'a':
			receiver->all = true;
			break;
		case 'e':
			receiver->mark = optarg;
			break;
		case 'f':
			forever = true;
			break;
		case 'k':
			receiver->options.peek = true;
			break;
		case 'n':
			status = command_number(option, optarg, 0, ULLONG_MAX, &receiver->limit);
			counted = true;
			break;
		case 'p':
			receiver->options.select = optarg;
			break;
		case 't':
			status = command_time(option, optarg, &receiver->timeout);
			break;
		case 'u':
			receiver->unlink = true;
			break;
		default:
			status = command_queue(&command, option, optarg, &receiver->options);
		}
	}
	if (status != -1)
		return status;
	if (forever && (receiver->all || receiver->options.peek))
		return command_usage("-f goes on for ever, which -a and -k do not");
	if ((forever || receiver->all) && !counted)
		receiver->limit = ULLONG_MAX;
	return parse_operands(receiver, argc, argv);
}

/* Sets the worker up, or the delivery. */
static int
set_up_output(struct receiver *receiver)
{
	struct worker *worker = &receiver->worker;

	worker->form = receiver->form == RECORD_LINE ? RECORD_RAW : receiver->form;
	worker->prefix = receiver->prefix;
	worker->copies = receiver->options.peek;
	worker->timeout = receiver->timeout;
	worker->patience = receiver->timeout >= 0 && receiver->timeout < PATIENCE ? receiver->timeout : PATIENCE;
	if (worker->argv)
		return worker_open(worker, receiver->queue, &receiver->options);
	receiver->wait.output = STDOUT_FILENO;
	receiver->delivery =
	    delivery_open(receiver->queue, STDOUT_FILENO, receiver->form, receiver->prefix, receiver->options.peek);
	return receiver->delivery ? -1 : failure(NULL, errno);
}

/* What can fail without the queue comes before it; -R first, so that who waits on a FIFO learns of what fails. */
static int
set_up(struct receiver *receiver)
{
	struct text line = {0};
	int status = -1, ready = -1;

	if (receiver->worker.argv)
		status = worker_find(&receiver->worker);
	else if ((fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY)
		status = failure("standard output is closed, or not open for writing", 0);
	if (status == -1 && receiver->ready && (ready = ready_open(receiver->ready)) == -1)
		status = failure(receiver->ready, errno);
	if (status == -1)
		status = queue_start(&receiver->queue, &receiver->name, &receiver->options);
	if (status == -1)
		status = set_up_output(receiver);
	if (status != -1 || !receiver->ready)
		return status;
	if (receiver->name.kind == NAME_NEW)
		text_format(&line, "%s", queue_name(receiver->queue));
	else
		text_format(&line, "%ld", (long)getpid());
	if (ready_say(ready, line.data) == -1)
		status = failure(receiver->ready, errno);
	text_free(&line);
	return status;
}

/* Standard output failed with an errno value: what is held goes back. Returns the exit status. */
static int
output_failed(struct receiver *receiver, int error)
{
	struct worker *worker = &receiver->worker;

	return delivery_fail(receiver->delivery, error, worker->patience, &worker->returned);
}

/* Writes what is held. Returns -1 to go on. */
static int
flush(struct receiver *receiver)
{
	if (!receiver->delivery || delivery_flush(receiver->delivery) == 0)
		return -1;
	return output_failed(receiver, errno);
}

/* -u: unlinks the queue. Returns -1, or the exit status if that fails; one that is gone already is as wanted. */
static int
unlink_queue(struct receiver *receiver)
{
	receiver->unlinked = true;
	if (queue_unlink(receiver->queue) == 0 || errno == ENOENT)
		return -1;
	return queue_report(receiver->queue, QUEUE_UNLINK, errno, "what was received is done");
}

/*
 * -a found the queue empty. With -u a message may still come before the queue is gone: then -1, as there is one more.
 */
static int
end_of_all(struct receiver *receiver, struct message *message)
{
	int status = -1;

	if (!receiver->unlink || receiver->worker.returned)
		return STATUS_OK;
	if (!receiver->unlinked)
		status = unlink_queue(receiver);
	if (status == -1 && queue_receive(receiver->queue, message, NULL) == -1)
		status = STATUS_OK;
	return status;
}

/* Gets the next message, and while there is none, writes what is held and waits. Returns -1 if there is one. */
static int
next(struct receiver *receiver, struct message *message)
{
	int (*take)(struct queue *, struct message *, const struct queue_wait *) =
	    receiver->options.peek ? queue_peek : queue_receive;
	int error, status;

	if (!interrupt_caught() && take(receiver->queue, message, NULL) == 0)
		return -1;
	error = interrupt_caught() ? EINTR : errno;
	status = flush(receiver);
	if (status != -1)
		return status;
	if (error == EAGAIN) {
		if (receiver->all)
			return end_of_all(receiver, message);
		deadline_set(&receiver->wait.deadline, receiver->timeout);
		if (take(receiver->queue, message, &receiver->wait) == 0)
			return -1;
		error = errno;
	}
	if (error == EINTR)
		return STATUS_FAILED; /* command_end makes it the signal's */
	if (error == EPIPE)
		return output_failed(receiver, error);
	return queue_report(receiver->queue, QUEUE_RECEIVE, error, NULL);
}

static bool
is_mark(const struct receiver *receiver, const struct message *message)
{
	size_t size = receiver->mark ? strlen(receiver->mark) : 0;

	return receiver->mark && message->size == size && memcmp(message->data, receiver->mark, size) == 0;
}

/* The mark is taken like any message, so it goes back as well if what came before it cannot be written. */
static int
end_at_mark(struct receiver *receiver, const struct message *message)
{
	struct message mark = {receiver->mark, message->size, message->priority};
	int status = flush(receiver);

	if (status == -1)
		return STATUS_OK;
	if (!receiver->options.peek)
		delivery_put_back(receiver->queue, NULL, &mark, 0);
	return status;
}

static int
receive(struct receiver *receiver)
{
	unsigned long long done;
	struct message message;
	int status;

	if (receiver->delivery && io_gone(STDOUT_FILENO))
		return output_failed(receiver, EPIPE);
	for (done = 0; done < receiver->limit; done++) {
		status = next(receiver, &message);
		if (status != -1)
			return status;
		if (is_mark(receiver, &message))
			return end_at_mark(receiver, &message);
		if (receiver->worker.argv)
			status = worker_run(&receiver->worker, &message);
		else if (delivery_add(receiver->delivery, &message) == -1)
			status = output_failed(receiver, errno);
		if (status != -1)
			return status;
	}
	status = flush(receiver);
	return status == -1 ? STATUS_OK : status;
}

/*
 * -u, but a queue that got messages back keeps them. A private queue whose handle nobody learned goes as well. Returns
 * the exit status.
 */
static int
clean_up(struct receiver *receiver, int status, bool was_ready)
{
	bool wanted = receiver->unlink || (receiver->name.kind == NAME_NEW && !was_ready);

	if (!receiver->queue || queue_failed(receiver->queue))
		return status;
	if (wanted && !receiver->unlinked && status != STATUS_REMOVED && !receiver->worker.returned) {
		int failed = unlink_queue(receiver);

		return failed == -1 ? status : failed;
	}
	return status;
}

int
main(int argc, char *argv[])
{
	struct receiver receiver = {
	    .options = {.receive = true, .mode = 0600},
	    .limit = 1,
	    .timeout = DEADLINE_NEVER,
	    .wait = {.output = -1},
	};
	int status = command_start(&command, argc, argv);
	bool was_ready;

	if (status == -1)
		status = parse(&receiver, argc, argv);
	if (status == -1)
		status = set_up(&receiver);
	was_ready = status == -1;
	if (was_ready)
		status = receive(&receiver);
	status = clean_up(&receiver, status, was_ready);
	if (status == STATUS_FAILED && receiver.worker.argv && !receiver.worker.ended)
		status = STATUS_RUNNER;
	delivery_close(receiver.delivery);
	worker_close(&receiver.worker);
	queue_close(receiver.queue);
	name_free(&receiver.name);
	return command_end(status);
}
