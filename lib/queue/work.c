/*
 * work.c: a COMMAND that runs on the messages of a queue. The messages stay in hand until COMMAND has succeeded, or
 * until they are dead letters. After any other end they are put back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "process/child.h"
#include "process/launch.h"
#include "queue/internal.h"

/* The longest pause between two attempts, in nanoseconds, unless the first one is longer. */
#define LONGEST_PAUSE 60000000000LL

int
work_find(struct work *work)
{
	if (launch_find(work->argv[0], &work->path) == 0)
		return GO_ON;
	return launch_report(work->argv[0], errno);
}

int
work_open(struct work *work, const struct queue_options *options)
{
	work->rope = -1;
	if (attempt_environment(work) == -1) {
		error_line(NULL, "%s", explain_errno(errno));
		return STATUS_FAILED;
	}
	return dead_letters_open(work, options);
}

void
work_recover(struct queue *queue)
{
	(void)hand_recover(queue, false);
}

int
work_ready(struct work *work)
{
	if (work->queue->asked.peek)
		return GO_ON;
	if (!work->hand.head) {
		work->strays = hand_recover(work->queue, false);
		if (hand_open(&work->hand, work->queue) == -1) {
			error_line(work->queue->text, "no memory for a message: %s", explain_errno(errno));
			return STATUS_FAILED;
		}
	}
	if (guard_start(work) == 0)
		return GO_ON;
	error_line(work->queue->text, "no guard can be started: %s", explain_errno(errno));
	return STATUS_FAILED;
}

void
work_drop(struct work *work)
{
	if (work->hand.head)
		hand_clear(&work->hand);
}

/* Put the messages in hand back. If the queue is full, leave them to the guard. */
static struct put_back
put_back(struct work *work)
{
	struct hand *hand = &work->hand;
	size_t count = hand_count(hand), i;
	struct put_back result = {0};
	int error = hand_send_back(hand, work->queue, false) == 0 ? 0 : errno;

	result.back = count - hand_count(hand);
	work->queue->returned = true;
	if (error && !put_back_refused(error)) {
		result.waiting = count - result.back;
		result.error = error;
		/* Without a guard, the next receiver finds the file. */
		if (guard_start(work) == 0) {
			result.process = work->guard;
			guard_leave(work);
		}
		return result;
	}
	if (error) {
		hand_list(hand, work->list);
		result.printed = hand_count(hand);
		for (i = 0; i < result.printed; i++)
			put_back_print(work->queue, &work->list[i], error);
	}
	hand_clear(hand);
	return result;
}

/* Put the messages in hand back, and append where they are. Returns false if some are not in the queue now. */
static bool
give_up(struct work *work, struct text *words)
{
	struct put_back result;

	if (!work->hand.head || hand_count(&work->hand) == 0)
		return true;
	result = put_back(work);
	text_format(words, "; ");
	put_back_words(&result, true, words);
	return result.waiting + result.printed == 0;
}

/* Send the messages to the dead letters. Returns GO_ON, or an exit status. */
static int
bury(struct work *work, const struct message *messages, size_t count)
{
	struct text extra = {0};
	size_t done;
	int status, error;

	if (dead_letters_send(work, messages, count, &done) == 0) {
		work_drop(work);
		return GO_ON;
	}
	error = errno;
	work->hand.head->first += done;
	text_format(&extra, "a COMMAND failed");
	(void)give_up(work, &extra);
	status = error == EINTR ? STATUS_FAILED : dead_letters_report(work, error, extra.data);
	if (error == EINTR)
		error_text(work->queue->text, &extra);
	text_free(&extra);
	return status;
}

/* Return true if COMMAND is to be tried again, after a pause. */
static bool
again(struct work *work, unsigned long long number, int status)
{
	long long longest = work->pause > LONGEST_PAUSE ? work->pause : LONGEST_PAUSE, pause = work->pause;
	struct deadline deadline;
	unsigned long long i;

	if (number == work->attempts || status == STATUS_NOEXEC || status == STATUS_NOCOMMAND || interrupt_caught())
		return false;
	for (i = 1; i < number && pause > 0 && pause < longest; i++)
		pause *= 2;
	deadline_set(&deadline, pause < longest ? pause : longest);
	return deadline_wait(NULL, 0, &deadline, -1) == -1 && errno == ETIMEDOUT;
}

/* Send the messages of a failed COMMAND to the dead letters, or back. Returns GO_ON, or an exit status after a line. */
static int
failed(struct work *work, const struct message *messages, size_t count, unsigned long long number, int status)
{
	bool stays = work->queue->asked.peek;
	bool last = number == work->attempts || status == STATUS_NOEXEC || status == STATUS_NOCOMMAND;
	struct text words = {0};

	/* After SIGTERM a failure counts as usual. */
	if (work->dead.name.text && !stays && (!interrupt_caught() || (work->finishes && last)))
		return bury(work, messages, count);
	work->ended = true;
	/* The failure is the reason for the end, not the signal that let COMMAND finish. */
	if (work->finishes)
		interrupt_forget();
	text_format(&words, "%s ended with status %d", work->argv[0], status);
	(void)give_up(work, &words);
	error_text(work->queue->text, &words);
	return status;
}

/* List the messages in hand, or the one that was copied. Returns 0 or an errno value. */
static int
list(struct work *work, const struct message *message)
{
	size_t need = work->hand.head ? hand_count(&work->hand) : 1;

	if (need > work->most) {
		struct message *more = realloc(work->list, need * sizeof(*more));

		if (!more)
			return ENOMEM;
		work->list = more;
		work->most = need;
	}
	if (work->hand.head)
		hand_list(&work->hand, work->list);
	else
		work->list[0] = *message;
	return interrupt_caught() ? EINTR : 0;
}

int
work_run(struct work *work, const struct message *message, size_t count)
{
	int end, status, error = list(work, message);
	struct text words = {0};
	unsigned long long number;

	for (number = 1; error == 0; number++) {
		error = attempt_run(work, work->list, count, number, &end);
		status = error ? 0 : child_status(end);
		if (error == 0 && status == STATUS_OK) {
			work_drop(work);
			return GO_ON;
		}
		if (error == 0 && !again(work, number, status))
			return failed(work, work->list, count, number, status);
	}
	if (error == EINTR) {
		text_format(&words, "stopped by a signal");
	} else {
		text_format(&words, "%s cannot be run: ", work->path);
		launch_explain(&words, work->path, error);
	}
	/* A signal that says stop is no failure if nothing is lost. */
	if (give_up(work, &words) && error == EINTR)
		text_free(&words);
	else
		error_text(work->queue->text, &words);
	return launch_failure(error);
}

void
work_close(struct work *work)
{
	size_t i;

	if (work->hand.head) {
		bool left = hand_count(&work->hand) > 0;

		if (!left)
			guard_end(work);
		work->queue->hand = NULL;
		work->queue->buffer = NULL;
		hand_close(&work->hand, !left);
	}
	dead_letters_close(&work->dead);
	for (i = 0; i < sizeof(work->variables) / sizeof(work->variables[0]); i++)
		free(work->variables[i]);
	free(work->environment);
	free(work->list);
	free(work->record);
	free(work->path);
}
