/*
 * owner.c: reads users and groups by name. The file stands alone since programs that look them up cannot be linked
 * statically with the GNU library.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "object/object.h"

static int
parse_id(const char *text, unsigned long long *number)
{
	if (number_parse(text, 0, UINT_MAX - 1, number) == 0)
		return 0;
	errno = EINVAL;
	return -1;
}

/* A name that consists of digits comes before the number. */
static int
parse_user(struct change *change, const char *text)
{
	const struct passwd *user = getpwnam(text);
	unsigned long long number;

	if (!user && parse_id(text, &number) == -1)
		return -1;
	change->uid_given = true;
	change->uid = user ? user->pw_uid : (uid_t)number;
	return 0;
}

static int
parse_group(struct change *change, const char *text)
{
	const struct group *group = getgrnam(text);
	unsigned long long number;

	if (!group && parse_id(text, &number) == -1)
		return -1;
	change->gid_given = true;
	change->gid = group ? group->gr_gid : (gid_t)number;
	return 0;
}

int
owner_parse(struct change *change, const char *text)
{
	const char *colon = strchr(text, ':');
	char *user;
	int result;

	if (!colon)
		return parse_user(change, text);
	if (colon == text)
		return parse_group(change, colon + 1);
	user = strndup(text, (size_t)(colon - text));
	if (!user)
		return -1;
	result = parse_user(change, user);
	free(user);
	return result == 0 ? parse_group(change, colon + 1) : -1;
}
