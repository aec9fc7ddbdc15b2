/*
 * address.h: socket addresses.
 */
#ifndef SOCKET_ADDRESS_H
#define SOCKET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/text.h"

enum address_kind { ADDRESS_TCP, ADDRESS_UDP, ADDRESS_UNIX, ADDRESS_RAW };

struct address {
	enum address_kind kind;
	const char *text;   /* as it was written */
	const char *scheme; /* "tcp", "unix-dgram" */
	int family, type; /* AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX; SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW */
	bool any;         /* HOST is * */
	const char *host; /* NULL: loopback, or any */
	const char *port; /* NULL: none */
	int protocol;     /* ADDRESS_RAW */
	const char *path; /* ADDRESS_UNIX; an abstract name begins with @ */
	bool abstract;
	char *rest; /* what stands after the scheme; addr.c's own */
};

/* An address as the system has it. */
struct address_socket {
	struct sockaddr_storage address;
	socklen_t size;
};

struct address_list {
	struct address_socket *sockets;
	size_t count;
};

/* Reads an address (ipc7(7)); text must stay. -1: EINVAL, ENOMEM, and *fault says in a phrase what is wrong. */
int address_parse(struct address *addr, const char *text, const char **fault);

/* Releases its strings. */
void address_free(struct address *addr);

/*
 * All addresses that it stands for, in the order in which they are to be tried; listens: to listen at. -1: *fault says why
 * there is none. Source: getaddrinfo(3p).
 */
int address_resolve(const struct address *addr, bool listens, struct address_list *list, const char **fault);

void address_list_free(struct address_list *list);

/* Room for the numeric form of an address. */
#define ADDRESS_HOST 64

/* Writes the host as numbers, and the port. False: it is not of IPv4 or IPv6. Source: inet_ntop(3p). */
bool address_numeric(const struct address_socket *socket, char *host, size_t room, unsigned int *port);

/* Appends an address as the user would write it, with the scheme of addr. */
void address_format(const struct address *addr, const struct address_socket *socket, struct text *text);

/* True if a socket of one kind can be bound, or send, to the other. */
bool address_alike(const struct address *one, const struct address *other);

/* The name of an address family, as AF_UNIX. */
const char *address_family(int family);

/* Appends an address as the trace shows it. */
void address_quote(const struct address_socket *socket, struct text *text);

/* Traces a call that takes an address, as bind(2); keeps errno. */
void address_trace(const char *call, int fd, const struct address_socket *socket, long result);

#endif
