/*
 * owner.c: reads users and groups by name. This code has its own file because a program that looks up users cannot be
 * linked statically with the GNU library.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "object/object.h"

/* Read a user or, with group, a group. A name that consists of digits comes before the number. */
static int
parse_account(struct change *change, bool group, const char *text)
{
	const struct passwd *user = group ? NULL : getpwnam(text);
	const struct group *entry = group ? getgrnam(text) : NULL;
	unsigned long long id = user ? user->pw_uid : entry ? entry->gr_gid : 0;

	if (!user && !entry && number_parse(text, 0, UINT_MAX - 1, &id) == -1)
		return error_set(EINVAL);
	if (group)
		change->gid = (gid_t)id;
	else
		change->uid = (uid_t)id;
	return 0;
}

int
owner_parse(struct change *change, const char *text)
{
	size_t size = strcspn(text, ":");
	char *user = strndup(text, size);
	int result = 0;

	if (!user)
		return -1;
	if (size > 0 || !text[size])
		result = parse_account(change, false, user);
	if (result == 0 && text[size])
		result = parse_account(change, true, text + size + 1);
	free(user);
	return result;
}
