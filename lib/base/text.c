/*
 * text.c: strings of any length. Bytes from outside are shown escaped, so that they cannot be taken for other output.
 * Short texts can be put together even if memory has run out, because an error line has to say that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Space for a few short texts while no memory can be had. */
static char spares[4][1024];
static bool taken[4];

#define SPARES (sizeof(taken) / sizeof(taken[0]))

/* Release the memory or the spare of a text. */
static void
release(struct text *text)
{
	size_t i;

	for (i = 0; i < SPARES; i++)
		if (text->data == spares[i])
			taken[i] = false;
	if (!text->borrowed)
		free(text->data);
}

/* Move a text to a spare that holds size more bytes and a NUL. */
static bool
use_spare(struct text *text, size_t size)
{
	size_t i = 0;

	while (i < SPARES && taken[i])
		i++;
	if (i == SPARES || text->size + size >= sizeof(spares[i]))
		return false;
	if (text->size > 0)
		memcpy(spares[i], text->data, text->size + 1);
	release(text);
	taken[i] = text->borrowed = true;
	text->data = spares[i];
	text->capacity = sizeof(spares[i]);
	return true;
}

/* Make space for size more bytes and a NUL. Keep errno, which the text may be about. */
static bool
grow(struct text *text, size_t size)
{
	size_t capacity = text->capacity ? text->capacity : 128;
	int saved = errno;
	char *data;

	if (size > (size_t)-1 / 4 - text->size) {
		text->cut = true;
		return false;
	}
	while (capacity <= text->size + size)
		capacity *= 2;
	if (capacity == text->capacity)
		return true;
	data = realloc(text->borrowed ? NULL : text->data, capacity);
	errno = saved;
	if (!data && use_spare(text, size))
		return true;
	if (!data) {
		text->cut = true;
		return false;
	}
	if (text->borrowed) {
		memcpy(data, text->data, text->size);
		release(text);
	}
	text->borrowed = false;
	text->data = data;
	text->capacity = capacity;
	return true;
}

void
text_vformat(struct text *text, const char *format, va_list args)
{
	va_list measure;
	int size;

	va_copy(measure, args);
	size = vsnprintf(NULL, 0, format, measure);
	va_end(measure);
	if (size < 0)
		text->cut = true;
	/* Of a text that is cut, keep the start, which an error line may need. */
	else if (!grow(text, (size_t)size))
		size = (int)(text->capacity - text->size) - 1;
	if (size < 0)
		return;
	vsnprintf(text->data + text->size, (size_t)size + 1, format, args);
	text->size += (size_t)size;
}

void
text_format(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vformat(text, format, args);
	va_end(args);
}

/* Append bytes. Escape those that are not printable ASCII and, if quoted, quotes and backslashes. */
static void
escape(struct text *text, const void *data, size_t size, bool quoted)
{
	static const char plain[] = "\n\t\r\\\"";
	static const char letter[] = "ntr\\\"";
	static const char digit[] = "0123456789abcdef";
	const unsigned char *byte = data;
	const char *found;
	char *to;

	if (size > ((size_t)-1 / 8) || !grow(text, size * 4))
		return;
	to = text->data + text->size;
	for (; size > 0; size--, byte++) {
		if ((found = memchr(plain, *byte, quoted ? 5 : 3))) {
			*to++ = '\\';
			*to++ = letter[found - plain];
		} else if (*byte < 0x20 || *byte > 0x7e) {
			*to++ = '\\';
			*to++ = 'x';
			*to++ = digit[*byte >> 4];
			*to++ = digit[*byte & 15];
		} else {
			*to++ = (char)*byte;
		}
	}
	*to = '\0';
	text->size = (size_t)(to - text->data);
}

void
text_escape(struct text *text, const void *data, size_t size)
{
	escape(text, data, size, true);
}

void
text_clean(struct text *text)
{
	struct text clean = {0};
	size_t i = 0;

	while (i < text->size && text->data[i] >= ' ' && text->data[i] <= '~')
		i++;
	if (i == text->size)
		return;
	escape(&clean, text->data, text->size, false);
	if (!clean.cut) {
		text_free(text);
		*text = clean;
		return;
	}
	for (; i < text->size; i++)
		if (text->data[i] < ' ' || text->data[i] > '~')
			text->data[i] = '?';
}

void
text_quote(struct text *text, const void *data, size_t size, size_t limit)
{
	text_format(text, "\"");
	text_escape(text, data, size < limit ? size : limit);
	text_format(text, size > limit ? "\"..." : "\"");
}

void
text_free(struct text *text)
{
	int saved = errno;

	release(text);
	*text = (struct text){0};
	errno = saved;
}

char *
text_take(struct text *text)
{
	char *data = text->cut                       ? NULL
	             : text->borrowed || !text->data ? strdup(text->data ? text->data : "")
	                                             : text->data;

	if (data == text->data)
		*text = (struct text){0};
	text_free(text);
	if (!data)
		errno = ENOMEM;
	return data;
}
