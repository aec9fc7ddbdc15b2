/*
 * guard.c: a process that outlives the receiver. When the receiver has ended, however that happened, the guard ends the
 * process group of COMMAND and puts back the messages that are still in hand.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "process/child.h"
#include "process/leave.h"
#include "queue/internal.h"

/* End the process group of COMMAND. */
static void
end_group(pid_t group)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	struct deadline until;

	if (group == 0)
		return;
	child_terminate(-group, &until);
	while (kill(-group, 0) == 0 && !deadline_passed(&until))
		nanosleep(&moment, NULL);
	child_kill(-group);
}

/* Print a line about the messages, unless the receiver did. */
static void
tell(const struct hand *hand, const struct queue *queue, size_t count, bool waits)
{
	struct text words = {0};

	if (hand->head->told)
		return;
	if (count == 1)
		text_format(&words, "its message");
	else
		text_format(&words, "its %zu messages", count);
	if (waits)
		error_line(queue->text,
		    "the receiver was killed; the queue is full, and process %ld waits to put %s back", (long)getpid(),
		    words.data ? words.data : "");
	else
		error_line(queue->text, "the receiver was killed; %s %s put back", words.data ? words.data : "",
		    count == 1 ? "was" : "were");
	text_free(&words);
}

/* Print the messages that the queue refuses. */
static void
print(struct hand *hand, const struct queue *queue, int error)
{
	struct message one;

	while (hand_count(hand) > 0) {
		size_t last = hand->head->count;

		hand->head->count = hand->head->first + 1;
		hand_list(hand, &one);
		hand->head->count = last;
		put_back_print(queue, &one, error);
		hand->head->first++;
	}
}

/* Put the messages in hand back. */
static void
put_back(struct hand *hand, struct queue *queue)
{
	size_t count = hand_count(hand);
	int result;

	if (count == 0)
		return;
	result = hand_send_back(hand, queue, false);
	if (result == 0 || errno == EAGAIN)
		tell(hand, queue, count, result == -1);
	if (result == -1 && errno == EAGAIN)
		result = hand_send_back(hand, queue, true);
	if (result == -1 && put_back_refused(errno))
		print(hand, queue, errno);
	else if (result == -1)
		error_line(queue->text,
		    "not put back: %s; %zu of %zu messages stay in /dev/shm%s until the next mqrecv",
		    explain_errno(errno), hand_count(hand), count, hand->name ? hand->name : "");
}

/* Be the guard, until the receiver has ended. */
static void
watch(struct work *work, int rope)
{
	struct hand *hand = &work->hand;
	ssize_t got;
	char byte;

	/* A process of its own waits for space, because the guard must not. */
	if (work->strays && fork() == 0) {
		close(rope);
		/* The lock lasts as long as the mapping. */
		hand_close(hand, false);
		work->queue->hand = NULL;
		error_line(work->queue->text,
		    "the queue is full, and process %ld waits to put back the messages of a receiver "
		    "that was killed",
		    (long)getpid());
		(void)hand_recover(work->queue, true);
		_exit(STATUS_OK);
	}
	while ((got = read(rope, &byte, 1)) == -1 && errno == EINTR)
		;
	/* A guard that cannot watch ends, and the receiver replaces it. */
	if (got == 0 && hand_map(hand) == 0) {
		hand_settle(hand);
		end_group(hand->head->group);
		put_back(hand, work->queue);
		hand_close(hand, hand_count(hand) == 0);
	}
	_exit(STATUS_OK);
}

static void
sort(int *list, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++)
		for (j = i; j > 0 && list[j - 1] > list[j]; j--) {
			int other = list[j];

			list[j] = list[j - 1];
			list[j - 1] = other;
		}
}

int
guard_start(struct work *work)
{
	struct queue *queue = work->queue;
	int rope[2], keep[3], saved;

	/* A guard that was killed is replaced. */
	if (work->guard && waitpid(work->guard, NULL, WNOHANG) == work->guard)
		work->guard = 0;
	if (work->guard)
		return 0;
	if (work->rope != -1)
		close(work->rope);
	work->rope = -1;
	if (io_pipe(rope) == -1)
		return -1;
	keep[0] = rope[0];
	keep[1] = work->hand.fd;
	keep[2] = queue->backend->descriptor ? queue->backend->descriptor(queue) : -1;
	sort(keep, 3);
	work->guard = leave_start(keep, 3);
	if (work->guard == 0)
		watch(work, rope[0]);
	saved = errno;
	close(rope[0]);
	work->strays = false;
	if (work->guard == -1) {
		work->guard = 0;
		close(rope[1]);
		return error_set(saved);
	}
	work->rope = rope[1];
	return 0;
}

void
guard_leave(struct work *work)
{
	work->hand.head->told = true;
	close(work->rope);
	work->rope = -1;
	work->guard = 0;
}

void
guard_end(struct work *work)
{
	if (work->guard)
		child_kill(work->guard);
	if (work->rope != -1)
		close(work->rope);
	while (work->guard && waitpid(work->guard, NULL, 0) == -1 && errno == EINTR)
		;
	work->guard = 0;
	work->rope = -1;
}
