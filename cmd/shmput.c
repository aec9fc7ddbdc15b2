/*
 * shmput: put standard input into a shared memory segment.
 *
 * The input is there, and its size is known, before a byte of the segment changes; what does not fit changes nothing.
 * Signals wait until it has changed. A POSIX segment, or a file, changes under a lock that other shmput and shmget wait
 * for; a System V segment has none.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/name.h"
#include "base/text.h"
#include "segment/segment.h"

static const struct command command = {
    .name = "shmput",
    .usage = "[-cuvx] [-m MODE] [-o OFFSET] [-s SIZE] [-t TIME] SEGMENT",
    .help = "Put standard input into a shared memory segment, which then holds exactly that.\n"
            "  -c         create the segment if it is missing\n"
            "  -x         create it; fail if it exists\n"
            "  -m MODE    its octal mode (0600)\n"
            "  -s SIZE    its size in bytes (that of the input, where it is known; zeros fill the rest)\n"
            "  -o OFFSET  overwrite from there on, and leave the rest and the size as they are\n"
            "  -t TIME    wait at most so long for the lock; 0 never waits\n"
            "  -u         unlink the segment on the way out, if it was put\n"
            "  -v         print each IPC system call\n"
            "SEGMENT: /table, posix:/table, file:PATH, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct putter {
	struct name name;
	struct segment *segment;
	struct segment_options options;
	struct segment_part part;
	struct source source;
	long long timeout;
	bool unlink;
};

static int
parse(struct putter *putter, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":chm:o:s:t:uvVx")) != -1) {
		switch (option) {
		case 'c':
			putter->options.create = true;
			break;
		case 'm':
			status = command_mode(option, optarg, &putter->options.mode);
			break;
		case 'o':
			putter->part.whole = false;
			status = command_offset(option, optarg, &putter->part.offset);
			break;
		case 's':
			status = command_size(option, optarg, &putter->options.size);
			break;
		case 't':
			status = command_time(option, optarg, &putter->timeout);
			break;
		case 'u':
			putter->unlink = true;
			break;
		case 'x':
			putter->options.exclusive = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("SEGMENT is missing; usage: shmput %s", command.usage);
	if (optind + 1 < argc)
		return command_usage(
		    "there is one SEGMENT, after the options, and what goes into it is standard input");
	status = command_name(&putter->name, argv[optind]);
	return status == -1 ? segment_check(&putter->name, &putter->options) : status;
}

/* Ends with one line for errno value error, met while putting asked bytes, and what has become of the segment. */
static int
stop(const struct putter *putter, int error, size_t asked)
{
	struct text state = {0};
	size_t bytes;
	int status;

	if (segment_changed(putter->segment, &bytes) && error == EIDRM)
		text_format(&state, "those who have it open have the input");
	else if (segment_changed(putter->segment, &bytes))
		text_format(
		    &state, "the segment has changed, and has at least the first %zu bytes of the input", bytes);
	else
		text_format(&state, "nothing was changed");
	status = segment_report(putter->segment, SEGMENT_PUT, error, asked, state.data);
	text_free(&state);
	return status;
}

/* Ends because the input could not be read to its end. */
static int
stop_reading(const struct putter *putter, size_t room, bool bounded)
{
	const char *name = segment_name(putter->segment);
	int error = errno;

	if (error == EINTR || error == ENOSPC || error == EFBIG)
		return stop(putter, error, 0);
	if (error == EMSGSIZE && !bounded)
		return stop(putter, ENOSPC, 0);
	if (error == EMSGSIZE)
		error_line(
		    name, "the input has more than the %zu bytes that there is room for; nothing was changed", room);
	else if (putter->source.staged)
		error_line(name, "the input cannot be held: %s; nothing was changed", strerror(error));
	else
		error_line(name, "standard input cannot be read: %s; nothing was changed", strerror(error));
	return STATUS_FAILED;
}

/* Reads all the input, or as much as tells its size. Returns -1 to go on. */
static int
read_input(struct putter *putter)
{
	int scratch;
	off_t offset;
	bool bounded;
	size_t room = segment_room(putter->segment, &putter->part, &bounded);

	if (source_open(&putter->source, STDIN_FILENO) == -1)
		return stop_reading(putter, room, bounded);
	if (segment_missing(putter->segment) && segment_fixed(putter->segment) && !putter->options.size &&
	    (!putter->source.sized || putter->source.size == 0))
		return command_usage("%s: %s, so -s must say the size of the segment, which keeps it",
		    segment_name(putter->segment),
		    putter->source.sized ? "the input is empty" : "the size of the input is not known");
	if (putter->source.known && !segment_same(putter->segment, STDIN_FILENO))
		return -1;
	if (segment_scratch(putter->segment, &putter->part, &scratch, &offset) == -1 ||
	    source_stage(&putter->source, room, scratch, offset) == -1)
		return stop_reading(putter, room, bounded);
	return -1;
}

/* Puts the input into the segment. Returns the exit status. */
static int
put(struct putter *putter)
{
	struct deadline deadline;
	struct text line = {0};
	int status = STATUS_OK;

	deadline_set(&deadline, putter->timeout);
	if (segment_put(putter->segment, &putter->source, &putter->part, &deadline) == -1)
		return stop(putter, errno, putter->source.size);
	if (putter->name.kind != NAME_NEW)
		return STATUS_OK;
	/* The handle of a new private segment is printed, since it has no other name. */
	text_format(&line, "%s\n", segment_name(putter->segment));
	if (io_write(STDOUT_FILENO, line.data, line.size, NULL) == -1) {
		error_line(NULL, "standard output: %s; no segment was made", strerror(errno));
		segment_unlink(putter->segment);
		status = STATUS_FAILED;
	}
	text_free(&line);
	return status;
}

int
main(int argc, char *argv[])
{
	struct putter putter = {
	    .options = {.write = true, .mode = 0600},
	    .part = {.whole = true},
	    .timeout = DEADLINE_NEVER,
	};
	int status = command_start(&command, argc, argv);

	if (status == -1)
		status = parse(&putter, argc, argv);
	if (status == -1)
		status = segment_start(&putter.segment, &putter.name, &putter.options);
	if (status == -1) {
		status = read_input(&putter);
		if (status == -1)
			status = put(&putter);
		/* What could not be put takes nothing with it, unless a signal asks for the end. */
		if (putter.unlink && (status == STATUS_OK || interrupt_caught()) && !segment_missing(putter.segment) &&
		    segment_unlink(putter.segment) == -1 && errno != ENOENT && status == STATUS_OK)
			status = segment_report(putter.segment, SEGMENT_UNLINK, errno, 0, NULL);
	}
	source_close(&putter.source);
	segment_close(putter.segment);
	name_free(&putter.name);
	return command_end(status);
}
