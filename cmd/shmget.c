/*
 * shmget: write a shared memory segment to standard output.
 *
 * The copy is made under the segment's read lock, so it never contains half a put. shmget copies pages even where the
 * kernel could pass them on, because a page that waits in a pipe changes with the next put; -z passes pages on.
 */
#include <errno.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "segment/segment.h"

static const struct command command = {
    .name = "shmget",
    .usage = "[-uvz] [-n LENGTH] [-o OFFSET] [-t TIME] SEGMENT",
    .help = "Write a shared memory segment to standard output.\n"
            "  -n LENGTH  write LENGTH bytes\n"
            "  -o OFFSET  write from OFFSET on\n"
            "  -t TIME    wait at most TIME for the lock; 0 never waits\n"
            "  -u         unlink the segment if it was written\n"
            "  -v         trace IPC system calls\n"
            "  -z         pass pages instead of copying them; a later put shows through\n"
            "SEGMENT: /table, posix:/table, file:PATH, sysv:0x4d2, sysv:@ID, sysv:./file; see ipc7(7)\n",
};

struct getter {
	struct name name;
	struct segment segment;
	struct segment_options options;
};

static int
parse(struct getter *getter, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'n', .offset = &getter->options.length},
	    {'o', .offset = &getter->options.offset},
	    {'t', .time = &getter->options.timeout},
	    {'u', .flag = &getter->options.unlink},
	    {'z', .flag = &getter->options.pass},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("SEGMENT is missing; usage: shmget %s", command.usage);
	if (optind + 1 < argc)
		return command_surplus(argv[optind + 1], "SEGMENT",
		    "there is one SEGMENT, after the options; what it holds goes to standard output");
	status = command_name(&getter->name, argv[optind]);
	if (status == GO_ON && getter->name.kind == NAME_NEW)
		return command_usage("sysv:new makes a new segment, and shmget creates nothing");
	return status;
}

int
main(int argc, char *argv[])
{
	struct getter getter = {.options = {.length = SEGMENT_ALL, .timeout = DEADLINE_NEVER}};
	int status;

	command_start(&command, argc, argv);
	status = parse(&getter, argc, argv);
	if (status == GO_ON)
		status = segment_start(&getter.segment, &getter.name, &getter.options);
	/* The lock stays, so that no put comes between this and the removal. */
	if (status == GO_ON)
		status = segment_get(&getter.segment, STDOUT_FILENO) == 0 ? STATUS_OK
		                                                          : segment_report(&getter.segment, errno);
	status = segment_end(&getter.segment, status);
	name_free(&getter.name);
	return command_end(status);
}
