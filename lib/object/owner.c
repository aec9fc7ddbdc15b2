/*
 * owner.c: users and groups by name. It stands alone since a program that asks the system's tables of them cannot be linked
 * statically with the GNU library.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "object/object.h"

int
owner_parse(struct change *change, const char *text)
{
	const char *colon = strchr(text, ':'), *group = colon ? colon + 1 : NULL;
	char *user = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
	const struct passwd *passwd;
	const struct group *found;
	unsigned long long number;
	int result = 0;

	if (!user)
		return -1;
	errno = EINVAL;
	if (*user) {
		passwd = getpwnam(user);
		change->uid_given = true;
		if (passwd)
			change->uid = passwd->pw_uid;
		else if (number_parse(user, 0, UINT_MAX - 1, &number) == 0)
			change->uid = (uid_t)number;
		else
			result = -1;
	}
	if (group && *group) {
		found = getgrnam(group);
		change->gid_given = true;
		if (found)
			change->gid = found->gr_gid;
		else if (number_parse(group, 0, UINT_MAX - 1, &number) == 0)
			change->gid = (gid_t)number;
		else
			result = -1;
	}
	if (group ? !*group : !*user)
		result = -1;
	free(user);
	if (result == -1)
		errno = EINVAL;
	return result;
}
