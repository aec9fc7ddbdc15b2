/*
 * address.c: parsing of socket addresses. The path or name is all the text after the first colon: an address has
 * neither escapes nor options.
 */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/error.h"
#include "base/number.h"
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

#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static int
refuse(const char **fault, const char *why)
{
	*fault = why;
	return error_set(EINVAL);
}

/* Split "[HOST]:PORT" or "HOST:PORT", or without ports "[HOST]" or "HOST". Change text to do so. */
static int
split(char *text, bool ports, char **host, const char **port, const char **fault)
{
	char *end;

	*port = NULL;
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
	if (!ports)
		return *end ? refuse(fault, "there is something after the bracket") : 0;
	if (*end != ':' || !end[1])
		return refuse(fault, "the port is missing (as tcp:HOST:PORT; 0 lets the system choose)");
	*end++ = '\0';
	*port = end;
	return 0;
}

static int
parse_host(struct address *address, char *text, bool ports, const char **fault)
{
	unsigned long long number;
	char *host, *zone;

	if (split(text, ports, &host, &address->port, fault) == -1)
		return -1;
	zone = strchr(host, '%');
	if (zone) {
		*zone = '\0';
		address->interface = zone + 1;
		if (!*host || strcmp(host, "*") == 0 || !zone[1])
			return refuse(fault, "an interface stands after a host and % (as in [fe80::1%eth0])");
	}
	address->any = strcmp(host, "*") == 0;
	address->host = *host && !address->any ? host : NULL;
	/* The name of a port contains a letter. */
	if (address->port && !strpbrk(address->port, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
	    number_parse(address->port, 0, 65535, &number) == -1)
		return refuse(fault, "the port is not from 0 to 65535");
	return 0;
}

static int
parse_raw(struct address *address, char *text, const char **fault)
{
	char *colon = strchr(text, ':');
	unsigned long long number;
	struct protoent *entry;

	if (!colon || colon == text)
		return refuse(fault, "raw takes a protocol and a host (raw:icmp:127.0.0.1)");
	*colon = '\0';
	entry = getprotobyname(text);
	if (number_parse(text, 0, 255, &number) == 0)
		address->protocol = (int)number;
	else if (entry)
		address->protocol = entry->p_proto;
	else
		return refuse(fault, "there is no such protocol (a name of /etc/protocols, or a number from 0 to 255)");
	return parse_host(address, colon + 1, false, fault);
}

static int
parse_path(struct address *address, const char *path, const char **fault)
{
	address->path = path;
	address->abstract = *path == '@';
	if (!*path)
		return refuse(fault, "the path is missing");
	if (address->abstract && !path[1])
		return refuse(fault, "the name after @ is missing");
	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return refuse(fault, "the path is too long for a Unix socket (107 bytes at most on Linux)");
	return 0;
}

static int
parse_descriptor(struct address *address, const char *text, const char **fault)
{
	unsigned long long number;

	address->inherited = true;
	address->fd = -1;
	if (*text && number_parse(text, 0, INT_MAX, &number) == -1)
		return refuse(fault, "not the number of a descriptor (fd:3; fd: is the first of LISTEN_FDS)");
	if (*text)
		address->fd = (int)number;
	return 0;
}

/* Return true if the text ends in a colon and a number, as HOST:PORT does. */
static bool
is_host(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon && colon > text && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

int
address_parse(struct address *address, const char *text, const char **fault)
{
	size_t length = strcspn(text, ":"), i;
	int result;

	for (i = 0; i < SCHEMES; i++)
		if (strlen(schemes[i].name) == length && strncmp(schemes[i].name, text, length) == 0)
			break;
	*address = (struct address){.text = text};
	if (strncmp(text, "fd:", 3) == 0)
		return parse_descriptor(address, text + 3, fault);
	if (*text == '/' || strncmp(text, "./", 2) == 0)
		return refuse(fault, "a path has its kind in front (unix:PATH, unix-dgram:PATH, unix-seq:PATH)");
	if (i == SCHEMES && is_host(text))
		return refuse(fault, "a host has its kind in front (tcp:HOST:PORT, udp:HOST:PORT)");
	if (!text[length] || i == SCHEMES)
		return refuse(fault, "not an address (tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unix-dgram:PATH, "
		                     "unix-seq:PATH, raw:PROTO:HOST, fd:N)");
	address->scheme = schemes[i].name;
	address->kind = schemes[i].kind;
	address->family = schemes[i].family;
	address->type = schemes[i].type;
	address->rest = strdup(text + length + 1);
	if (!address->rest) {
		*fault = strerror(errno);
		return -1;
	}
	result = address->kind == ADDRESS_UNIX  ? parse_path(address, address->rest, fault)
	         : address->kind == ADDRESS_RAW ? parse_raw(address, address->rest, fault)
	                                        : parse_host(address, address->rest, true, fault);
	if (result == -1) {
		address_free(address);
		errno = EINVAL;
	}
	return result;
}

bool
address_describe(struct address *address, int family, int type)
{
	bool internet = family == AF_INET || family == AF_INET6;
	size_t i;

	for (i = 0; i < SCHEMES; i++) {
		if (schemes[i].type != type || schemes[i].family != (internet ? AF_UNSPEC : family))
			continue;
		address->scheme = schemes[i].name;
		address->kind = schemes[i].kind;
		address->family = family;
		address->type = type;
		return true;
	}
	return false;
}

void
address_free(struct address *address)
{
	free(address->rest);
	address->rest = NULL;
}

bool
address_alike(const struct address *one, const struct address *other)
{
	return one->kind == other->kind && one->type == other->type && one->protocol == other->protocol &&
	       (one->family == other->family || one->family == AF_UNSPEC || other->family == AF_UNSPEC);
}
