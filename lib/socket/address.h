/*
 * address.h: socket addresses, as users write them (ipc7(7)) and as the system stores them.
 */
#ifndef SOCKET_ADDRESS_H
#define SOCKET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/text.h"

enum address_kind { ADDRESS_TCP, ADDRESS_UDP, ADDRESS_UNIX, ADDRESS_RAW };

struct address {
	enum address_kind kind;
	const char *text;   /* address as it was written */
	const char *scheme; /* "tcp", "unix-dgram" */
	int family, type; /* AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX; SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW */
	bool any;         /* HOST is * */
	const char *host; /* NULL: loopback, or any */
	const char *interface; /* name or number of a network interface, after % in the host; NULL: none */
	const char *port;      /* number or name of the port; NULL: none */
	int protocol;          /* of ADDRESS_RAW */
	const char *path;      /* path of ADDRESS_UNIX; an abstract name begins with @ */
	bool abstract;
	bool inherited; /* fd:N; address_describe sets kind, scheme, family and type */
	int fd;         /* descriptor; -1: the first that systemd passed */
	char *rest;     /* private: string that host, interface, port and path point into */
};

/* An address as the system stores it. */
struct socket_address {
	struct sockaddr_storage storage;
	socklen_t size; /* bytes in use; 0: no address */
};

struct address_list {
	struct socket_address *addresses;
	size_t count;
};

/*
 * Read an address. text must outlive it. Returns 0, or -1 with a phrase for the error line in *fault. Errors: EINVAL
 * (not an address), ENOMEM.
 */
int address_parse(struct address *address, const char *text, const char **fault);

/* Set the kind of an inherited socket. Returns false if there is no such kind of address. See socket(2). */
bool address_describe(struct address *address, int family, int type);

/* Release the memory of address_parse. */
void address_free(struct address *address);

/* Return true if both addresses can be used with one socket: same kind, type, protocol and IP version. */
bool address_alike(const struct address *one, const struct address *other);

/*
 * Look up all addresses that this one stands for, in the order in which to try them; listens: to listen at. Wait for a
 * name server until the deadline, or 0.1 s if the deadline is sooner. The caller calls address_list_free after success.
 * Returns 0, or -1 with errno and a phrase for the error line in *fault. Errors: EINVAL (no such host or port, or * is
 * not an address to connect to), EAGAIN (no name server answers), ETIMEDOUT, EINTR (a signal was caught), ENOMEM, those
 * of fork(2). See getaddrinfo(3).
 */
int address_resolve(const struct address *address, bool listens, const struct deadline *until,
    struct address_list *list, const char **fault);

/* Return the index of the interface of an address, or 0 if it has none, or if there is no such interface. */
unsigned int address_interface(const struct address *address);

/* Return true for the address of a multicast group. */
bool address_is_group(const struct socket_address *address);

/* Release the addresses. The list is then empty. */
void address_list_free(struct address_list *list);

/* Bytes that the numeric form of a host needs, with its NUL. */
#define ADDRESS_HOST 64

/*
 * Write the host as numbers (size: bytes of space) and set *port. Write an IPv4 address inside IPv6 as IPv4. Returns
 * false if the address is neither IPv4 nor IPv6. See inet_ntop(3).
 */
bool address_numeric(const struct socket_address *from, char *host, size_t size, unsigned int *port);

/* Append a system's address as the user would write it, with the scheme of address. */
void address_format(const struct address *address, const struct socket_address *from, struct text *text);

/*
 * Return the path of a Unix address, *size bytes without a NUL; an abstract name begins with a NUL. Set *size to 0 if
 * there is no name.
 */
const char *address_path(const struct socket_address *from, size_t *size);

#endif
