/*
 * account.c: the names of users and groups. getpwuid(3) of the GNU library needs shared libraries, and loading them
 * costs as much as the rest of a short run. So this reads the files, and asks getent(1) for accounts of other sources.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/internal.h"

/* An account that was looked up. */
struct account {
	unsigned long id;
	char *name; /* NULL: the number has no name */
	struct account *next;
};

/* Find a number among lines of NAME:PASSWORD:NUMBER:... and copy its name. Returns NULL if it is not there. */
static char *
find(FILE *lines, unsigned long id)
{
	char line[1024];
	bool start = true;

	while (fgets(line, sizeof(line), lines)) {
		char *password = strchr(line, ':'), *number = password ? strchr(password + 1, ':') : NULL, *end;

		if (start && number && strtoul(number + 1, &end, 10) == id && end > number + 1 && *end == ':') {
			*password = '\0';
			return strdup(line);
		}
		/* The rest of a line that is longer than the array starts no account. */
		start = strchr(line, '\n') != NULL;
	}
	return NULL;
}

/* Look an account up. Returns its name, or NULL; with ENOMEM if memory ran out. */
static char *
look_up(bool group, unsigned long id)
{
	char *name = NULL, command[80];
	FILE *lines;

	errno = 0;
	lines = fopen(group ? "/etc/group" : "/etc/passwd", "re");
	if (lines) {
		name = find(lines, id);
		fclose(lines);
	}
	if (name || errno == ENOMEM)
		return name;
	snprintf(command, sizeof(command), "getent %s %lu 2>/dev/null", group ? "group" : "passwd", id);
	lines = popen(command, "r");
	if (lines) {
		name = find(lines, id);
		pclose(lines);
	} else {
		/* The GNU library says ENOMEM for a missing shell too. Without one, only the files have names. */
		errno = 0;
	}
	return name;
}

/* Return an account, which is looked up once, or NULL with ENOMEM. */
static const struct account *
get(bool group, unsigned long id)
{
	static struct account *known[2];
	struct account *account = known[group];

	while (account && account->id != id)
		account = account->next;
	if (account)
		return account;
	account = malloc(sizeof(*account));
	if (!account)
		return NULL;
	*account = (struct account){.id = id, .name = look_up(group, id), .next = known[group]};
	if (!account->name && errno == ENOMEM) {
		free(account);
		return NULL;
	}
	return known[group] = account;
}

void
account_add(bool group, unsigned long id, struct text *text)
{
	const struct account *account = get(group, id);

	if (!account)
		text->cut = true;
	else if (account->name)
		text_format(text, "%s", account->name);
	else
		text_format(text, "%lu", id);
}
