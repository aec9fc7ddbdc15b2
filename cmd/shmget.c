/*
 * shmget: write a shared memory segment to standard output.
 *
 * Holds the segment's read lock while it copies, so that it never sees half a put. It copies even where the kernel could
 * pass pages on, since a page that waits in a pipe changes with the next put; -z passes them.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/name.h"
#include "base/text.h"
#include "segment/segment.h"

static const struct command command = {
    .name = "shmget",
    .usage = "[-uvz] [-n LENGTH] [-o OFFSET] [-t TIME] SEGMENT",
    .help = "Write a shared memory segment to standard output.\n"
            "  -n LENGTH  that many bytes (all that follow)\n"
            "  -o OFFSET  from there on (0)\n"
            "  -t TIME    wait at most so long for the lock; 0 never waits\n"
            "  -u         unlink the segment on the way out, if it was written\n"
            "  -v         print each IPC system call\n"
            "  -z         pass its pages instead of copying them: a later put may show through\n"
            "SEGMENT: /table, posix:/table, file:PATH, sysv:0x4d2, sysv:@ID, sysv:./file; see ipc7(7)\n",
};

struct getter {
	struct name name;
	struct segment *segment;
	struct segment_options options;
	struct segment_part part;
	long long timeout;
	bool unlink, pass;
};

static int
parse(struct getter *getter, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":hn:o:t:uvVz")) != -1) {
		switch (option) {
		case 'n':
			status = command_offset(option, optarg, &getter->part.length);
			break;
		case 'o':
			status = command_offset(option, optarg, &getter->part.offset);
			break;
		case 't':
			status = command_time(option, optarg, &getter->timeout);
			break;
		case 'u':
			getter->unlink = true;
			break;
		case 'z':
			getter->pass = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("SEGMENT is missing; usage: shmget %s", command.usage);
	if (optind + 1 < argc)
		return command_usage("there is one SEGMENT, after the options; what it holds goes to standard output");
	status = command_name(&getter->name, argv[optind]);
	if (status == -1 && getter->name.kind == NAME_NEW)
		return command_usage("sysv:new makes a new segment, and shmget creates nothing");
	return status == -1 ? segment_check(&getter->name, &getter->options) : status;
}

/* Ends with one line for errno value error, and how much was written. */
static int
stop(const struct getter *getter, int error, size_t written)
{
	struct text extra = {0};
	int status = STATUS_FAILED;

	if (written == 0)
		text_format(&extra, "nothing was written");
	else
		text_format(&extra, "%zu bytes were written", written);
	if (segment_writing(getter->segment) && error != ESTALE && error != EINTR)
		error_line(segment_name(getter->segment), "standard output: %s; %s", strerror(error), extra.data);
	else
		status = segment_report(getter->segment, SEGMENT_GET, error, 0, extra.data);
	text_free(&extra);
	return status;
}

/* Writes the segment. The lock is kept, so that no put comes between that and its removal. */
static int
get(struct getter *getter)
{
	struct deadline deadline;
	size_t written;

	deadline_set(&deadline, getter->timeout);
	if (segment_get(getter->segment, STDOUT_FILENO, &getter->part, getter->pass, &deadline, &written) == -1)
		return stop(getter, errno, written);
	return STATUS_OK;
}

int
main(int argc, char *argv[])
{
	struct getter getter = {.part = {.length = SEGMENT_ALL}, .timeout = DEADLINE_NEVER};
	int status = command_start(&command, argc, argv);

	if (status == -1)
		status = parse(&getter, argc, argv);
	if (status == -1)
		status = segment_start(&getter.segment, &getter.name, &getter.options);
	if (status == -1) {
		status = get(&getter);
		/* What could not be written stays, unless a signal asks for the end. */
		if (getter.unlink && (status == STATUS_OK || interrupt_caught()) &&
		    segment_unlink(getter.segment) == -1 && errno != ENOENT)
			status = segment_report(getter.segment, SEGMENT_UNLINK, errno, 0, NULL);
	}
	segment_close(getter.segment);
	name_free(&getter.name);
	return command_end(status);
}
