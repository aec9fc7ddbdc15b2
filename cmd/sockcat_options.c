/*
 * sockcat_options.c: the command line of sockcat. Options that mean nothing together are refused, so that no user
 * believes that they had an effect.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"

#include "sockcat.h"

const struct command sockcat_command = {
    .name = "sockcat",
    .usage = "[-l] [-BfIKOuvz] [-0|-N|-r] [-P] [-b ADDR] [-j MAX] [-L TIME] [-m MODE] [-n COUNT] [-R FILE] [-t TIME] "
             "[-T TIME] ADDRESS [-- COMMAND [ARG...]]",
    .help = "Connect to ADDRESS, or listen there, and copy standard input to the socket and the socket to standard "
            "output.\n"
            "  -l        listen, and serve one connection\n"
            "  -f        with -l, serve until stopped; else connect again once the peer has closed\n"
            "  -n COUNT  stop after COUNT records or packets; with -l, after COUNT connections or packets\n"
            "  -j MAX    serve at most MAX connections at once\n"
            "  -B        send what one client of a hub sends to the others too\n"
            "  -I        copy only from the socket to standard output\n"
            "  -O        copy only from standard input to the socket\n"
            "  -K        keep the sending side open at the end of the input\n"
            "  -L TIME   drop a record that cannot be sent within TIME\n"
            "  -0        end records with NUL instead of newline\n"
            "  -N        use records that are netstrings (5:hello,)\n"
            "  -r        use the whole input as one record; with -l -f, pass bytes as they come\n"
            "  -P        prefix each record with its peer and a tab; input records name theirs\n"
            "  -b ADDR   bind the connecting end to this address\n"
            "  -m MODE   set the octal mode of a Unix path (0600)\n"
            "  -u        unlink the Unix path on the way out\n"
            "  -R FILE   write the address to FILE once the socket is ready\n"
            "  -t TIME   wait at most TIME for a peer, a byte or a packet; 0 never waits\n"
            "  -T TIME   keep trying to connect for TIME\n"
            "  -v        trace IPC system calls\n"
            "  -z        pass the pages of an input file instead of copying them\n"
            "ADDRESS: tcp:HOST:PORT, udp:HOST:PORT (tcp4 tcp6 udp4 udp6), unix:PATH, unix-dgram:PATH, unix-seq:PATH, "
            "raw:PROTO:HOST, fd:N.\n"
            "HOST: empty is loopback, * is every address. PORT 0: a free one. @NAME for PATH: abstract. N: an open "
            "socket. See ipc7(7)\n",
};

/* Options that only the rules between options need. */
struct given {
	bool forever, counted, receives, sends, mode, tries;
	unsigned long long most;
	const char *local;
};

static int
check(const struct cat *cat, const struct given *given)
{
	const struct session *session = &cat->session;
	bool connects = socket_has_connections(&cat->socket), stream = cat->socket.address.type == SOCK_STREAM;

	if (given->receives && given->sends)
		return command_usage("only one of -I and -O can be given");
	if (cat->listens && (given->local || cat->socket.retry))
		return command_usage("-b and -T are for a connection that is made, without -l");
	if (!cat->listens && (session->relays || given->most || cat->unlinks))
		return command_usage("-B, -j and -u are for a socket that listens, with -l");
	if (session->again && !connects)
		return command_usage("-f needs a connection, or -l");
	if (!cat->listens && session->argv && (session->again || given->counted))
		return command_usage("-f and -n are not for a COMMAND, except with -l");
	if (!cat->listens && given->counted && session->count == 0 && !connects &&
	    cat->socket.address.kind != ADDRESS_UNIX)
		return command_usage("-n 0 needs a connection, or a Unix socket");
	if (session->again && session->prefix)
		return command_usage("-P is not for connecting again (-f)");
	if (!cat->listens && session->prefix && stream)
		return command_usage("-P needs packets, or -l");
	if (session->prefix && stream && session->form == RECORD_RAW)
		return command_usage("-P needs records, and a hub with -r has none");
	if (session->argv &&
	    (given->receives || given->sends || session->relays || session->prefix || session->lossy != DEADLINE_NEVER))
		return command_usage("-I, -O, -B, -L and -P are not for a COMMAND, which has the socket itself");
	if (given->receives && session->lossy != DEADLINE_NEVER)
		return command_usage("-L is for records that are sent, and -I sends none");
	if (session->relays && !cat->many)
		return command_usage("-B is for many clients (-f or -n)");
	if (session->relays && !connects)
		return command_usage("-B is for clients that are connected");
	if (given->most && !session->argv && !connects)
		return command_usage("-j is for connections, or a COMMAND");
	return GO_ON;
}

/* Check the options for a socket that was inherited, which has its address. */
static int
check_inherited(const struct cat *cat, const struct given *given)
{
	int fd = cat->socket.address.fd;

	if (given->local || given->mode || given->tries || cat->unlinks)
		return command_usage("-b, -m, -T and -u are not for a socket that was inherited");
	if (given->forever && !cat->listens)
		return command_usage("-f is not for a connection that was inherited, except with -l");
	if (!cat->session.argv && (fd == 0 || (fd == 1 && !given->sends)))
		return command_usage("%s is the socket itself (a COMMAND can talk over it)",
		    fd == 0 ? "standard input" : "standard output");
	return GO_ON;
}

static int
parse_address(struct address *address, const char *text)
{
	const char *fault;

	if (address_parse(address, text, &fault) == 0)
		return GO_ON;
	error_line(text, "%s", fault);
	return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

/* Read ADDRESS, the address of -b, and COMMAND. */
static int
parse_operands(struct cat *cat, const struct given *given, int argc, char *argv[])
{
	const char *local = given->local;
	int status;

	if (optind == argc)
		return command_usage("ADDRESS is missing; usage: sockcat %s", sockcat_command.usage);
	status = parse_address(&cat->socket.address, argv[optind]);
	if (status == GO_ON && local)
		status = parse_address(&cat->socket.local, local);
	if (status != GO_ON)
		return status;
	if (local && !cat->socket.address.inherited && !address_alike(&cat->socket.local, &cat->socket.address))
		return command_usage("-b takes an address of the same kind as ADDRESS");
	if (optind + 1 == argc)
		return GO_ON;
	if (strcmp(argv[optind + 1], "--") != 0)
		return command_surplus(
		    argv[optind + 1], "ADDRESS", "there is one ADDRESS, after the options; a COMMAND stands after --");
	if (optind + 2 == argc)
		return command_usage("COMMAND is missing after --");
	cat->session.argv = argv + optind + 2;
	return GO_ON;
}

/* Find out the kind of the inherited socket. */
static int
inherit(struct cat *cat, const struct given *given)
{
	int status = check_inherited(cat, given);

	if (status == GO_ON)
		status = socket_inherit(&cat->socket);
	return status == STATUS_FAILED && cat->session.argv ? STATUS_RUNNER : status;
}

int
sockcat_options(struct cat *cat, int argc, char *argv[])
{
	struct session *session = &cat->session;
	struct given given = {0};
	const struct command_option table[] = {
	    {'0', .form = &session->form},
	    {'B', .flag = &session->relays},
	    {'I', .flag = &given.receives},
	    {'K', .flag = &session->keeps},
	    {'L', .time = &session->lossy},
	    {'N', .form = &session->form},
	    {'O', .flag = &given.sends},
	    {'P', .flag = &session->prefix},
	    {'R', .file = &cat->ready_file},
	    {'T', .flag = &given.tries, .time = &cat->socket.retry},
	    {'b', .text = &given.local},
	    {'f', .flag = &given.forever},
	    {'j', .number = &given.most, .min = 1, .max = INT_MAX},
	    {'l', .flag = &cat->listens},
	    {'m', .flag = &given.mode, .mode = &cat->socket.mode},
	    {'n', .flag = &given.counted, .number = &session->count, .max = ULLONG_MAX},
	    {'r', .form = &session->form},
	    {'t', .time = &session->timeout},
	    {'u', .flag = &cat->unlinks},
	    {'z', .flag = &cat->pages},
	    {0},
	};
	int status = command_options(&sockcat_command, table, argc, argv);

	if (status == GO_ON)
		status = parse_operands(cat, &given, argc, argv);
	if (status == GO_ON && cat->socket.address.inherited)
		status = inherit(cat, &given);
	cat->many = given.forever || given.counted;
	session->again = given.forever && !cat->listens;
	if (status == GO_ON)
		status = check(cat, &given);
	cat->socket.timeout = session->timeout;
	cat->unlinks |= given.local != NULL;
	session->input = !given.receives;
	session->output = !given.sends;
	session->most = (size_t)given.most;
	/* A listener takes one connection or packet; a client receives any number. */
	if (!given.counted)
		session->count = given.forever || !cat->listens ? SESSION_FOREVER : 1;
	session->single = cat->listens && !cat->many && !socket_has_connections(&cat->socket);
	return status;
}
