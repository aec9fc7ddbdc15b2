/*
 * recover.c: sends the messages in hand back to their queue: those of this receiver, and those that a receiver left
 * when it and its guard were killed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "queue/internal.h"

/* Where Linux shows the objects of shm_open(3). */
#define DIRECTORY "/dev/shm"

/* Return the message that a call had taken when the receiver died, before it was counted; NULL: none. */
static struct hand_message *
taken(const struct hand *hand)
{
	const struct hand_head *head = hand->head;
	size_t offset = head->start, i;

	for (i = 0; i < head->count; i++)
		offset = hand_after(hand, offset);
	if (head->expected != offset || offset > hand->size || hand->size - offset < sizeof(struct hand_message))
		return NULL;
	/* The type of a System V message is never 0. */
	return head->priority == UINT_MAX && hand_at(hand, offset)->priority == 0 ? NULL : hand_at(hand, offset);
}

void
hand_settle(struct hand *hand)
{
	struct hand_head *head = hand->head;
	struct hand_message *message = taken(hand);
	const char *end = (const char *)head + hand->size;

	head->expected = 0;
	if (!message)
		return;
	while (end > message->data && (unsigned char)end[-1] == HAND_FILLING)
		end--;
	message->size = (size_t)(end - message->data);
	if (head->priority != UINT_MAX)
		message->priority = (long)head->priority;
	head->count++;
}

int
hand_send_back(struct hand *hand, struct queue *queue, bool insist)
{
	size_t offset = hand->head->start, i;
	struct queue receives = *queue;
	int result = 0;

	/* A System V message is sent from where it stands. */
	queue->hand = NULL;
	for (i = 0; i < hand->head->count && result == 0; i++, offset = hand_after(hand, offset)) {
		struct hand_message *one = hand_at(hand, offset);
		struct message message = {one->data, one->size, one->priority};

		if (i < hand->head->first)
			continue;
		queue->buffer = one->data - queue->backend->envelope;
		queue->capacity = queue->backend->envelope + one->size;
		if (queue_removed(queue))
			result = error_set(EIDRM);
		else if (insist)
			result = queue->backend->insist(queue, &message);
		else
			result = queue_send(queue, &message, NULL);
		if (result == 0)
			hand->head->first++;
	}
	queue->hand = receives.hand;
	queue->buffer = receives.buffer;
	queue->capacity = receives.capacity;
	return result;
}

/* Return true if the file that was mapped is one of this queue, and all its messages are inside. */
static bool
sound(const struct hand *hand, const char *queue)
{
	const struct hand_head *head = hand->head;
	size_t length = strlen(queue) + 1, offset = head->start, i;

	if (memcmp(head->magic, HAND_MAGIC, sizeof(HAND_MAGIC)) != 0 || hand->size < sizeof(*head) + length ||
	    memcmp(head->queue, queue, length) != 0 || offset != hand_start(length))
		return false;
	for (i = 0; i < head->count; i++) {
		if (offset > hand->size || hand->size - offset < sizeof(struct hand_message) ||
		    hand_at(hand, offset)->size > hand->size - offset - sizeof(struct hand_message))
			return false;
		offset = hand_after(hand, offset);
	}
	return true;
}

/*
 * Return true if the file, of whatever queue, holds no message, and none that a call had taken. A program with longs of
 * another size lays out its file differently, and sound rejects that.
 */
static bool
empty(const struct hand *hand)
{
	const struct hand_head *head = hand->head;

	if (!head || head->magic[0] == '\0')
		return true;
	return memchr(head->queue, '\0', hand->size - offsetof(struct hand_head, queue)) && sound(hand, head->queue) &&
	       hand_count(hand) == 0 && !taken(hand);
}

static int
open_file(int directory, const char *name)
{
	return openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Map the file if it is one of this user. A file without a byte is not mapped. Returns false if it is none. */
static bool
map(struct hand *hand)
{
	struct stat st;

	return fstat(hand->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1 &&
	       (st.st_size == 0 || ((size_t)st.st_size >= sizeof(struct hand_head) && hand_map(hand) == 0));
}

/*
 * Open a file that a killed receiver has left, and lock it. Returns 0 if it is one of this queue, or -1, after it has
 * removed an empty file of another queue or a file that was never begun.
 */
static int
adopt(struct hand *hand, int directory, const char *name, const char *queue)
{
	*hand = (struct hand){.fd = open_file(directory, name)};
	/* Another process may have put the messages back since. It removed the name under the lock. */
	if (hand->fd != -1 && flock(hand->fd, LOCK_EX | LOCK_NB) == 0 && map(hand)) {
		if (hand->head && sound(hand, queue)) {
			hand_settle(hand);
			return 0;
		}
		if (empty(hand))
			unlinkat(directory, name, 0);
	}
	hand_close(hand, false);
	return -1;
}

/* In a name, the digits of the queue's hash, and the dot after them. */
#define HASH 17

/*
 * Return true if the file is one of this queue, or of another one, empty, and its receiver has ended: that queue may
 * have no further receiver. The file of another queue is not locked for this look, because a receiver of that queue
 * passes over a locked file.
 */
static bool
stray(int directory, const char *name, const struct text *prefix)
{
	struct hand hand = {.fd = -1};
	bool result;

	if (strncmp(name, prefix->data, prefix->size) == 0)
		return true;
	if (strncmp(name, prefix->data, prefix->size - HASH) != 0 || strlen(name) <= prefix->size ||
	    kill((pid_t)atol(name + prefix->size), 0) == 0 || errno != ESRCH)
		return false;
	hand.fd = open_file(directory, name);
	result = hand.fd != -1 && map(&hand) && empty(&hand);
	hand_close(&hand, false);
	return result;
}

bool
put_back_refused(int error)
{
	return error == EIDRM || error == EACCES || error == EBADF;
}

bool
hand_recover(struct queue *queue, bool insist)
{
	DIR *directory = opendir(DIRECTORY);
	struct text prefix = {0}, identity = {0};
	struct dirent *entry;
	struct hand hand;
	bool left = false;

	queue->backend->identify(queue, &identity);
	if (!identity.cut)
		hand_prefix(identity.data, &prefix);
	while (directory && !identity.cut && !prefix.cut && (entry = readdir(directory))) {
		if (!stray(dirfd(directory), entry->d_name, &prefix) ||
		    adopt(&hand, dirfd(directory), entry->d_name, identity.data) == -1)
			continue;
		if (hand_send_back(&hand, queue, insist) == 0)
			unlinkat(dirfd(directory), entry->d_name, 0);
		else
			left |= errno == EAGAIN;
		hand_close(&hand, false);
	}
	if (directory)
		closedir(directory);
	text_free(&prefix);
	text_free(&identity);
	return left;
}
