/*
 * align.c: lines of fields with tabs between them as columns for a reader at a terminal.
 */
#include <string.h>

#include "object/object.h"

/* Spaces between two columns. */
#define GAP 2

/* Return the number of UTF-8 characters. */
static size_t
characters(const char *data, size_t size)
{
	size_t count = 0;

	while (size-- > 0)
		count += (*data++ & 0xc0) != 0x80;
	return count;
}

void
listing_align(const struct text *lines, struct text *aligned)
{
	size_t widths[LISTING_MOST] = {0}, column, length;
	const char *field;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (field = lines->data, column = 0; field && *field; field += length + 1) {
			size_t width;
			bool last;

			length = strcspn(field, "\t\n");
			width = characters(field, length);
			last = field[length] == '\n';
			if (widths[column] < width)
				widths[column] = width;
			if (pass == 1)
				text_format(aligned, "%.*s%*s", (int)length, field,
				    last ? 0 : (int)(widths[column] - width + GAP), "");
			if (pass == 1 && last)
				text_format(aligned, "\n");
			column = last ? 0 : column + 1;
		}
	}
	aligned->cut |= lines->cut;
}
