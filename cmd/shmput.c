/*
 * shmput: put standard input into a shared memory segment.
 *
 * shmput reads the input, and knows its size, before it changes a byte of the segment; input that does not fit changes
 * nothing. Signals wait until the put is done. A POSIX segment or a file changes under a lock that other shmput and
 * shmget processes wait for; a System V segment has no lock.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "segment/segment.h"

static const struct command command = {
    .name = "shmput",
    .usage = "[-cuvx] [-m MODE] [-o OFFSET] [-s SIZE] [-t TIME] SEGMENT",
    .help = "Put standard input into a shared memory segment.\n"
            "  -c         create the segment if it is missing\n"
            "  -x         create the segment; fail if it exists\n"
            "  -m MODE    create the segment with this octal mode (0600)\n"
            "  -s SIZE    make the segment SIZE bytes long; zeros follow the input\n"
            "  -o OFFSET  overwrite the bytes from OFFSET on, and keep the rest\n"
            "  -t TIME    wait at most TIME for the lock; 0 never waits\n"
            "  -u         unlink the segment on the way out, unless the put failed\n"
            "  -v         trace IPC system calls\n"
            "SEGMENT: /table, posix:/table, file:PATH, sysv:0x4d2, sysv:@ID, sysv:./file, sysv:new; see ipc7(7)\n",
};

struct putter {
	struct name name;
	struct segment segment;
	struct segment_options options;
	struct input *input;
};

static int
parse(struct putter *putter, int argc, char *argv[])
{
	struct segment_options *options = &putter->options;
	const struct command_option table[] = {
	    {'c', .flag = &options->create},
	    {'m', .mode = &options->mode},
	    {'o', .offset = &options->offset, .flag = &options->part},
	    {'s', .size = &options->size},
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
	if (optind + 1 < argc)
		return command_surplus(argv[optind + 1], "SEGMENT",
		    "there is one SEGMENT, after the options, and what goes into it is standard input");
	return command_name(&putter->name, argv[optind]);
}

/* Read all the input, or as much of it as shows its size. */
static int
read_input(struct putter *putter)
{
	if (input_open(putter->input, STDIN_FILENO) == -1)
		return segment_report(&putter->segment, errno);
	if (segment_unsized(&putter->segment, putter->input))
		return command_usage("%s: %s (give the size with -s)", putter->name.text,
		    putter->input->ordinary ? "the input is empty" : "the size of the input is not known");
	if (segment_stage(&putter->segment, putter->input) == -1)
		return segment_report(&putter->segment, errno);
	return GO_ON;
}

/* Put the input into the segment. Returns the exit status. */
static int
put(struct putter *putter)
{
	if (segment_put(&putter->segment, putter->input) == -1)
		return segment_report(&putter->segment, errno);
	/* A private segment has no other name than its identifier. */
	if (putter->name.kind != NAME_NEW || command_tell(putter->segment.text, "no segment was made") == GO_ON)
		return STATUS_OK;
	return segment_unlink(&putter->segment) == -1 ? segment_report(&putter->segment, errno) : STATUS_FAILED;
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
	if (status == GO_ON)
		status = read_input(&putter);
	if (status == GO_ON)
		status = put(&putter);
	status = segment_end(&putter.segment, status);
	input_close(&input);
	name_free(&putter.name);
	return command_end(status);
}
