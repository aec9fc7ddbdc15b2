/*
 * sockcat: talk over TCP, UDP, Unix and raw sockets.
 *
 * Connects, or listens, and copies both ways; or runs COMMAND on each connection or packet. The end of the input is passed on
 * as a half-close, a late answer is waited for as long as it takes, and it ends when the peer has closed and all is written.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/command.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/ready.h"
#include "base/text.h"
#include "socket/address.h"
#include "socket/socket.h"

static const struct command command = {
    .name = "sockcat",
    .usage =
        "[-l] [-BfIOuvz] [-0|-N|-r] [-P] [-b ADDR] [-j MAX] [-m MODE] [-n COUNT] [-R FILE] [-t TIME] [-T TIME] ADDRESS "
        "[-- COMMAND [ARG...]]",
    .help =
        "Connect to ADDRESS, or listen at it, and copy standard input to it and what comes to standard output.\n"
        "ADDRESS: tcp:HOST:PORT udp:HOST:PORT (tcp4 tcp6 udp4 udp6) unix:PATH unix-dgram:PATH unix-seq:PATH (@NAME)\n"
        "         raw:PROTO:HOST; HOST empty: loopback, *: every address, in brackets: IPv6; PORT 0: the system "
        "chooses\n"
        "  -l        listen: serve one connection, or packet\n"
        "  -f        with -l: for ever, many at a time; without COMMAND lines of all go to standard output, and\n"
        "            standard input goes to all\n"
        "  -n COUNT  with -l: so many connections; packets: so many received\n"
        "  -j MAX    at most so many at a time\n"
        "  -B        what one client sends goes to the others too\n"
        "  -I, -O    only from the socket to the output; only from the input to the socket\n"
        "  -0, -N, -r  records are NUL-terminated, netstrings, or one that is the whole input (lines)\n"
        "  -P        prefix each record with its peer and a tab, and read the same\n"
        "  -b ADDR   the address of this end\n"
        "  -m MODE   octal mode of a Unix path (0600)\n"
        "  -u        unlink it on the way out\n"
        "  -R FILE   write the address to FILE (see mkfifo) once it listens, or is connected\n"
        "  -t TIME   wait at most so long for a peer, a byte or a packet; 0 never waits\n"
        "  -T TIME   keep trying to connect for so long\n"
        "  -v        print each system call\n"
        "  -z        pass the pages of an input file instead of copying them\n",
};

struct cat {
	struct sock sock;
	struct session session;
	bool listen, unlink;
	const char *local, *ready_file;
	int ready;
};

static int
parse_options(struct cat *cat, int argc, char *argv[])
{
	struct session *session = &cat->session;
	unsigned long long number;
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":0NrBb:fhIj:lm:n:OPR:t:T:uvVz")) != -1) {
		switch (option) {
		case '0':
		case 'N':
		case 'r':
			status = command_form(option, &session->form);
			break;
		case 'B':
			session->relays = true;
			break;
		case 'b':
			cat->local = optarg;
			break;
		case 'f':
			session->forever = true;
			break;
		case 'I':
			session->input = false;
			break;
		case 'j':
			status = command_number(option, optarg, 1, INT_MAX, &number);
			session->most = status == -1 ? (size_t)number : 0;
			break;
		case 'l':
			cat->listen = true;
			break;
		case 'm':
			status = command_mode(option, optarg, &cat->sock.mode);
			break;
		case 'n':
			status = command_number(option, optarg, 0, ULLONG_MAX, &session->count);
			session->counted = true;
			break;
		case 'O':
			session->output = false;
			break;
		case 'P':
			session->prefix = true;
			break;
		case 'R':
			cat->ready_file = optarg;
			break;
		case 't':
			status = command_time(option, optarg, &session->timeout);
			break;
		case 'T':
			status = command_time(option, optarg, &cat->sock.retry);
			break;
		case 'u':
			cat->unlink = true;
			break;
		case 'z':
			session->pass = true;
			break;
		default:
			status = command_option(&command, option);
		}
	}
	return status;
}

/* Options that have no meaning here are refused, so that nobody believes that they had. */
static int
check(const struct cat *cat)
{
	const struct session *session = &cat->session;
	bool connects = sock_connects(&cat->sock);

	if (!session->input && !session->output)
		return command_usage("only one of -I and -O can be given");
	if (cat->listen && (cat->local || cat->sock.retry))
		return command_usage("-b and -T are for a connection that is made, without -l");
	if (!cat->listen && (session->forever || session->relays || session->most || cat->unlink))
		return command_usage("-f, -B, -j and -u are for a socket that listens, with -l");
	if (!cat->listen && session->counted && cat->sock.addr.type == SOCK_STREAM)
		return command_usage("-n counts connections, with -l, or packets");
	if (!cat->listen && session->prefix && cat->sock.addr.type == SOCK_STREAM)
		return command_usage("-P says who sent a packet, or with -l a record");
	if (session->argv && (!session->input || !session->output || session->relays || session->prefix))
		return command_usage("-I, -O, -B and -P are not for a COMMAND, which has the socket itself");
	if (session->relays && !session->forever && !session->counted)
		return command_usage("-B is for many clients (-f or -n)");
	if (session->relays && !connects)
		return command_usage("-B is for clients that are connected");
	if (session->most && !session->argv && !connects)
		return command_usage("-j is for connections, or a COMMAND");
	return -1;
}

static int
parse_address(struct address *addr, const char *text)
{
	const char *fault;

	if (address_parse(addr, text, &fault) == 0)
		return -1;
	error_line(text, "%s", fault);
	return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

static int
parse(struct cat *cat, int argc, char *argv[])
{
	int status = parse_options(cat, argc, argv);

	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("ADDRESS is missing; usage: sockcat %s", command.usage);
	status = parse_address(&cat->sock.addr, argv[optind]);
	if (status == -1 && cat->local)
		status = parse_address(&cat->sock.local, cat->local);
	if (status != -1)
		return status;
	if (cat->local && !address_alike(&cat->sock.local, &cat->sock.addr))
		return command_usage("-b takes an address of the same kind as ADDRESS");
	if (optind + 1 < argc) {
		if (strcmp(argv[optind + 1], "--") != 0)
			return command_usage("there is one ADDRESS, after the options; a COMMAND stands after --");
		if (optind + 2 == argc)
			return command_usage("COMMAND is missing after --");
		cat->session.argv = argv + optind + 2;
	}
	cat->sock.timeout = cat->session.timeout;
	return check(cat);
}

/* Connects or listens, and says that it is ready. Returns the exit status, or -1 to go on. */
static int
set_up(struct cat *cat)
{
	struct address_socket local;
	struct text line = {0};
	int status;

	if (cat->ready_file) {
		cat->ready = ready_open(cat->ready_file);
		if (cat->ready == -1) {
			error_line(cat->ready_file, "%s", strerror(errno));
			return STATUS_FAILED;
		}
	}
	status = cat->listen ? sock_listen(&cat->sock) : sock_connect(&cat->sock);
	if (status != -1 || cat->ready == -1)
		return status;
	sock_local(cat->sock.fd, &local);
	address_format(&cat->sock.addr, &local, &line);
	if (ready_say(cat->ready, line.data ? line.data : "") == -1) {
		error_line(cat->ready_file, "%s", strerror(errno));
		status = STATUS_FAILED;
	}
	text_free(&line);
	return status;
}

static void
replace(int fd, const char *path, int flags)
{
	int other = open(path, flags | O_CLOEXEC);

	if (other == -1)
		return;
	(void)dup2(other, fd);
	close(other);
}

/*
 * A standard input that is closed has nothing to say, nor has a terminal whose shell has put this process in the background:
 * reading would stop it. An output terminal that is stopped must not stop the other direction.
 */
static void
open_standard(void)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	const char *terminal = isatty(STDOUT_FILENO) ? ttyname(STDOUT_FILENO) : NULL;
	pid_t foreground = tcgetpgrp(STDIN_FILENO);

	if ((flags & O_ACCMODE) == O_WRONLY || (foreground != -1 && foreground != getpgrp()))
		replace(STDIN_FILENO, "/dev/null", O_RDONLY);
	/* What is opened here is nobody else's, so that it can be non-blocking. */
	if (terminal)
		replace(STDOUT_FILENO, terminal, O_WRONLY | O_NONBLOCK | O_NOCTTY);
}

int
main(int argc, char *argv[])
{
	static struct cat cat = {
	    .sock = {.mode = 0600, .fd = -1},
	    .session = {.input = true, .output = true, .timeout = DEADLINE_NEVER},
	    .ready = -1,
	};
	int status = command_start(&command, argc, argv), other;

	if (status == -1)
		status = parse(&cat, argc, argv);
	if (status == -1)
		status = session_find(&cat.session);
	if (status != -1)
		return command_end(status);
	if (!cat.session.argv)
		open_standard();
	status = set_up(&cat);
	if (status == -1)
		status = cat.listen ? session_serve(&cat.session, &cat.sock) : session_talk(&cat.session, &cat.sock);
	if (cat.unlink || cat.local) {
		other = sock_unlink(&cat.sock);
		status = status == STATUS_OK ? other : status;
	}
	if (status == STATUS_FAILED && cat.session.argv && !cat.session.ended)
		status = STATUS_RUNNER;
	sock_close(&cat.sock);
	session_close(&cat.session);
	return command_end(status);
}
