/*
 * resolve.c: conversion between written addresses and sockaddr structures.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/error.h"
#include "base/number.h"
#include "socket/internal.h"

static int
add_path(const struct address *address, struct address_list *list)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t length = strlen(address->path), size = offsetof(struct sockaddr_un, sun_path) + length;

	memcpy(name.sun_path, address->path, length);
	/* An abstract name begins with a NUL, and ends where the address ends. */
	if (address->abstract)
		name.sun_path[0] = '\0';
	return address_list_add(list, &name, address->abstract ? size : sizeof(name));
}

/* Add the addresses of this machine, for an empty HOST and for *. Returns as address_look_up. */
static int
look_up_own(const struct address *address, const struct deadline *until, struct address_list *list)
{
	/* A listening IPv6 socket takes IPv4 clients too, so * tries IPv6 first. */
	int error = address_look_up(address, address->any ? AF_INET6 : AF_INET, until, list);
	int other = address_look_up(address, address->any ? AF_INET : AF_INET6, until, list);

	return error && other ? other : 0;
}

/* Set errno for an error of getaddrinfo(3). Returns the phrase for it. */
static const char *
explain(const struct address *address, int error)
{
	int code = error == EAI_SYSTEM ? errno : error == EAI_AGAIN ? EAGAIN : error == EAI_MEMORY ? ENOMEM : EINVAL;

	errno = code;
	switch (error) {
	case EAI_SYSTEM:
		return code == ETIMEDOUT ? "its name was not found in time"
		       : code == EINTR   ? "stopped by a signal"
		                         : strerror(code);
	case EAI_SERVICE:
		return "there is no such port";
	case EAI_AGAIN:
		return "no name server answers";
	case EAI_FAIL:
	case EAI_MEMORY:
	case EAI_SOCKTYPE:
		return gai_strerror(error);
	default:
		/* EAI_NONAME, which some C libraries divide further. */
		return address->host && !address_possible(address->host)
		           ? "no host has such a name (at most 253 bytes, with 1 to 63 between two dots)"
		       : !address->host || address->family == AF_UNSPEC ? "no such host, or no such port"
		       : address->family == AF_INET                     ? "no such host, or it has no IPv4 address"
		                                                        : "no such host, or it has no IPv6 address";
	}
}

int
address_resolve(const struct address *address, bool listens, const struct deadline *until, struct address_list *list,
    const char **fault)
{
	unsigned long long zero;
	int error, saved;

	*list = (struct address_list){0};
	if (address->any && !listens) {
		*fault = "* is every address to listen at, not one to connect to";
		return error_set(EINVAL);
	}
	if (address->port && !listens && number_parse(address->port, 0, 0, &zero) == 0) {
		*fault = "port 0 is for a listener, which gets a free port; nobody listens at it";
		return error_set(EINVAL);
	}
	if (address->kind == ADDRESS_UNIX)
		error = add_path(address, list) == -1 ? EAI_SYSTEM : 0;
	else if (address->host || address->family != AF_UNSPEC)
		error = address_look_up(address, address->family, until, list);
	else
		error = look_up_own(address, until, list);
	if (error == 0 && address_set_interface(address, list, fault) == 0)
		return 0;
	if (error)
		*fault = explain(address, error);
	saved = error ? errno : EINVAL;
	address_list_free(list);
	return error_set(saved);
}

bool
address_numeric(const struct socket_address *from, char *host, size_t size, unsigned int *port)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&from->storage;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&from->storage;

	if (from->storage.ss_family == AF_INET) {
		*port = ntohs(four->sin_port);
		return inet_ntop(AF_INET, &four->sin_addr, host, (socklen_t)size);
	}
	if (from->storage.ss_family != AF_INET6)
		return false;
	*port = ntohs(six->sin6_port);
	/* The address of a client that came by IPv4 to a socket for both is shown as IPv4. */
	if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return inet_ntop(AF_INET, six->sin6_addr.s6_addr + 12, host, (socklen_t)size);
	if (!inet_ntop(AF_INET6, &six->sin6_addr, host, (socklen_t)size))
		return false;
	if (six->sin6_scope_id)
		snprintf(host + strlen(host), size - strlen(host), "%%%u", (unsigned int)six->sin6_scope_id);
	return true;
}

const char *
address_path(const struct socket_address *from, size_t *size)
{
	const struct sockaddr_un *name = (const struct sockaddr_un *)&from->storage;
	size_t offset = offsetof(struct sockaddr_un, sun_path);

	*size = from->size > offset ? from->size - offset : 0;
	if (*size > 0 && name->sun_path[0])
		*size = strnlen(name->sun_path, *size);
	return name->sun_path;
}

void
address_format(const struct address *address, const struct socket_address *from, struct text *text)
{
	char host[ADDRESS_HOST];
	const char *path;
	unsigned int port;
	size_t size, i;

	text_format(text, "%s:", address->scheme);
	if (address->kind == ADDRESS_UNIX) {
		path = address_path(from, &size);
		for (i = 0; i < size; i++) {
			/*
			 * The path stays usable in a command: only bytes that could end a line or a column are escaped.
			 */
			bool odd = (unsigned char)path[i] < ' ' || path[i] == 0x7f;

			text_format(text, i == 0 && !path[0] ? "@" : odd ? "\\x%02x" : "%c", (unsigned char)path[i]);
		}
	} else if (!address_numeric(from, host, sizeof(host), &port)) {
		text_format(text, "?");
	} else {
		if (address->kind == ADDRESS_RAW)
			text_format(text, "%d:", address->protocol);
		/* The system does not store the interface of every group. */
		if (address->interface && address_is_group(from) && !strchr(host, '%'))
			snprintf(host + strlen(host), sizeof(host) - strlen(host), "%%%s", address->interface);
		text_format(text, strchr(host, ':') ? "[%s]" : "%s", host);
		if (address->kind != ADDRESS_RAW)
			text_format(text, ":%u", port);
	}
}
