/*
 * shmget: write a shared memory segment to standard output, once or whenever it changes.
 *
 * The copy is made under the segment's read lock, so it never contains half a put. shmget copies pages even where the
 * kernel could pass them on, because a page that waits in a pipe changes with the next put; -z passes pages on.
 * With -f it writes from a copy without the lock, so a reader that is slow delays no put.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/number.h"
#include "segment/segment.h"

static const struct command command = {
    .name = "shmget",
    .usage = "[-fuvz] [-0|-N] [-n COUNT] [-o OFFSET[,LENGTH]] [-t TIME] SEGMENT",
    .help = "Write a shared memory segment to standard output.\n"
            "  -f         write it now and whenever it has changed, until stopped (with -0 or -N)\n"
            "  -n COUNT   with -f: stop after COUNT records\n"
            "  -0         write a record that ends with NUL\n"
            "  -N         write a netstring (5:hello,)\n"
            "  -o OFFSET[,LENGTH]  write from OFFSET on, LENGTH bytes\n"
            "  -t TIME    wait at most TIME for the lock, and with -f for a change; 0 never waits\n"
            "  -u         unlink the segment if it was written\n"
            "  -v         trace IPC system calls\n"
            "  -z         pass pages instead of copying them; a later put shows through\n"
            "SEGMENT: /table, posix:/table, file:PATH, sysv:0x4d2, sysv:@ID, sysv:./file; see ipc7(7)\n",
};

struct getter {
	struct name name;
	struct segment segment;
	struct segment_options options;
	enum record_form form;
	bool follow, counted;
	unsigned long long count; /* records with -f */
};

/* Read the argument of -o: OFFSET, or OFFSET,LENGTH. */
static int
read_part(void *to, int letter, const char *text)
{
	struct segment_options *options = to;
	size_t digits = strcspn(text, ",");
	char offset[32];

	snprintf(offset, sizeof(offset), "%.*s", (int)digits, text);
	if (digits < sizeof(offset) && number_offset(offset, 0, &options->offset) == 0 &&
	    (!text[digits] || number_offset(text + digits + 1, 0, &options->length) == 0))
		return GO_ON;
	return command_refuse(letter, text, "not a number of bytes (with optional K, M or G)");
}

/* Check the options against each other. */
static int
check(const struct getter *getter)
{
	if (getter->counted && !getter->follow)
		return command_usage("-n needs -f (-o OFFSET,LENGTH writes a part)");
	if (getter->follow && getter->form == RECORD_LINE)
		return command_usage("-f needs -0 or -N, which tell where a record ends");
	if (getter->follow && getter->options.pass)
		return command_usage("-z cannot be used with -f, which writes copies");
	return GO_ON;
}

static int
parse(struct getter *getter, int argc, char *argv[])
{
	const struct command_option table[] = {
	    {'0', .form = &getter->form},
	    {'N', .form = &getter->form},
	    {'f', .flag = &getter->follow},
	    {'n', .flag = &getter->counted, .number = &getter->count, .max = ULLONG_MAX},
	    {'o', .read = read_part, .to = &getter->options},
	    {'t', .time = &getter->options.timeout},
	    {'u', .flag = &getter->options.unlink},
	    {'z', .flag = &getter->options.pass},
	    {0},
	};
	int status = command_options(&command, table, argc, argv);

	if (status == GO_ON)
		status = check(getter);
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

/* Write the segment. Returns the exit status. */
static int
get(struct getter *getter)
{
	struct segment *segment = &getter->segment;
	int result;

	if (getter->follow)
		result = segment_follow(segment, STDOUT_FILENO, getter->form, getter->count);
	else
		result = segment_get(segment, STDOUT_FILENO, getter->form);
	if (result == 0)
		return STATUS_OK;
	if (errno != EPIPE || segment->step != SEGMENT_OUTPUT)
		return segment_report(segment, errno);
	/* A reader that has had enough loses nothing, as the segment stays. */
	segment->asked.unlink = false;
	return STATUS_OK;
}

int
main(int argc, char *argv[])
{
	struct getter getter = {
	    .options = {.length = SEGMENT_ALL, .timeout = DEADLINE_NEVER},
	    .count = ULLONG_MAX,
	};
	int status;

	command_start(&command, argc, argv);
	status = parse(&getter, argc, argv);
	if (status == GO_ON)
		status = segment_start(&getter.segment, &getter.name, &getter.options);
	/* The lock stays, so that no put comes between this and the removal. */
	if (status == GO_ON)
		status = get(&getter);
	status = segment_end(&getter.segment, status);
	name_free(&getter.name);
	return command_end(status);
}
