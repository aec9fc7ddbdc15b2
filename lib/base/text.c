/*
 * text.c: strings of any length. Bytes from outside are shown escaped, so that they cannot be taken for other output.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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
	if (!data) {
		text->cut = true;
		return false;
	}
	if (text->borrowed)
		memcpy(data, text->data, text->size);
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
	if (size < 0 || !grow(text, (size_t)size))
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

	escape(&clean, text->data, text->size, false);
	text_free(text);
	*text = clean;
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

	if (!text->borrowed)
		free(text->data);
	*text = (struct text){0};
	errno = saved;
}
