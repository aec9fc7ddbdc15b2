/*
 * escape.c: names as they can be shown. A name may have any bytes; characters of UTF-8 stay, and what is none, or would do
 * something to a terminal or end a line, is escaped.
 */
#include <stdbool.h>

#include "base/text.h"
#include "object/object.h"

/* The bytes of the character of UTF-8 at a place; 0: there is none, or one that would do something to a terminal. */
static size_t
character(const unsigned char *at)
{
	static const struct {
		unsigned char mask, lead;
		unsigned long lowest;
	} forms[] = {{0x80, 0x00, 0x20}, {0xe0, 0xc0, 0xa0}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	unsigned long code;
	size_t length, i;

	for (length = 1; length <= 4; length++)
		if ((*at & forms[length - 1].mask) == forms[length - 1].lead)
			break;
	if (length > 4)
		return 0;
	code = *at & (unsigned char)~forms[length - 1].mask;
	for (i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < forms[length - 1].lowest || code == 0x7f || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return length;
}

void
show_string(struct text *text, const char *string, bool json)
{
	const unsigned char *at = (const unsigned char *)string;

	while (*at) {
		size_t length = character(at);

		if (length == 0) {
			text_format(text, !json ? "\\x%02x" : *at < 0x80 ? "\\u%04x" : "\\\\x%02x", *at);
			at++;
			continue;
		}
		if (json && (*at == '"' || *at == '\\'))
			text_format(text, "\\");
		text_format(text, "%.*s", (int)length, (const char *)at);
		at += length;
	}
}
