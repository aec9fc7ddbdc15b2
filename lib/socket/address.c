/*
 * address.c: socket addresses as users write them, as the system has them, and back. The path or name is all that stands after
 * the first colon: there are no escapes and no options inside.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/number.h"
#include "base/text.h"
#include "base/trace.h"
#include "socket/address.h"

static const struct scheme {
	const char *name;
	enum address_kind kind;
	int family, type;
} schemes[] = {
    {"tcp", ADDRESS_TCP, AF_UNSPEC, SOCK_STREAM},
    {"tcp4", ADDRESS_TCP, AF_INET, SOCK_STREAM},
    {"tcp6", ADDRESS_TCP, AF_INET6, SOCK_STREAM},
    {"udp", ADDRESS_UDP, AF_UNSPEC, SOCK_DGRAM},
    {"udp4", ADDRESS_UDP, AF_INET, SOCK_DGRAM},
    {"udp6", ADDRESS_UDP, AF_INET6, SOCK_DGRAM},
    {"unix", ADDRESS_UNIX, AF_UNIX, SOCK_STREAM},
    {"unix-dgram", ADDRESS_UNIX, AF_UNIX, SOCK_DGRAM},
    {"unix-seq", ADDRESS_UNIX, AF_UNIX, SOCK_SEQPACKET},
    {"raw", ADDRESS_RAW, AF_UNSPEC, SOCK_RAW},
};

static int
refuse(const char **fault, const char *why)
{
	*fault = why;
	errno = EINVAL;
	return -1;
}

/* Splits "[HOST]:PORT" or "HOST:PORT"; without ports "[HOST]" or "HOST". text is changed. */
static int
split(char *text, bool ports, char **host, const char **port, const char **fault)
{
	char *end;

	if (*text == '[') {
		*host = text + 1;
		end = strchr(text, ']');
		if (!end)
			return refuse(fault, "a bracket is not closed");
		*end++ = '\0';
	} else {
		*host = text;
		end = text + strcspn(text, ":");
		if (*end && (!ports || strchr(end + 1, ':')))
			return refuse(fault, ports ? "too many colons (an IPv6 host stands in brackets: tcp:[::1]:80)"
			                           : "an IPv6 host stands in brackets (raw:icmp:[::1])");
	}
	*port = NULL;
	if (ports) {
		if (*end != ':' || !end[1])
			return refuse(fault, "the port is missing (as tcp:HOST:PORT; 0 lets the system choose)");
		*end++ = '\0';
		*port = end;
	} else if (*end) {
		return refuse(fault, "there is something after the bracket");
	}
	return 0;
}

static int
parse_host(struct address *addr, char *text, bool ports, const char **fault)
{
	unsigned long long number;
	char *host;

	if (split(text, ports, &host, &addr->port, fault) == -1)
		return -1;
	addr->any = strcmp(host, "*") == 0;
	addr->host = *host && !addr->any ? host : NULL;
	/* A name has a letter. */
	if (addr->port && !strpbrk(addr->port, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
	    number_parse(addr->port, 0, 65535, &number) == -1)
		return refuse(fault, "the port is not from 0 to 65535");
	return 0;
}

/* Reads PROTO, by its name or number. */
static int
parse_protocol(struct address *addr, char *text, const char **fault)
{
	char *colon = strchr(text, ':');
	unsigned long long number;
	struct protoent *entry;

	if (!colon || colon == text)
		return refuse(fault, "raw takes a protocol and a host (raw:icmp:127.0.0.1)");
	*colon = '\0';
	entry = getprotobyname(text);
	if (number_parse(text, 0, 255, &number) == 0)
		addr->protocol = (int)number;
	else if (entry)
		addr->protocol = entry->p_proto;
	else
		return refuse(fault, "there is no such protocol (a name of /etc/protocols, or a number from 0 to 255)");
	return parse_host(addr, colon + 1, false, fault);
}

static int
parse_path(struct address *addr, const char **fault)
{
	struct sockaddr_un unix_address;
	size_t most = sizeof(unix_address.sun_path) - 1;

	addr->path = addr->rest;
	if (!*addr->path)
		return refuse(fault, "the path is missing");
	addr->abstract = *addr->path == '@';
	if (addr->abstract && !addr->path[1])
		return refuse(fault, "the name after @ is missing");
	if (strlen(addr->path) > most)
		return refuse(fault, "the path is too long for a Unix socket (107 bytes at most on Linux)");
	return 0;
}

int
address_parse(struct address *addr, const char *text, const char **fault)
{
	size_t length = strcspn(text, ":"), i;
	int result;

	*addr = (struct address){.text = text};
	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i].name) == length && strncmp(schemes[i].name, text, length) == 0)
			break;
	if (!text[length] || i == sizeof(schemes) / sizeof(schemes[0]))
		return refuse(fault, "not an address (tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unix-dgram:PATH, "
		                     "unix-seq:PATH, raw:PROTO:HOST)");
	addr->scheme = schemes[i].name;
	addr->kind = schemes[i].kind;
	addr->family = schemes[i].family;
	addr->type = schemes[i].type;
	addr->rest = strdup(text + length + 1);
	if (!addr->rest) {
		*fault = strerror(errno);
		return -1;
	}
	result = addr->kind == ADDRESS_UNIX  ? parse_path(addr, fault)
	         : addr->kind == ADDRESS_RAW ? parse_protocol(addr, addr->rest, fault)
	                                     : parse_host(addr, addr->rest, true, fault);
	if (result == -1) {
		address_free(addr);
		errno = EINVAL;
	}
	return result;
}

void
address_free(struct address *addr)
{
	free(addr->rest);
	addr->rest = NULL;
}

/* Appends one that stands in no table of names. */
static int
add(struct address_list *list, const struct sockaddr *address, size_t size)
{
	struct address_socket *more = realloc(list->sockets, (list->count + 1) * sizeof(*more));

	if (!more)
		return -1;
	list->sockets = more;
	more += list->count++;
	memset(more, 0, sizeof(*more));
	memcpy(&more->address, address, size);
	more->size = (socklen_t)size;
	return 0;
}

static int
resolve_path(const struct address *addr, struct address_list *list)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(addr->path), size = offsetof(struct sockaddr_un, sun_path) + length;

	memcpy(address.sun_path, addr->path, length);
	/* An abstract name begins with a NUL, and ends with the address. */
	if (addr->abstract)
		address.sun_path[0] = '\0';
	return add(list, (struct sockaddr *)&address, addr->abstract ? size : sizeof(address));
}

static int
resolve_number(const char *host, const struct address *addr, int family, struct address_list *list)
{
	struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = addr->type,
	    .ai_protocol = addr->kind == ADDRESS_RAW ? addr->protocol : 0,
	    .ai_flags = host ? 0 : AI_PASSIVE};
	struct addrinfo *found, *one;
	int error, result = 0;

	error = getaddrinfo(host, addr->port ? addr->port : (host ? NULL : "0"), &hints, &found);
	if (error)
		return error;
	for (one = found; one && result == 0; one = one->ai_next)
		result = add(list, one->ai_addr, one->ai_addrlen);
	freeaddrinfo(found);
	return result == -1 ? EAI_MEMORY : 0;
}

int
address_resolve(const struct address *addr, bool listens, struct address_list *list, const char **fault)
{
	int error = 0, second = EAI_FAMILY;

	*list = (struct address_list){0};
	if (addr->kind == ADDRESS_UNIX) {
		if (resolve_path(addr, list) == 0)
			return 0;
		*fault = strerror(errno);
		return -1;
	}
	if (addr->any && !listens) {
		*fault = "* is every address to listen at, not one to connect to";
		errno = EINVAL;
		return -1;
	}
	if (addr->host) {
		error = resolve_number(addr->host, addr, addr->family, list);
	} else {
		/* One socket for IPv6 listens at all addresses of IPv4 too. */
		const char *four = addr->any ? NULL : "127.0.0.1", *six = addr->any ? NULL : "::1";

		if (addr->any && addr->family != AF_INET)
			error = resolve_number(six, addr, AF_INET6, list);
		if (addr->family != AF_INET6)
			second = resolve_number(four, addr, AF_INET, list);
		if (!addr->any && addr->family != AF_INET)
			error = resolve_number(six, addr, AF_INET6, list);
		error = list->count ? 0 : error ? error : second;
	}
	if (error == 0)
		return 0;
	*fault =
	    error == EAI_SYSTEM                                             ? strerror(errno)
	    : error == EAI_SERVICE                                          ? "there is no such port"
	    : error == EAI_NONAME && addr->family == AF_INET && addr->host  ? "no such host, or it has no IPv4 address"
	    : error == EAI_NONAME && addr->family == AF_INET6 && addr->host ? "no such host, or it has no IPv6 address"
	    : error == EAI_NONAME                                           ? "no such host, or no such port"
	                                                                    : gai_strerror(error);
	errno = ENOENT;
	return -1;
}

void
address_list_free(struct address_list *list)
{
	free(list->sockets);
	*list = (struct address_list){0};
}

bool
address_numeric(const struct address_socket *socket, char *host, size_t room, unsigned int *port)
{
	const struct sockaddr *address = (const struct sockaddr *)&socket->address;
	const struct sockaddr_in *four = (const struct sockaddr_in *)&socket->address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&socket->address;

	if (address->sa_family == AF_INET) {
		*port = ntohs(four->sin_port);
		return inet_ntop(AF_INET, &four->sin_addr, host, (socklen_t)room);
	}
	if (address->sa_family != AF_INET6)
		return false;
	*port = ntohs(six->sin6_port);
	/* One socket serves both: who comes by IPv4 is shown so. */
	if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return inet_ntop(AF_INET, six->sin6_addr.s6_addr + 12, host, (socklen_t)room);
	if (!inet_ntop(AF_INET6, &six->sin6_addr, host, (socklen_t)room))
		return false;
	if (six->sin6_scope_id) {
		char scope[16];

		snprintf(scope, sizeof(scope), "%%%u", (unsigned int)six->sin6_scope_id);
		if (strlen(host) + strlen(scope) < room)
			strcat(host, scope);
	}
	return true;
}

/* As it is, so that it can be given to a command; but nothing may end a line or a column in its middle. */
static void
put_path(const char *path, size_t size, struct text *text)
{
	size_t i;

	for (i = 0; i < size; i++)
		text_format(
		    text, (unsigned char)path[i] < ' ' || path[i] == 0x7f ? "\\x%02x" : "%c", (unsigned char)path[i]);
}

void
address_format(const struct address *addr, const struct address_socket *socket, struct text *text)
{
	const struct sockaddr_un *path = (const struct sockaddr_un *)&socket->address;
	size_t size = socket->size > offsetof(struct sockaddr_un, sun_path)
	                  ? socket->size - offsetof(struct sockaddr_un, sun_path)
	                  : 0;
	char host[ADDRESS_HOST];
	unsigned int port;

	if (addr->kind == ADDRESS_UNIX) {
		bool abstract = size > 0 && path->sun_path[0] == '\0';

		text_format(text, abstract ? "%s:@" : "%s:", addr->scheme);
		if (abstract)
			put_path(path->sun_path + 1, size - 1, text);
		else
			put_path(path->sun_path, strnlen(path->sun_path, size), text);
		return;
	}
	if (!address_numeric(socket, host, sizeof(host), &port)) {
		text_format(text, "%s:?", addr->scheme);
		return;
	}
	text_format(text, "%s:", addr->scheme);
	if (addr->kind == ADDRESS_RAW)
		text_format(text, "%d:", addr->protocol);
	text_format(text, strchr(host, ':') ? "[%s]" : "%s", host);
	if (addr->kind != ADDRESS_RAW)
		text_format(text, ":%u", port);
}

const char *
address_family(int family)
{
	return family == AF_UNIX ? "AF_UNIX" : family == AF_INET6 ? "AF_INET6" : "AF_INET";
}

void
address_quote(const struct address_socket *socket, struct text *text)
{
	const struct sockaddr_un *path = (const struct sockaddr_un *)&socket->address;
	size_t offset = offsetof(struct sockaddr_un, sun_path),
	       size = socket->size > offset ? socket->size - offset : 0;
	int family = ((const struct sockaddr *)&socket->address)->sa_family;
	char host[ADDRESS_HOST];
	unsigned int port;

	if (socket->size == 0) {
		text_format(text, "NULL");
		return;
	}
	text_format(text, "{sa_family=%s", address_family(family));
	if (family == AF_UNIX && size > 0) {
		text_format(text, ", sun_path=");
		/* An abstract name is all there is, with the NUL in front. */
		text_quote(text, path->sun_path, path->sun_path[0] ? strnlen(path->sun_path, size) : size, size);
	} else if (address_numeric(socket, host, sizeof(host), &port)) {
		text_format(text, family == AF_INET ? ", sin_port=%u, sin_addr=%s" : ", sin6_port=%u, sin6_addr=%s",
		    port, host);
	}
	text_format(text, "}");
}

void
address_trace(const char *call, int fd, const struct address_socket *socket, long result)
{
	struct text line = {0};
	int saved = errno;

	if (!trace_on)
		return;
	text_format(&line, "%s(%d, ", call, fd);
	address_quote(socket, &line);
	text_format(&line, ", %u)", (unsigned int)socket->size);
	errno = saved;
	trace_end(&line, result);
	errno = saved;
}

bool
address_alike(const struct address *one, const struct address *other)
{
	return one->kind == other->kind && one->type == other->type && one->protocol == other->protocol &&
	       (one->family == other->family || one->family == AF_UNSPEC || other->family == AF_UNSPEC);
}
