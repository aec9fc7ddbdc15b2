/*
 * explain.h: the meaning of an errno value to a user, as a table that a back end keeps and a front end prints.
 */
#ifndef BASE_EXPLAIN_H
#define BASE_EXPLAIN_H

#include <stdbool.h>

#include "base/limits.h"
#include "base/text.h"

/* One row. A table ends with {0}; the first row that fits is used. */
struct explanation {
	int error;          /* errno value */
	unsigned int steps; /* steps in which the value has this meaning: a set of 1u << step */
	const char *words;  /* text for the user; NULL: the text of the limit */
	enum limit limit;   /* limit that was reached, or LIMIT_NONE */
};

/*
 * Append the words of the row for an errno value met in a step. Name a limit with its value and with asked, the amount
 * that was asked for (0: one more than the limit). Returns false if the table has no row.
 */
bool explanation_add(struct text *text, const struct explanation *table, int step, int error, unsigned long long asked);

/*
 * Return words for an errno value, as strerror(3) does, but name the limit behind EMFILE. The next call may overwrite
 * them.
 */
const char *explain_errno(int error);

#endif
