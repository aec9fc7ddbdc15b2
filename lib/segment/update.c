/*
 * update.c: an update of a segment by a COMMAND, which reads the segment and prints its new bytes. The lock is held
 * from before COMMAND starts until its output is put, so updates come one after the other. COMMAND writes to a file
 * without a name: nothing changes until it has succeeded.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "process/child.h"
#include "segment/internal.h"

/* Open the input of COMMAND: the segment, or a copy of it, from the offset on. Returns 0 or -1. */
static int
open_source(struct segment *segment)
{
	off_t offset = segment->asked.offset < segment->size ? segment->asked.offset : segment->size;
	struct outflow flow = {
	    .fd = segment->mapped.fd,
	    .data = segment->sysv.address,
	    .size = segment->size,
	};

	segment->step = SEGMENT_STAGE;
	segment->source = segment->backend->fixed ? -1 : mapped_reopen(segment);
	if (segment->source == -1) {
		segment->source = flow.output = memory_file();
		if (flow.output == -1 || pages_write(&flow) == -1)
			return -1;
	}
	return lseek(segment->source, offset, SEEK_SET) == -1 ? -1 : 0;
}

/* Open the files from which COMMAND reads and to which it writes. */
static int
open_files(struct segment *segment, struct input *output)
{
	const struct name *name = segment->name;

	if (open_source(segment) == -1)
		return -1;
	segment->mapped.beside = name->kind == NAME_FILE;
	output->fd = memory_file_beside(segment->mapped.beside ? name->path : NULL);
	output->staged = output->fd != -1;
	return output->staged ? 0 : -1;
}

/* Run COMMAND. Returns its exit status, or an exit status after a line. */
static int
run(const struct segment *segment, const struct input *output, const char *path, char *const argv[])
{
	const struct launch launch = {
	    .path = path,
	    .argv = argv,
	    .input = segment->source,
	    .output = output->fd,
	    .group = LAUNCH_SAME,
	};
	int end;

	if (child_run(&launch, &end) == -1)
		return launch_report(argv[0], errno);
	return child_outcome(end);
}

/* Put the output of COMMAND. Returns 0 or -1. */
static int
put(struct segment *segment, struct input *output)
{
	int fd = output->fd, result;

	segment->step = SEGMENT_STAGE;
	result = lseek(fd, 0, SEEK_SET) == -1 ? -1 : input_open(output, fd);
	output->staged = true;
	return result == -1 ? -1 : segment_put(segment, output);
}

int
segment_update(struct segment *segment, struct input *output, const char *path, char *const argv[])
{
	int status;

	if (segment_claim(segment) == -1 || open_files(segment, output) == -1) {
		status = segment_report(segment, errno);
	} else if (interrupt_caught()) {
		status = segment_report(segment, EINTR);
	} else {
		status = run(segment, output, path, argv);
		if (status == STATUS_OK && put(segment, output) == -1)
			status = segment_report(segment, errno);
	}
	/* The lock is still held. */
	segment_discard(segment);
	return status;
}
