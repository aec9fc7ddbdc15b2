/*
 * report.c: the error line and the exit status for an errno value that a queue met. Status 3, the queue was removed,
 * and status 124, time ran out, are decided here. The back end's own words come before those that both share.
 */
#include <errno.h>
#include <string.h>

#include "base/command.h"
#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "queue/internal.h"

#define ANY     (~0U)
#define SEND    (1U << QUEUE_SEND)
#define RECEIVE (1U << QUEUE_RECEIVE)
#define UNLINK  (1U << QUEUE_UNLINK)

static const struct explanation common[] = {
    {ENOENT, ANY, "no such queue (create it with -c)", LIMIT_NONE},
    {ENOSYS, 1U << QUEUE_OPEN | 1U << QUEUE_IDENTIFIER,
        "this kernel has no System V message queues (CONFIG_SYSVIPC; use a POSIX name)", LIMIT_NONE},
    {EEXIST, ANY, "the queue exists already (leave out -x to use it)", LIMIT_NONE},
    {EACCES, UNLINK, "no permission to remove the queue (only its owner or root may)", LIMIT_NONE},
    {EPERM, UNLINK, "no permission to remove the queue (only its owner or root may)", LIMIT_NONE},
    {EACCES, SEND, "no permission to send to this queue (its owner or root can change its mode)", LIMIT_NONE},
    {EACCES, RECEIVE, "no permission to receive from this queue (its owner or root can change its mode)", LIMIT_NONE},
    {ENOSPC, RECEIVE,
        "/dev/shm has no space for a message in hand (make it larger with mount -o remount,size=... /dev/shm)",
        LIMIT_NONE},
    {EFBIG, RECEIVE, "RLIMIT_FSIZE forbids a file for a message in hand (raise it with ulimit -f)", LIMIT_NONE},
    {EIDRM, ANY, "the queue was removed while in use", LIMIT_NONE},
    {EAGAIN, ANY,
        "neither a timer nor a thread can be had (RLIMIT_SIGPENDING, RLIMIT_NPROC; raise one with ulimit -i or -u)",
        LIMIT_NONE},
    {ETIMEDOUT, SEND, "the queue stayed full, no room in time (-t)", LIMIT_NONE},
    {ETIMEDOUT, RECEIVE, "no message in time (-t)", LIMIT_NONE},
    {0},
};

/* Append the words for an errno value. */
static void
explain(const struct queue *queue, enum queue_step step, int error, struct text *text)
{
	enum queue_step purpose = queue->asked.receive ? QUEUE_RECEIVE : QUEUE_SEND;

	if (queue->backend->explain(queue, step, error, text) || explanation_add(text, common, (int)step, error, 0) ||
	    explanation_add(text, common, (int)purpose, error, 0))
		return;
	if (error == EINTR)
		text_format(text, "stopped by signal %d", interrupt_caught());
	else
		text_format(text, "%s", explain_errno(error));
}

int
queue_report(const struct queue *queue, enum queue_step step, int error, const char *extra)
{
	struct text text = {0};

	if (error)
		explain(queue, step == QUEUE_OPEN ? queue->step : step, error, &text);
	if (error == ENOENT)
		command_order(&text, "QUEUE");
	if (extra)
		text_format(&text, "%s%s", error ? "; " : "", extra);
	error_text(queue->text, &text);
	if (error == EIDRM)
		return STATUS_REMOVED;
	return error == ETIMEDOUT ? STATUS_TIMEOUT : STATUS_FAILED;
}
