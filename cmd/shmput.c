/*
 * shmput: put standard input into a shared memory segment, or update the segment by a command.
 *
 * shmput reads the input, and knows its size, before it changes a byte of the segment; input that does not fit changes
 * nothing. Signals wait until the put is done. A POSIX segment or a file changes under a lock that other shmput and
 * shmget processes wait for; a System V segment has no lock. A COMMAND reads and prints while the lock is held.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "process/launch.h"
#include "segment/segment.h"

static const struct command command = {
    .name = "shmput",
    .usage = "[-cuvx] [-m MODE] [-o OFFSET] [-s SIZE] [-t TIME] SEGMENT [-- COMMAND [ARG...]]",
    .help = "Put standard input into a shared memory segment, or what COMMAND makes of the segment.\n"
            "  -c         create the segment if it is missing\n"
            "  -x         create the segment; fail if it exists\n"
            "  -m MODE    create the segment with this octal mode (0600)\n"
            "  -s SIZE    make the segment SIZE bytes long; zeros follow the input\n"
            "  -o OFFSET  overwrite the bytes from OFFSET on, and keep the rest\n"
            "  -t TIME    wait at most TIME for the lock; 0 never waits\n"
            "  -u         unlink the segment on the way out, unless the put failed\n"
            "  -v         trace IPC system calls\n"
            "COMMAND reads the segment and prints the new content; if it fails, nothing changes.\n"
            "SEGMENT: /table, posix:/table, file:PATH, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct putter {
	struct name name;
	struct segment segment;
	struct segment_options options;
	struct input *input;
	char *const *argv; /* COMMAND with its arguments, or NULL */
	char *path;        /* file of COMMAND */
};

/* Read SEGMENT [-- COMMAND [ARG...]]. */
static int
parse_operands(struct putter *putter, int argc, char *argv[])
{
	const char *name = argv[optind++];
	int status;

	if (optind < argc) {
		if (strcmp(argv[optind], "--") != 0)
			return command_surplus(argv[optind], "SEGMENT",
			    "there is one SEGMENT, after the options, and what goes into it is standard input");
		if (++optind == argc)
			return command_usage("-- is followed by a COMMAND");
		putter->argv = argv + optind;
		putter->options.command = true;
	}
	status = command_name(&putter->name, name);
	if (status == GO_ON && putter->argv && launch_find(putter->argv[0], &putter->path) == -1)
		return launch_report(putter->argv[0], errno);
	return status == STATUS_FAILED && putter->argv ? STATUS_RUNNER : status;
}

static int
parse(struct putter *putter, int argc, char *argv[])
{
	struct segment_options *options = &putter->options;
	const struct command_option table[] = {
	    {'c', .flag = &options->create},
	    {'m', .mode = &options->mode},
	    {'o', .offset = &options->offset, .flag = &options->part},
	    {'s', .offset = &options->size, .min = 1},
	    {'t', .time = &options->timeout},
	    {'u', .flag = &options->unlink},
	    {'x', .flag = &options->exclusive},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("SEGMENT is missing; usage: shmput %s", command.usage);
	return parse_operands(putter, argc, argv);
}

/* Check that the size of the input is known if a segment of fixed size is created. */
static int
check_size(const struct putter *putter)
{
	if (!segment_unsized(&putter->segment, putter->input))
		return GO_ON;
	return command_usage("%s: %s (give the size with -s)", putter->name.text,
	    putter->input->ordinary ? "the input is empty" : "the size of the input is not known");
}

/* Read all the input, or as much of it as shows its size, and put it into the segment. */
static int
put(struct putter *putter)
{
	struct segment *segment = &putter->segment;
	int status;

	if (input_open(putter->input, STDIN_FILENO) == -1)
		return segment_report(segment, errno);
	status = check_size(putter);
	if (status != GO_ON)
		return status;
	if (segment_stage(segment, putter->input) == -1 || segment_put(segment, putter->input) == -1)
		return segment_report(segment, errno);
	return STATUS_OK;
}

/* Put the output of COMMAND, which reads the segment. */
static int
update(struct putter *putter)
{
	int status = check_size(putter);

	return status == GO_ON ? segment_update(&putter->segment, putter->input, putter->path, putter->argv) : status;
}

/* Print the name of a private segment, which has no other name than its identifier. */
static int
tell(struct putter *putter)
{
	if (command_tell(putter->segment.text, "no segment was made") == GO_ON)
		return STATUS_OK;
	if (segment_unlink(&putter->segment) == -1)
		return segment_report(&putter->segment, errno);
	return putter->argv ? STATUS_RUNNER : STATUS_FAILED;
}

int
main(int argc, char *argv[])
{
	static struct input input;
	struct putter putter = {
	    .options = {.write = true, .mode = 0600, .timeout = DEADLINE_NEVER},
	    .input = &input,
	};
	int status;

	command_start(&command, argc, argv);
	status = parse(&putter, argc, argv);
	if (status == GO_ON)
		status = segment_start(&putter.segment, &putter.name, &putter.options);
	if (status == GO_ON) {
		status = putter.argv ? update(&putter) : put(&putter);
		if (status == STATUS_OK && putter.name.kind == NAME_NEW)
			status = tell(&putter);
	}
	status = segment_end(&putter.segment, status);
	input_close(&input);
	free(putter.path);
	name_free(&putter.name);
	return command_end(status);
}
