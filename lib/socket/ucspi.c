/*
 * ucspi.c: the environment of a COMMAND: the variables of this process, and those of UCSPI for the connection. The list
 * is our own, because setenv(3) never frees a value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket/internal.h"
#include "socket/ucspi.h"

extern char **environ;

/* The most variables of a connection. */
#define ADDED 12

/* Return true for a variable that COMMAND could take for a variable of its connection. */
static bool
misleads(const char *entry)
{
	static const char *const names[] = {"PROTO=", "TCPLOCAL", "TCPREMOTE", "UDPLOCAL", "UDPREMOTE", "IPCLOCAL",
	    "IPCREMOTE", "RAWLOCAL", "RAWREMOTE"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

int
ucspi_open(struct ucspi *ucspi)
{
	size_t count = 0, i;

	while (environ && environ[count])
		count++;
	*ucspi = (struct ucspi){.list = calloc(count + ADDED + 1, sizeof(*ucspi->list))};
	if (!ucspi->list)
		return -1;
	for (i = 0; i < count; i++)
		if (!misleads(environ[i]))
			ucspi->list[ucspi->base++] = environ[i];
	ucspi->count = ucspi->base;
	return 0;
}

/* Add NAME=VALUE, or set failed. */
static void
add(struct ucspi *ucspi, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	ucspi->failed |= text.cut;
	if (text.data)
		ucspi->list[ucspi->count++] = text.data;
}

static void
reset(struct ucspi *ucspi)
{
	ucspi->failed = false;
	while (ucspi->count > ucspi->base) {
		free(ucspi->list[--ucspi->count]);
		ucspi->list[ucspi->count] = NULL;
	}
}

static void
add_path(struct ucspi *ucspi, const char *name, const struct socket_address *from)
{
	size_t size;
	const char *path = address_path(from, &size);

	if (size > 0 && path[0])
		add(ucspi, "%s=%.*s", name, (int)size, path);
	else if (size > 0)
		add(ucspi, "%s=@%.*s", name, (int)size - 1, path + 1);
}

static void
add_host(struct ucspi *ucspi, const char *protocol, const char *side, const struct socket_address *from,
    const struct socket_address *asked)
{
	char host[ADDRESS_HOST];
	unsigned int port, none;

	if (!address_numeric(from, host, sizeof(host), &port))
		return;
	if (asked && asked->size)
		address_numeric(asked, host, sizeof(host), &none);
	add(ucspi, "%s%sIP=%s", protocol, side, host);
	/* The port of a raw socket is its protocol. */
	if (strcmp(protocol, "RAW") != 0)
		add(ucspi, "%s%sPORT=%u", protocol, side, port);
}

int
ucspi_set(struct ucspi *ucspi, const struct socket *socket, int fd, const struct socket_address *peer)
{
	static const char *const protocols[] = {
	    [ADDRESS_TCP] = "TCP", [ADDRESS_UDP] = "UDP", [ADDRESS_UNIX] = "IPC", [ADDRESS_RAW] = "RAW"};
	const char *protocol = protocols[socket->address.kind];
	struct socket_address local;
	struct owner owner;

	socket_bound(socket, fd, &local);
	reset(ucspi);
	add(ucspi, "PROTO=%s", protocol);
	/* A Unix address has no host, and any other one no path. */
	add_host(ucspi, protocol, "LOCAL", &local, ucspi->asked);
	add_host(ucspi, protocol, "REMOTE", peer, NULL);
	if (socket->address.kind == ADDRESS_UNIX) {
		add_path(ucspi, "IPCLOCALPATH", &local);
		add_path(ucspi, "IPCREMOTEPATH", peer);
		if (socket_has_connections(socket) && socket_owner(fd, &owner) == 0) {
			add(ucspi, "IPCREMOTEPID=%ld", (long)owner.pid);
			add(ucspi, "IPCREMOTEEUID=%lu", (unsigned long)owner.uid);
			add(ucspi, "IPCREMOTEEGID=%lu", (unsigned long)owner.gid);
		}
	}
	if (ucspi->failed)
		errno = ENOMEM;
	return ucspi->failed ? -1 : 0;
}

void
ucspi_close(struct ucspi *ucspi)
{
	reset(ucspi);
	free(ucspi->list);
}
