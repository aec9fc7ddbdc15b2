/*
 * hand.c: the messages in hand. They are received straight into a file in shared memory, so that they survive the
 * receiver: its guard puts them back, or if that was killed too, the next receiver of the same user and queue. The file
 * is locked while the receiver or its guard lives, and a file that is not locked belongs to nobody.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "queue/internal.h"

#define MAGIC     "ipc7han"
#define DIRECTORY "/dev/shm"

/* Messages start at multiples of this, which suits a long. */
#define ALIGNMENT sizeof(struct hand_message)

static size_t
align(size_t offset)
{
	return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Append the part of the file's name that all receivers of this user and queue share: ipc7.hand.UID.HASH. */
static void
name_prefix(const char *queue, struct text *text)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (; *queue; queue++)
		hash = (hash ^ (unsigned char)*queue) * 1099511628211u;
	text_format(text, "ipc7.hand.%lu.%016llx.", (unsigned long)geteuid(), (unsigned long long)hash);
}

static struct hand_message *
at(const struct hand *hand, size_t offset)
{
	return (struct hand_message *)(void *)((char *)hand->head + offset);
}

static size_t
after(const struct hand *hand, size_t offset)
{
	return align(offset + sizeof(struct hand_message) + at(hand, offset)->size);
}

int
hand_map(struct hand *hand)
{
	struct stat st;
	void *map;

	if (fstat(hand->fd, &st) == -1)
		return -1;
	if (hand->head)
		munmap(hand->head, hand->size);
	hand->head = NULL;
	hand->size = (size_t)st.st_size;
	map = mmap(NULL, hand->size, PROT_READ | PROT_WRITE, MAP_SHARED, hand->fd, 0);
	if (map == MAP_FAILED)
		return -1;
	hand->head = map;
	return 0;
}

/* Make the file at least size bytes long. Storing in a page that the file system has no space for would be fatal. */
static int
grow(struct hand *hand, size_t size)
{
	int error;

	if (size <= hand->size)
		return 0;
	while ((error = posix_fallocate(hand->fd, 0, (off_t)size)) == EINTR)
		;
	return error ? error_set(error) : hand_map(hand);
}

/* Make a file with a name, or without one where that fails. Returns 0 or -1. */
static int
make(struct hand *hand, const struct text *name)
{
	hand->fd = name->cut ? -1 : shm_open(name->data, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (hand->fd != -1) {
		hand->name = strdup(name->data);
		/* No process waits for this lock: see hand_recover. */
		(void)flock(hand->fd, LOCK_EX | LOCK_NB);
		return 0;
	}
	hand->fd = memory_file();
	return hand->fd == -1 ? -1 : 0;
}

int
hand_open(struct hand *hand, struct queue *queue)
{
	size_t length = strlen(queue->text) + 1;
	struct text name = {0};
	int result;

	*hand = (struct hand){.fd = -1};
	text_format(&name, "/");
	name_prefix(queue->text, &name);
	text_format(&name, "%ld", (long)getpid());
	result = make(hand, &name);
	text_free(&name);
	if (result == -1 || grow(hand, align(sizeof(*hand->head) + length)) == -1) {
		hand_close(hand, true);
		return -1;
	}
	memcpy(hand->head->queue, queue->text, length);
	hand->head->start = hand->next = align(sizeof(*hand->head) + length);
	/* From here on the file counts. */
	memcpy(hand->head->magic, MAGIC, sizeof(MAGIC));
	queue->hand = hand;
	return 0;
}

int
hand_reserve(struct queue *queue, size_t size)
{
	struct hand *hand = queue->hand;
	size_t offset = hand->next + offsetof(struct hand_message, data) - queue->backend->envelope;

	if (grow(hand, offset + size) == -1)
		return -1;
	queue->buffer = (char *)hand->head + offset;
	queue->capacity = hand->size - offset;
	return 0;
}

void
hand_took(struct hand *hand, const struct message *message)
{
	struct hand_message *took = at(hand, hand->next);

	took->size = message->size;
	took->priority = message->priority;
	hand->next = after(hand, hand->next);
	hand->head->count++;
}

size_t
hand_count(const struct hand *hand)
{
	return hand->head->count - hand->head->first;
}

size_t
hand_list(const struct hand *hand, struct message *list)
{
	size_t offset = hand->head->start, count = 0, i;

	for (i = 0; i < hand->head->count; i++, offset = after(hand, offset)) {
		const struct hand_message *message = at(hand, offset);

		if (i >= hand->head->first)
			list[count++] = (struct message){message->data, message->size, message->priority};
	}
	return count;
}

void
hand_clear(struct hand *hand)
{
	hand->head->count = 0;
	hand->head->first = 0;
	hand->next = hand->head->start;
}

int
hand_send_back(struct hand *hand, struct queue *queue, bool insist)
{
	size_t offset = hand->head->start, i;
	struct hand *receives = queue->hand;
	int result = 0;

	/* A System V message is sent from where it stands. */
	queue->hand = NULL;
	for (i = 0; i < hand->head->count && result == 0; i++, offset = after(hand, offset)) {
		struct hand_message *one = at(hand, offset);
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
	queue->hand = receives;
	queue->buffer = NULL;
	queue->capacity = 0;
	return result;
}

void
hand_close(struct hand *hand, bool remove)
{
	if (remove && hand->name)
		shm_unlink(hand->name);
	if (hand->head)
		munmap(hand->head, hand->size);
	if (hand->fd != -1)
		close(hand->fd);
	free(hand->name);
	*hand = (struct hand){.fd = -1};
}

/* Return true if the file that was mapped is one of this queue, and all its messages are inside. */
static bool
sound(const struct hand *hand, const char *queue)
{
	const struct hand_head *head = hand->head;
	size_t length = strlen(queue) + 1, offset = head->start, i;

	if (memcmp(head->magic, MAGIC, sizeof(MAGIC)) != 0 || hand->size < sizeof(*head) + length ||
	    memcmp(head->queue, queue, length) != 0 || offset != align(sizeof(*head) + length))
		return false;
	for (i = 0; i < head->count; i++) {
		if (offset > hand->size || hand->size - offset < sizeof(struct hand_message) ||
		    at(hand, offset)->size > hand->size - offset - sizeof(struct hand_message))
			return false;
		offset = after(hand, offset);
	}
	return true;
}

/* Open a file that a killed receiver has left, and lock it. Returns 0, or -1 if it is not such a file. */
static int
adopt(struct hand *hand, int directory, const char *name, const char *queue)
{
	struct stat st;

	*hand = (struct hand){.fd = openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
	/* Another process may have put the messages back since. It removed the name under the lock. */
	if (hand->fd != -1 && flock(hand->fd, LOCK_EX | LOCK_NB) == 0 && fstat(hand->fd, &st) == 0 &&
	    S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1 &&
	    (size_t)st.st_size >= sizeof(struct hand_head) && hand_map(hand) == 0 && sound(hand, queue))
		return 0;
	hand_close(hand, false);
	return -1;
}

bool
hand_recover(struct queue *queue, bool insist)
{
	DIR *directory = opendir(DIRECTORY);
	struct text prefix = {0};
	struct dirent *entry;
	struct hand stray;
	bool left = false;

	name_prefix(queue->text, &prefix);
	while (directory && !prefix.cut && (entry = readdir(directory))) {
		if (strncmp(entry->d_name, prefix.data, prefix.size) != 0 ||
		    adopt(&stray, dirfd(directory), entry->d_name, queue->text) == -1)
			continue;
		if (hand_send_back(&stray, queue, insist) == 0)
			unlinkat(dirfd(directory), entry->d_name, 0);
		else
			left |= errno == EAGAIN;
		hand_close(&stray, false);
	}
	if (directory)
		closedir(directory);
	text_free(&prefix);
	return left;
}
