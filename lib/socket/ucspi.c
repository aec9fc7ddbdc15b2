/*
 * ucspi.c: the environment of a COMMAND that is run for a connection: what this process has, and what UCSPI says of the
 * connection. setenv(3) would keep every value it has ever had.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/text.h"
#include "socket/address.h"
#include "socket/internal.h"
#include "socket/socket.h"

extern char **environ;

/* The most that is added. */
#define ADDED 12

/* What is said of connections; what came from outside is not to be taken for that. */
static bool
ours(const char *entry)
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
env_open(struct env *env)
{
	size_t count = 0, i;

	while (environ && environ[count])
		count++;
	*env = (struct env){.list = calloc(count + ADDED + 1, sizeof(*env->list))};
	if (!env->list)
		return -1;
	for (i = 0; i < count; i++)
		if (!ours(environ[i]))
			env->list[env->base++] = environ[i];
	env->count = env->base;
	return 0;
}

int
env_add(struct env *env, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	va_start(args, format);
	text_vformat(&text, format, args);
	va_end(args);
	if (!text.data || env->count == env->base + ADDED)
		return -1;
	env->list[env->count++] = text.data;
	env->list[env->count] = NULL;
	return 0;
}

void
env_reset(struct env *env)
{
	while (env->count > env->base)
		free(env->list[--env->count]);
	if (env->list)
		env->list[env->count] = NULL;
}

void
env_close(struct env *env)
{
	env_reset(env);
	free(env->list);
}

static int
add_path(struct env *env, const char *name, const struct address_socket *socket)
{
	const struct sockaddr_un *path = (const struct sockaddr_un *)&socket->address;
	size_t offset = offsetof(struct sockaddr_un, sun_path),
	       size = socket->size > offset ? socket->size - offset : 0;

	if (size == 0)
		return 0;
	if (path->sun_path[0] == '\0')
		return env_add(env, "%s=@%.*s", name, (int)size - 1, path->sun_path + 1);
	return env_add(env, "%s=%.*s", name, (int)strnlen(path->sun_path, size), path->sun_path);
}

static int
add_host(struct env *env, const char *protocol, const char *side, const struct address_socket *socket)
{
	char host[ADDRESS_HOST];
	unsigned int port;

	if (!address_numeric(socket, host, sizeof(host), &port))
		return 0;
	if (env_add(env, "%s%sIP=%s", protocol, side, host) == -1)
		return -1;
	/* The port of a raw socket is its protocol. */
	return strcmp(protocol, "RAW") == 0 ? 0 : env_add(env, "%s%sPORT=%u", protocol, side, port);
}

int
env_connection(struct env *env, const struct sock *sock, int fd, const struct address_socket *peer)
{
	static const char *const protocols[] = {
	    [ADDRESS_TCP] = "TCP", [ADDRESS_UDP] = "UDP", [ADDRESS_UNIX] = "IPC", [ADDRESS_RAW] = "RAW"};
	const char *protocol = protocols[sock->addr.kind];
	struct address_socket local;
	pid_t pid;
	uid_t uid;
	gid_t gid;

	sock_local(fd, &local);
	env_reset(env);
	if (env_add(env, "PROTO=%s", protocol) == -1)
		return -1;
	if (sock->addr.kind != ADDRESS_UNIX)
		return add_host(env, protocol, "LOCAL", &local) == -1 ? -1 : add_host(env, protocol, "REMOTE", peer);
	if (add_path(env, "IPCLOCALPATH", &local) == -1 || add_path(env, "IPCREMOTEPATH", peer) == -1)
		return -1;
	if (!sock_connects(sock) || socket_owner(fd, &pid, &uid, &gid) == -1)
		return 0;
	return env_add(env, "IPCREMOTEPID=%ld", (long)pid) == -1 ||
	               env_add(env, "IPCREMOTEEUID=%lu", (unsigned long)uid) == -1
	           ? -1
	           : env_add(env, "IPCREMOTEEGID=%lu", (unsigned long)gid);
}
