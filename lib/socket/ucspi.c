/*
 * ucspi.c: the environment of a COMMAND: the variables of this process, and those of UCSPI for the connection. The list
 * is our own, because setenv(3) never frees a value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "socket/internal.h"
#include "socket/ucspi.h"

extern char **environ;

/* The most variables of a connection. */
#define ADDED 12

/* Return true for a variable that COMMAND could take for a variable of its connection, or for a socket of its own. */
static bool
misleads(const char *entry)
{
	static const char *const names[] = {"PROTO=", "TCPLOCAL", "TCPREMOTE", "UDPLOCAL", "UDPREMOTE", "IPCLOCAL",
	    "IPCREMOTE", "RAWLOCAL", "RAWREMOTE", "LISTEN_FDS=", "LISTEN_PID=", "LISTEN_PIDFDID=", "LISTEN_FDNAMES="};
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
	return 0;
}

/* Add NAME=VALUE. */
static void
add(struct ucspi *ucspi, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vformat(&ucspi->values, format, args);
	va_end(args);
	/* The next variable stands behind the NUL. */
	if (!ucspi->values.cut)
		ucspi->values.size++;
}

/* Add NAME=PATH. A path may hold any byte, and scripts read lines. */
static void
add_path(struct ucspi *ucspi, const char *name, const struct socket_address *from)
{
	size_t size, i;
	const char *path = address_path(from, &size);
	struct text shown = {0};

	for (i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)path[i];

		if (i == 0 && byte == '\0')
			text_format(&shown, "@");
		else if (byte == '\n' || byte == '\\')
			text_format(&shown, byte == '\n' ? "\\n" : "\\\\");
		else
			text_format(&shown, byte < 0x20 || byte == 0x7f ? "\\x%02x" : "%c", byte);
	}
	ucspi->values.cut |= shown.cut;
	if (size > 0)
		add(ucspi, "%s=%s", name, shown.data ? shown.data : "");
	text_free(&shown);
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
	bool is_unix = socket->address.kind == ADDRESS_UNIX;
	struct text *values = &ucspi->values;
	struct socket_address local;
	size_t count = ucspi->base;
	struct owner owner;
	char *value;

	values->cut = false;
	values->size = ucspi->same;
	if (!ucspi->same || !is_unix)
		socket_bound(socket, fd, &local);
	if (!ucspi->same) {
		add(ucspi, "PROTO=%s", protocol);
		if (is_unix)
			add_path(ucspi, "IPCLOCALPATH", &local);
		ucspi->same = values->cut ? 0 : values->size;
	}
	if (is_unix) {
		add_path(ucspi, "IPCREMOTEPATH", peer);
	} else {
		add_host(ucspi, protocol, "LOCAL", &local, ucspi->asked);
		add_host(ucspi, protocol, "REMOTE", peer, NULL);
	}
	if (is_unix && socket_has_connections(socket) && socket_owner(fd, &owner) == 0)
		add(ucspi, "IPCREMOTEPID=%ld%cIPCREMOTEEUID=%lu%cIPCREMOTEEGID=%lu", (long)owner.pid, 0,
		    (unsigned long)owner.uid, 0, (unsigned long)owner.gid);
	if (values->cut)
		return error_set(ENOMEM);
	for (value = values->data; value < values->data + values->size; value += strlen(value) + 1)
		ucspi->list[count++] = value;
	ucspi->list[count] = NULL;
	return 0;
}

void
ucspi_close(struct ucspi *ucspi)
{
	text_free(&ucspi->values);
	free(ucspi->list);
}
