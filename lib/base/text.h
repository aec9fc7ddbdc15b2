/*
 * text.h: a string that grows while it is put together.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/checked.h"

/*
 * A string that grows. It starts as {0}, and its owner calls text_free. If memory has run out, short texts get space
 * from a small store; once that is not enough, cut is true and bytes are missing. A text that is cut is an error: do
 * not print it as a result, and do not use it as a name.
 */
struct text {
	char *data;      /* NUL-terminated string; NULL while empty */
	size_t size;     /* bytes of the string, without the NUL */
	size_t capacity; /* bytes of space at data */
	bool cut;        /* memory ran out */
	bool borrowed;   /* data is the owner's array, given with capacity to save the first allocation of a process */
};

/* Append as printf(3) and vprintf(3) do. */
void text_format(struct text *text, const char *format, ...);
void text_vformat(struct text *text, const char *format, va_list args);

/* Append bytes from anywhere: printable ASCII as it is, other bytes, quotes and backslashes as C escapes (\n, \x1b). */
void text_escape(struct text *text, const void *data, size_t size);

/* Append bytes escaped and in double quotes, with three dots in place of the bytes beyond limit. */
void text_quote(struct text *text, const void *data, size_t size, size_t limit);

/* Escape the bytes of the text that are not printable ASCII. If memory has run out, replace them. */
void text_clean(struct text *text);

/* Release the memory. The text is then empty and can be used again. Keep errno. */
void text_free(struct text *text);

/* Give the bytes to the caller, which frees them; the text is then empty. Returns NULL with ENOMEM if it is cut. */
CHECKED char *text_take(struct text *text);

#endif
