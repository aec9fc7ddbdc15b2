/*
 * text.h: a line that is being put together.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Starts as {0}; grows as needed; the owner calls text_free. When memory runs out something is left out, and cut says so. */
struct text {
	char *data;      /* NUL-terminated; NULL while empty */
	size_t size;     /* bytes in use, without the NUL */
	size_t capacity; /* bytes of room */
	bool cut;        /* memory ran out */
	bool
	    borrowed; /* the room is the owner's: set with data and capacity, it saves the first allocation of a process */
};

/* Appends as printf(3) and vprintf(3) would. */
void text_format(struct text *text, const char *format, ...);
void text_vformat(struct text *text, const char *format, va_list args);

/* Appends bytes that may come from anywhere: printable ASCII as it is, all else as a C escape (\n, \\, \x1b). */
void text_escape(struct text *text, const void *data, size_t size);

/* Appends bytes escaped and in double quotes; what is past limit bytes is left out and shown by three dots. */
void text_quote(struct text *text, const void *data, size_t size, size_t limit);

/* Escapes the bytes that are not printable ASCII, and no others. */
void text_clean(struct text *text);

/* Releases the memory; the text is then empty and may be used again. */
void text_free(struct text *text);

#endif
