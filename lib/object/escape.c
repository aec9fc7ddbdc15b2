/*
 * escape.c: names in a form that can be shown. A name may have any byte. UTF-8 characters stay, so that the other
 * commands accept the name as it is shown. Bytes that are not UTF-8, end a line, or control a terminal are escaped.
 */
#include <string.h>

#include "object/object.h"

/* Return the bytes of the UTF-8 character at the start of a string, or 0 if it is a control character or not UTF-8. */
static size_t
character_size(const unsigned char *at)
{
	static const unsigned long lowest[] = {0, 0x20, 0xa0, 0x800, 0x10000};
	size_t size = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0, i;
	unsigned long code = size == 1 ? *at : *at & (0xffUL >> (size + 1));

	for (i = 1; i < size; i++) {
		if (at[i] >> 6 != 2)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	return code < lowest[size] || code == 0x7f || code > 0x10ffff || code >> 11 == 0x1b ? 0 : size;
}

void
escape_name(struct text *text, const char *name, bool json)
{
	const unsigned char *at = (const unsigned char *)name, *start = at;
	size_t size;

	for (;; start = at) {
		while ((size = character_size(at)) > 0 && !(json && strchr("\"\\", *at)))
			at += size;
		text_format(text, "%.*s", (int)(at - start), (const char *)start);
		if (!*at)
			return;
		if (size > 0)
			text_format(text, "\\%c", *at);
		else
			text_format(text, !json ? "\\x%02x" : *at < 0x80 ? "\\u%04x" : "\\\\x%02x", *at);
		at++;
	}
}
