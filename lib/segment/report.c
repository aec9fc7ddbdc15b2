/*
 * report.c: the error lines of segments: the failure, its reason, the remedy, and the effect on the segment or the
 * output.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "segment/internal.h"

static const char *
plural(off_t count)
{
	return count == 1 ? "" : "s";
}

/* Words that mean the same in every back end. */
static const struct explanation words[] = {
    {ENOENT, STEP(OPEN_READ), "no such segment (shmput -c creates one)", LIMIT_NONE},
    {ENOENT, STEP(OPEN_WRITE), "no such segment (create it with -c)", LIMIT_NONE},
    {EEXIST, ~0u, "the segment exists already (leave out -x to use it)", LIMIT_NONE},
    {EACCES, STEP(UNLINK), "no permission to remove the segment (only its owner or root may)", LIMIT_NONE},
    {EPERM, STEP(UNLINK), "no permission to remove the segment (only its owner or root may)", LIMIT_NONE},
    {EACCES, STEP(OPEN_READ), "no permission to read this segment (its owner or root can change its mode)", LIMIT_NONE},
    {EACCES, STEP(OPEN_WRITE) | STEP(PUT),
        "no permission to read and write this segment (its owner or root can change its mode)", LIMIT_NONE},
    {ENAMETOOLONG, ~0u, "the name is too long", LIMIT_NONE},
    {EBUSY, STEP(CREATE), "a dangling symbolic link", LIMIT_NONE},
    {EIDRM, ~0u, "the segment was removed while in use", LIMIT_NONE},
    {EPERM, STEP(OPEN_WRITE),
        "another user owns the segment and may have planted it, so -c does not use it (leave out -c to use it)",
        LIMIT_NONE},
    {ETIMEDOUT, STEP(OPEN_READ) | STEP(OPEN_WRITE),
        "another process has a lease on the file, not given up in time (-t)", LIMIT_NONE},
    {ETIMEDOUT, STEP(WATCH), "the segment did not change in time (-t)", LIMIT_NONE},
    {ETIMEDOUT, STEP(LOCK), "the segment stayed locked by another process, not free in time (-t)", LIMIT_NONE},
    {ENOSYS, STEP(STAGE), "the input cannot be held: this kernel has no memory files (memfd_create(2))", LIMIT_NONE},
    {EAGAIN, STEP(LOCK),
        "neither a timer nor a thread can be had (RLIMIT_SIGPENDING, RLIMIT_NPROC; raise one with ulimit -i or -u)",
        LIMIT_NONE},
    {EFBIG, ~0u, "RLIMIT_FSIZE (ulimit -f) or the file system does not let files become so large", LIMIT_NONE},
    {0},
};

/* Append why the input, or the part to get, does not fit. */
static void
explain_size(const struct segment *segment, struct text *text)
{
	const char *what = segment->asked.command ? "the output of COMMAND" : "the input";
	long long asked = segment->input, offset = segment->asked.offset, space = segment->space;

	if (segment->step == SEGMENT_STAGE)
		text_format(text, "the input has more than the %lld bytes that there is room for", space);
	else if (!segment->asked.write)
		text_format(text, "the segment has %lld byte%s, and not the part asked for (-o)",
		    (long long)segment->size, plural(segment->size));
	else if (offset)
		text_format(text, "%s has %lld byte%s, and from byte %lld on there is room for %lld", what, asked,
		    plural(asked), offset, space);
	else
		text_format(text, "%s has %lld byte%s, and there is room for %lld", what, asked, plural(asked), space);
}

static void
explain(const struct segment *segment, int error, struct text *text)
{
	enum segment_step step = segment->step;

	if (error == EINTR)
		text_format(text, "stopped by signal %d", interrupt_caught());
	else if (step == SEGMENT_INPUT)
		text_format(text, "standard input cannot be read: %s", explain_errno(error));
	else if (step == SEGMENT_OUTPUT && error == ESTALE)
		text_format(text, "the segment became smaller while it was read");
	else if (step == SEGMENT_OUTPUT)
		text_format(text, "standard output: %s", explain_errno(error));
	else if (segment->backend->explain(segment, error, text) || explanation_add(text, words, (int)step, error, 0))
		return;
	else if (error == EMSGSIZE || (error == ERANGE && step == SEGMENT_GET))
		explain_size(segment, text);
	else
		text_format(
		    text, "%s%s", step == SEGMENT_STAGE ? "the input cannot be held: " : "", explain_errno(error));
}

/* Append the effect that a failure has left behind. */
static void
explain_effect(const struct segment *segment, int error, struct text *text)
{
	if (segment->asked.write && segment->changed && error == EIDRM)
		text_format(text, "; those who have it open have the input");
	else if (segment->asked.write && segment->changed)
		text_format(text, "; the segment has changed, and has at least the first %lld bytes of the input",
		    (long long)segment->moved);
	else if (segment->asked.write)
		text_format(text, "; nothing was changed");
	else if (segment->moved == 0)
		text_format(text, "; nothing was written");
	else
		text_format(text, "; %lld bytes were written", (long long)segment->moved);
}

int
segment_report(const struct segment *segment, int error)
{
	const unsigned int outside = STEP(OPEN_READ) | STEP(OPEN_WRITE) | STEP(KEY) | STEP(UNLINK);
	int failed = segment->asked.command ? STATUS_RUNNER : STATUS_FAILED;
	struct text text = {0};

	/* A signal is a normal end unless bytes are lost: those of a segment that shmget -u has not written. */
	if (error == EINTR && !segment->changed &&
	    (segment->asked.write || !segment->asked.unlink || segment->step == SEGMENT_LOCK ||
	        segment->step == SEGMENT_WATCH))
		return failed;

	explain(segment, error, &text);
	if (!(outside & 1u << segment->step))
		explain_effect(segment, error, &text);
	error_text(segment->text, &text);
	if (segment->step == SEGMENT_OUTPUT)
		return failed;
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : failed;
}
