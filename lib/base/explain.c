/*
 * explain.c: looks errno values up in the tables of the back ends, and has words for the others.
 */
#include <errno.h>
#include <string.h>

#include "base/explain.h"

bool
explanation_add(struct text *text, const struct explanation *table, int step, int error, unsigned long long asked)
{
	while (table->steps && (table->error != error || !(table->steps & 1u << step)))
		table++;
	if (!table->steps)
		return false;
	if (table->words)
		text_format(text, "%s", table->words);
	else
		limit_explain(text, table->limit, asked);
	return true;
}

const char *
explain_errno(int error)
{
	static char words[128];
	struct text text = {.data = words, .capacity = sizeof(words), .borrowed = true};

	if (error != EMFILE)
		return strerror(error);
	limit_explain(&text, LIMIT_FILES, 0);
	return words;
}
