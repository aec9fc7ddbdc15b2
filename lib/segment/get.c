/*
 * get.c: writing a segment once, under its read lock.
 */
#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/io.h"
#include "segment/internal.h"

int
segment_part(const struct segment *segment, off_t *size)
{
	off_t offset = segment->asked.offset, length = segment->asked.length;

	if (offset > segment->size || (length != SEGMENT_ALL && length > segment->size - offset))
		return error_set(ERANGE);
	*size = length == SEGMENT_ALL ? segment->size - offset : length;
	return 0;
}

size_t
segment_head(enum record_form form, off_t size, char head[SEGMENT_HEAD])
{
	return form == RECORD_NETSTRING ? (size_t)snprintf(head, SEGMENT_HEAD, "%lld:", (long long)size) : 0;
}

/* Write the part as a record. */
static int
write_part(struct outflow *flow, enum record_form form)
{
	char head[SEGMENT_HEAD];
	size_t size = segment_head(form, flow->size, head);

	if (size > 0 && io_write(flow->output, head, size, NULL) == -1)
		return -1;
	if (pages_write(flow) == -1)
		return -1;
	return form == RECORD_LINE ? 0 : io_write(flow->output, form == RECORD_NETSTRING ? "," : "", 1, NULL);
}

int
segment_get(struct segment *segment, int output, enum record_form form)
{
	struct outflow flow = {
	    .fd = segment->mapped.fd,
	    .data = segment->sysv.address,
	    .offset = segment->asked.offset,
	    .output = output,
	    .pass = segment->asked.pass,
	};
	struct deadline deadline;
	int result;

	deadline_set(&deadline, segment->asked.timeout);
	segment->step = SEGMENT_LOCK;
	if (segment->backend->lock && segment->backend->lock(segment, &deadline) == -1)
		return -1;
	segment->step = SEGMENT_GET;
	if (segment_part(segment, &flow.size) == -1)
		return -1;
	result = write_part(&flow, form);
	segment->moved = flow.written;
	segment->step = flow.unreadable ? SEGMENT_GET : SEGMENT_OUTPUT;
	return result;
}
