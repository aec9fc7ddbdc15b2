/*
 * linux_rights.c: root's rights come one by one, as capabilities, which a container's root may lack and another user
 * have. Source: capabilities(7), capget(2).
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "object/internal.h"

static const unsigned int capabilities[] = {
    [RIGHT_FILES] = CAP_FOWNER,
    [RIGHT_GIVE] = CAP_CHOWN,
    [RIGHT_SYSV] = CAP_SYS_ADMIN,
    [RIGHT_CAPACITY] = CAP_SYS_RESOURCE,
};

bool
rights_have(enum right right)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	unsigned int number = capabilities[right];

	if (syscall(SYS_capget, &header, data) == -1)
		return geteuid() == 0;
	return data[number / 32].effective >> number % 32 & 1;
}
