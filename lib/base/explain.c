/*
 * explain.c: looks errno values up in the tables of the back ends.
 */

#include "base/explain.h"

const struct explanation *
explanation_find(const struct explanation *table, int step, int error)
{
	for (; table->steps; table++)
		if (table->error == error && table->steps & 1u << step)
			return table;
	return NULL;
}

bool
explanation_add(struct text *text, const struct explanation *table, int step, int error, unsigned long long asked)
{
	const struct explanation *row = explanation_find(table, step, error);

	if (!row)
		return false;
	if (row->words)
		text_format(text, "%s", row->words);
	else
		limit_explain(text, row->limit, asked);
	return true;
}
