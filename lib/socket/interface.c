/*
 * interface.c: the network interface of an address, and multicast groups.
 */
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>

#include "base/number.h"
#include "socket/internal.h"

unsigned int
address_interface(const struct address *address)
{
	unsigned long long number;
	char name[IF_NAMESIZE];

	if (!address->interface)
		return 0;
	if (number_parse(address->interface, 1, INT_MAX, &number) == 0)
		return if_indextoname((unsigned int)number, name) ? (unsigned int)number : 0;
	return if_nametoindex(address->interface);
}

bool
address_is_group(const struct socket_address *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&address->storage;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->storage;

	return (address->storage.ss_family == AF_INET && ntohl(four->sin_addr.s_addr) >> 28 == 14) ||
	       (address->storage.ss_family == AF_INET6 && IN6_IS_ADDR_MULTICAST(&six->sin6_addr));
}

int
address_set_interface(const struct address *address, struct address_list *list, const char **fault)
{
	unsigned int interface = address_interface(address);
	size_t i;

	*fault = "there is no such network interface";
	for (i = 0; interface && i < list->count; i++) {
		struct socket_address *one = &list->addresses[i];

		if (one->storage.ss_family == AF_INET6) {
			((struct sockaddr_in6 *)&one->storage)->sin6_scope_id = interface;
		} else if (!address_is_group(one)) {
			*fault = "in IPv4 an interface is for a multicast group only";
			interface = 0;
		}
	}
	return address->interface && !interface ? -1 : 0;
}
