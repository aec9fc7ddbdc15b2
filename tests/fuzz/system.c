/*
 * system.c: targets for bytes that come from the system and from other processes, and the entry of libFuzzer, which
 * tests/torture/fuzz.sh links. The environment variable FUZZ names the target of a run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/trace.h"
#include "fuzz.h"
#include "pipe/records.h"
#include "signals/signals.h"
#include "socket/hub.h"
#include "socket/ucspi.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

/* The bytes of files below /proc while a target runs. */
static const char *file;
static size_t file_size;

/* Take the place of open(2) for the library: a file below /proc holds the input. */
int
open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list args;
	int fd;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (!file || strncmp(path, "/proc/", 6) != 0)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	fd = memfd_create("file", MFD_CLOEXEC);
	if (fd == -1 || pwrite(fd, file, file_size, 0) != (ssize_t)file_size)
		abort();
	return fd;
}

void
fault(const char *what)
{
	error_line(target->name, "%s", what);
	abort();
}

/* The status file of a process, and the file of a sysctl. */
static void
try_proc(unsigned int variant, const char *data, size_t size)
{
	struct disposition disposition;
	struct text text = {0};

	file = data;
	file_size = size;
	if (disposition_of(getpid(), &disposition) == 0)
		disposition_format(&text, getpid(), &disposition);
	limit_explain(&text, LIMIT_MQ_DEPTH + (enum limit)(variant % LIMIT_FILES), variant);
	file = NULL;
	text_free(&text);
}

/* Split data at newlines and NULs into words, up to a NULL. Returns the number of words. */
static int
split(char *data, size_t size, char **words, int most)
{
	char *end = data + size, *at = data;
	int count = 0;

	while (at < end && count < most - 1) {
		words[count++] = at;
		while (*at && *at != '\n')
			at++;
		*at++ = '\0';
	}
	words[count] = NULL;
	return count;
}

/* A command line with an option of each kind. */
static void
try_options(unsigned int variant, const char *data, size_t size)
{
	const struct command command = {.name = "fuzz", .usage = "", .help = ""};
	char *copy = malloc(size + 1), *words[32] = {"fuzz"};
	enum record_form form = RECORD_LINE;
	unsigned long long number = 7;
	size_t bytes = 1;
	off_t offset = 0;
	const char *text = NULL;
	bool flag = false;
	int signal = 0, count;
	long long time = 0;
	mode_t mode = 0;
	sigset_t set;
	const struct command_option table[] = {{'a', .flag = &flag}, {'b', .text = &text}, {'R', .file = &text},
	    {'t', .time = &time}, {'s', .size = &bytes}, {'o', .offset = &offset}, {'m', .mode = &mode},
	    {'n', .number = &number, .min = 7, .max = 99}, {'N', .form = &form}, {'0', .form = &form},
	    {'k', .read = signal_read, .to = &signal}, {'i', .read = signal_read_list, .to = &set}, {0}};

	(void)variant;
	sigemptyset(&set);
	memcpy(copy, data, size);
	copy[size] = '\0';
	count = 1 + split(copy, size, words + 1, 31);
	/* -h and -V end the process. */
	if (!memchr(data, 'h', size) && !memchr(data, 'V', size)) {
		optind = 0;
		if (command_options(&command, table, count, words) == GO_ON &&
		    (number < 7 || number > 99 || bytes < 1 || mode > 0777 || time < 0 || optind > count))
			fault("an option has a value out of bounds");
		trace_on = false;
	}
	free(copy);
}

/* The environment that a COMMAND inherits, and the address of its peer. */
static void
try_environment(unsigned int variant, const char *data, size_t size)
{
	struct socket socket = {
	    .address = {.kind = ADDRESS_UNIX, .type = SOCK_STREAM, .scheme = "unix", .text = "unix:x"}};
	struct socket_address peer = {.size = (socklen_t)(size < sizeof(peer.storage) ? size : sizeof(peer.storage))};
	char *copy = malloc(size + 1), *words[64], **saved = environ;
	struct ucspi ucspi;
	struct text text = {0};
	size_t i;
	int ends[2];

	memcpy(copy, data, size);
	copy[size] = '\0';
	memcpy(&peer.storage, data, peer.size);
	if (peer.size < sizeof(sa_family_t))
		peer.size = 0;
	peer.storage.ss_family = variant % 4 == 3 ? AF_INET : variant % 4 == 2 ? AF_INET6 : AF_UNIX;
	if (variant % 4 > 1 && peer.size)
		peer.size = variant % 4 == 3 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	else if (peer.size > sizeof(struct sockaddr_un))
		peer.size = sizeof(struct sockaddr_un);
	if (variant % 4 > 1)
		socket.address =
		    (struct address){.kind = ADDRESS_TCP, .type = SOCK_STREAM, .scheme = "tcp", .text = "tcp::1"};
	address_format(&socket.address, &peer, &text);
	text_free(&text);
	(void)split(copy, size, words, 64);
	environ = words;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1 || ucspi_open(&ucspi) == -1 ||
	    ucspi_set(&ucspi, &socket, ends[0], &peer) == -1)
		fault("no memory");
	environ = saved;
	for (i = 0; i < ucspi.base; i++)
		if (strncmp(ucspi.list[i], "IPCREMOTE", 9) == 0 || strncmp(ucspi.list[i], "LISTEN_FDS=", 11) == 0)
			fault("COMMAND gets a variable that is not of its connection");
	for (i = ucspi.base; ucspi.list[i]; i++)
		if (!strchr(ucspi.list[i], '=') || strpbrk(ucspi.list[i], "\n\r\t\x1b\x7f"))
			fault("a variable has control characters");
	ucspi_close(&ucspi);
	close(ends[0]);
	close(ends[1]);
	free(copy);
}

/* Make /dev/null of a descriptor from 0 to 2, so that nothing else gets its number. */
static void
silence(int fd)
{
	int null = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);

	if (null == -1 || dup2(null, fd) == -1)
		fault("/dev/null");
	close(null);
}

/* Return a pipe that holds data and has no writer. */
static int
filled(const char *data, size_t size)
{
	int ends[2];

	if (pipe(ends) == -1 || write(ends[1], data, size) != (ssize_t)size)
		fault("pipe");
	close(ends[1]);
	return ends[0];
}

/* Records of a FIFO: a number of them, or each unbroken. What comes out and what is left are the input. */
static void
try_fifo(unsigned int variant, const char *data, size_t size)
{
	static const enum record_form forms[] = {RECORD_LINE, RECORD_NUL, RECORD_NETSTRING};
	struct unbroken unbroken = {.form = forms[variant % 3]};
	char *got = malloc(size + 1);
	struct counted counted;
	static struct pump pump;
	int from, output[2], result;
	ssize_t out, left;

	if (size > 60000 || pipe(output) == -1) {
		free(got);
		return;
	}
	from = filled(data, size);
	counted_open(&counted, unbroken.form, variant % 7);
	if (variant & 8)
		unbroken.counted = &counted;
	pump_open(&pump, from, output[1], 0);
	result = variant & 16 ? unbroken_copy(&unbroken, &pump) : counted_copy(&counted, &pump);
	close(output[1]);
	out = read(output[0], got, size + 1);
	left = out == -1 ? -1 : read(from, got + out, size + 1 - (size_t)out);
	if (out == -1 || left == -1)
		fault("read");
	if (result == 0 && !(variant & 16) && ((size_t)(out + left) != size || memcmp(got, data, size) != 0))
		fault("counting records loses bytes");
	if (memcmp(got, data, (size_t)out < size ? (size_t)out : size) != 0 || (size_t)out > size + 1)
		fault("records of a FIFO change");
	pump_close(&pump);
	close(from);
	close(output[0]);
	free(got);
}

/* Connect a client of the hub, which sends data and closes. */
static void
add_client(const struct sockaddr_un *at, socklen_t length, int type, const char *data, size_t size)
{
	int fd = socket(AF_UNIX, type, 0);

	if (fd == -1 || connect(fd, (const struct sockaddr *)at, length) == -1)
		fault("connect");
	(void)!send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/* A hub with clients and standard input, which are the thirds of data. */
static void
try_hub(unsigned int variant, const char *data, size_t size)
{
	static const enum record_form forms[] = {RECORD_LINE, RECORD_NUL, RECORD_NETSTRING, RECORD_RAW};
	struct session session = {.form = forms[variant % 4],
	    .output = true,
	    .prefix = variant & 4,
	    .relays = variant & 8,
	    .input = variant & 16,
	    .count = 2,
	    .timeout = 1000000000,
	    .lossy = variant & 64 ? 0 : DEADLINE_NEVER};
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct socket socket = {.address = {.kind = ADDRESS_UNIX,
	                            .family = AF_UNIX,
	                            .text = "unix:@x",
	                            .scheme = "unix",
	                            .type = variant & 32 ? SOCK_SEQPACKET : SOCK_STREAM,
	                            .abstract = true,
	                            .path = "@x"},
	    .timeout = DEADLINE_NEVER};
	socklen_t length;
	int output[2], input = filled(data, size / 3 < 60000 ? size / 3 : 60000);
	static int number;
	static char got[65536];

	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "fuzz-%ld-%d", (long)getpid(), number++);
	length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(at.sun_path + 1));
	socket.fd = (int)syscall(SYS_socket, AF_UNIX, socket.address.type | SOCK_NONBLOCK, 0);
	if (bind(socket.fd, (struct sockaddr *)&at, length) == -1 || listen(socket.fd, 5) == -1 || pipe(output) == -1)
		fault("listen");
	add_client(&at, length, socket.address.type, data, size / 3);
	add_client(&at, length, socket.address.type, data + size / 3, size / 3);
	dup2(input, STDIN_FILENO);
	dup2(output[1], STDOUT_FILENO);
	close(input);
	close(output[1]);
	fcntl(output[0], F_SETPIPE_SZ, 1 << 20);
	if (hub_run(&session, &socket) == STATUS_TIMEOUT)
		fault("a hub does not end");
	silence(STDOUT_FILENO);
	while (read(output[0], got, sizeof(got)) > 0)
		;
	close(output[0]);
	if (socket.fd != -1)
		close(socket.fd);
}

const struct fuzz_target systems[] = {
    {"proc", false, try_proc},
    {"options", true, try_options},
    {"environment", false, try_environment},
    {"fifo", false, try_fifo},
    {"hub", false, try_hub},
    {0},
};

static const struct fuzz_target *
find(const struct fuzz_target *list, const char *name)
{
	while (list->name && strcmp(list->name, name) != 0)
		list++;
	return list->name ? list : NULL;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ");

	(void)argc, (void)argv;
	target = name ? find(parsers, name) : NULL;
	if (name && !target)
		target = find(systems, name);
	if (!target) {
		fprintf(stderr, "fuzz: FUZZ names no target\n");
		exit(2);
	}
	signal(SIGPIPE, SIG_IGN);
	silence(STDIN_FILENO);
	silence(STDOUT_FILENO);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	char *copy;

	if (size == 0)
		return 0;
	/* The copy has no byte too many, so that an access behind it is found. */
	length = target->text ? strnlen((const char *)data + 1, size - 1) : size - 1;
	copy = malloc(length + target->text);
	if (length > 0)
		memcpy(copy, data + 1, length);
	if (target->text)
		copy[length] = '\0';
	target->run(data[0], copy, length);
	free(copy);
	return 0;
}
