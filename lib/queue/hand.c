/*
 * hand.c: the messages in hand. They are received straight into a file in shared memory, so that they survive the
 * receiver: its guard puts them back, or if that was killed too, the next receiver of the same user and queue. The file
 * is locked while the receiver or its guard lives, and no process owns a file that is not locked.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

/* Messages start at multiples of this, which suits a long. */
#define ALIGNMENT sizeof(struct hand_message)

static size_t
align(size_t offset)
{
	return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void
hand_prefix(const char *queue, struct text *text)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (; *queue; queue++)
		hash = (hash ^ (unsigned char)*queue) * 1099511628211u;
	text_format(text, "ipc7.hand.%lu.%016llx.", (unsigned long)geteuid(), (unsigned long long)hash);
}

size_t
hand_start(size_t length)
{
	return align(sizeof(struct hand_head) + length);
}

struct hand_message *
hand_at(const struct hand *hand, size_t offset)
{
	return (struct hand_message *)(void *)((char *)hand->head + offset);
}

size_t
hand_after(const struct hand *hand, size_t offset)
{
	return align(offset + sizeof(struct hand_message) + hand_at(hand, offset)->size);
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

/* The file has whole pages. So a batch of small messages rarely maps it anew. */
#define PAGE ((size_t)4096)

/* Make the file at least size bytes long. Storing in a page that the file system has no space for would be fatal. */
static int
grow(struct hand *hand, size_t size)
{
	int error;

	if (size <= hand->size)
		return 0;
	size += PAGE - 1 - (size - 1) % PAGE;
	while ((error = posix_fallocate(hand->fd, 0, (off_t)size)) == EINTR)
		;
	if (error || hand_map(hand) == -1)
		return error ? error_set(error) : -1;
	hand->dirty = hand->size;
	return 0;
}

/* The most names that are tried: in another PID namespace a process can have the same number. */
#define NAMES 1000

/*
 * Lock a new file. A process that looks for files without a lock may hold it for a moment, and removes it: the file is
 * still empty. Returns false if it did.
 */
static bool
lock(int fd)
{
	struct stat st;
	int result;

	while ((result = flock(fd, LOCK_EX)) == -1 && errno == EINTR)
		;
	return result == -1 || fstat(fd, &st) == -1 || st.st_nlink > 0;
}

/* Make a file with a name, or without one where that fails. Returns 0 or -1. */
static int
make(struct hand *hand, const char *queue)
{
	struct text name = {0};
	int i;

	for (i = 0; i < NAMES && hand->fd == -1 && (i == 0 || errno == EEXIST); i++) {
		text_format(&name, "/");
		hand_prefix(queue, &name);
		text_format(&name, i == 0 ? "%ld" : "%ld.%d", (long)getpid(), i);
		free(hand->name);
		hand->name = text_take(&name);
		hand->fd = hand->name ? shm_open(hand->name, O_RDWR | O_CREAT | O_EXCL, 0600) : -1;
		if (hand->fd != -1 && !lock(hand->fd)) {
			close(hand->fd);
			hand->fd = error_set(EEXIST);
		}
	}
	if (hand->fd == -1) {
		free(hand->name);
		hand->name = NULL;
		hand->fd = memory_file();
	}
	return hand->fd == -1 ? -1 : 0;
}

int
hand_open(struct hand *hand, struct queue *queue)
{
	struct text identity = {0};
	size_t length;
	int saved;

	*hand = (struct hand){.fd = -1};
	queue->backend->identify(queue, &identity);
	length = identity.size + 1;
	if (identity.cut || make(hand, identity.data) == -1 || grow(hand, hand_start(length)) == -1) {
		saved = identity.cut ? ENOMEM : errno;
		text_free(&identity);
		hand_close(hand, true);
		return error_set(saved);
	}
	memcpy(hand->head->queue, identity.data, length);
	text_free(&identity);
	hand->head->start = hand->next = hand_start(length);
	/* From here on the file counts. */
	memcpy(hand->head->magic, HAND_MAGIC, sizeof(HAND_MAGIC));
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

unsigned int *
hand_expect(struct hand *hand)
{
	size_t data = hand->next + offsetof(struct hand_message, data);
	volatile struct hand_message *next = hand_at(hand, hand->next);

	/* This touches the pages too: a call cannot copy to a page that is missing while a SIGKILL is pending. */
	if (hand->dirty > data)
		memset((char *)hand->head + data, HAND_FILLING, hand->dirty - data);
	hand->dirty = data;
	next->priority = 0;
	hand->head->priority = UINT_MAX;
	hand->head->expected = hand->next;
	return &hand->head->priority;
}

void
hand_took(struct hand *hand, size_t size, long priority)
{
	volatile struct hand_message *took = hand_at(hand, hand->next);

	/* The count, which is stored after these, makes the message count. */
	took->size = size;
	took->priority = priority;
	hand->dirty = hand->next + offsetof(struct hand_message, data) + size;
	hand->next = hand_after(hand, hand->next);
	hand->head->count++;
	hand->head->expected = 0;
}

size_t
hand_count(const struct hand *hand)
{
	size_t count = hand->head->count, first = hand->head->first;

	/* The receiver can have died within hand_clear. */
	return count > first ? count - first : 0;
}

size_t
hand_list(const struct hand *hand, struct message *list)
{
	size_t offset = hand->head->start, count = 0, i;

	for (i = 0; i < hand->head->count; i++, offset = hand_after(hand, offset)) {
		const struct hand_message *message = hand_at(hand, offset);

		if (i >= hand->head->first)
			list[count++] = (struct message){message->data, message->size, message->priority};
	}
	return count;
}

void
hand_clear(struct hand *hand)
{
	hand->head->first = hand->head->count;
	hand->head->count = 0;
	hand->head->first = 0;
	hand->next = hand->head->start;
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
