/*
 * socket-limit: bare C loops on sockets, as the limit for sockcat. splice(2) is used safely: the program waits in poll(2), and
 * no call waits while it holds the lock of a pipe.
 *
 * socket-limit serve|send unix|tcp FILE       bytes from a client to standard output; standard input to a server
 * socket-limit echo unix|tcp FILE             a server that returns all data of one client
 * socket-limit clients unix|tcp FILE COUNT    COUNT connections, one after the other, each until end of file
 * socket-limit commands unix|tcp FILE COMMAND [ARG...]  a server that runs COMMAND, a file, for each connection
 * socket-limit talk COUNT COMMAND [ARG...]    COUNT messages to COMMAND, each after the last has come back
 *
 * FILE is the path of the Unix socket, or a file with the TCP port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST     (1024 * 1024)
#define CAPACITY (256 * 1024)
#define MESSAGE  64

/* What open_socket does. */
enum { CONNECT, ONE, MANY };

static int
open_socket(const char *kind, const char *file, int listens)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	struct sockaddr_in host = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int is_unix = strcmp(kind, "unix") == 0, fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM, 0), port = 0,
	    client;
	struct sockaddr *address = is_unix ? (struct sockaddr *)&path : (struct sockaddr *)&host;
	socklen_t size = is_unix ? sizeof(path) : sizeof(host);
	FILE *text;

	snprintf(path.sun_path, sizeof(path.sun_path), "%s", file);
	if (!listens) {
		text = is_unix ? NULL : fopen(file, "r");
		if (text && fscanf(text, "%d", &port) == 1)
			host.sin_port = htons((uint16_t)port);
		return connect(fd, address, size) == -1 ? -1 : fd;
	}
	if (bind(fd, address, size) == -1 || listen(fd, 64) == -1)
		return -1;
	if (!is_unix) {
		char other[4096];

		getsockname(fd, address, &size);
		snprintf(other, sizeof(other), "%s.new", file);
		text = fopen(other, "w");
		fprintf(text, "%d\n", ntohs(host.sin_port));
		fclose(text);
		rename(other, file);
	}
	if (listens == MANY)
		return fd;
	client = accept(fd, NULL, NULL);
	close(fd);
	return client;
}

/* Move all bytes from in to out, through a pipe if neither is a pipe. Returns 0, or 1 on failure. */
static int
move(int in, int out)
{
	struct pollfd from = {.fd = in, .events = POLLIN}, to = {.fd = out, .events = POLLOUT};
	struct stat in_st, out_st;
	int way[2], direct;
	ssize_t got, put;

	fstat(in, &in_st);
	fstat(out, &out_st);
	direct = S_ISFIFO(in_st.st_mode) || S_ISFIFO(out_st.st_mode);
	if (direct)
		fcntl(S_ISFIFO(in_st.st_mode) ? in : out, F_SETPIPE_SZ, CAPACITY);
	else if (pipe(way) == -1 || fcntl(way[1], F_SETPIPE_SZ, CAPACITY) == -1)
		return 1;
	for (;;) {
		poll(&from, 1, -1);
		got = splice(in, NULL, direct ? out : way[1], NULL, MOST, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
		if (got == 0)
			return 0;
		if (got == -1)
			poll(&to, 1, -1);
		while (!direct && got > 0) {
			put = splice(way[0], NULL, out, NULL, (size_t)got, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
			if (put == -1)
				poll(&to, 1, -1);
			else
				got -= put;
		}
	}
}

static int
talk(int count, char *argv[])
{
	char message[MESSAGE];
	int there[2], back[2], i, had;
	ssize_t got;

	if (pipe2(there, O_CLOEXEC) == -1 || pipe2(back, O_CLOEXEC) == -1)
		return 1;
	if (fork() == 0) {
		dup2(there[0], 0);
		dup2(back[1], 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(there[0]);
	close(back[1]);
	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\n';
	for (i = 0; i < count; i++) {
		if (write(there[1], message, sizeof(message)) == -1)
			return 1;
		for (had = 0; had < MESSAGE; had += (int)got)
			if ((got = read(back[0], message, (size_t)(MESSAGE - had))) <= 0)
				return 1;
	}
	return 0;
}

/* Run a COMMAND for each connection until killed. */
static int
commands(int listener, char *argv[])
{
	fcntl(listener, F_SETFD, FD_CLOEXEC);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		pid_t pid = fd == -1 ? -1 : vfork();

		if (pid == 0) {
			dup2(fd, 0);
			dup2(fd, 1);
			execv(argv[0], argv);
			_exit(127);
		}
		if (pid == -1)
			return 1;
		close(fd);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

int
main(int argc, char *argv[])
{
	static char buffer[64 * 1024];
	const char *what = argc > 1 ? argv[1] : "";
	ssize_t got;
	int fd, i;

	if (argc > 3 && strcmp(what, "talk") == 0)
		return talk(atoi(argv[2]), argv + 3);
	if (argc < 4)
		return 2;
	for (i = 0; strcmp(what, "clients") == 0 && i < (argc > 4 ? atoi(argv[4]) : 1); i++) {
		fd = open_socket(argv[2], argv[3], CONNECT);
		if (fd == -1)
			return 1;
		shutdown(fd, SHUT_WR);
		while (read(fd, buffer, sizeof(buffer)) > 0)
			;
		close(fd);
	}
	if (strcmp(what, "clients") == 0)
		return 0;
	if (strcmp(what, "commands") == 0 && argc > 4)
		return commands(open_socket(argv[2], argv[3], MANY), argv + 4);
	fd = open_socket(argv[2], argv[3], strcmp(what, "send") != 0 ? ONE : CONNECT);
	if (fd == -1)
		return 1;
	while (strcmp(what, "echo") == 0) {
		got = read(fd, buffer, sizeof(buffer));
		if (got <= 0 || write(fd, buffer, (size_t)got) != got)
			return got != 0;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (strcmp(what, "serve") == 0)
		return move(fd, STDOUT_FILENO);
	i = move(STDIN_FILENO, fd);
	shutdown(fd, SHUT_WR);
	fcntl(fd, F_SETFL, 0);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	return i;
}
