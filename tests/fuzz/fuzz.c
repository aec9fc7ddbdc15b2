/*
 * fuzz [SEED [COUNT]]: feed odd inputs to the parsers of names, addresses, signals, numbers, columns and records. Accepted input
 * must mean the same when it is parsed again, and printed text must not break a line. The same seed makes the same inputs. With
 * sanitizers, fuzz also finds accesses out of bounds. Exits 1 at the first fault.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"
#include "object/object.h"
#include "signals/names.h"
#include "socket/address.h"

static unsigned long long state, seed;
static char input[2048];
static size_t size;

/* xorshift64 */
static size_t
below(size_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state >> 11) % bound;
}

/* Fill input with meaningful pieces and random bytes. Without binary, none of them is NUL. */
static void
make(bool binary)
{
	static const char *const pieces[] = {"sysv:", "posix:", "file:", "mq:", "shm:", "sem:", "mq", "new", "@", "0x",
	    "4d2", "/", "./", "..", ".", ",", ":",
	    "tcp:", "udp6:", "tcp4:", "unix:", "unix-dgram:", "unix-seq:", "raw:", "[::1]", "[", "]", "*", "localhost",
	    "65535", "65536", "4294967295", "4294967296", "9223372036854775807", "18446744073709551616", "-", "+", "1",
	    "0", "SIG", "RTMIN", "RTMAX-", "TERM", "all", "K", "G", "ms", "s", "m", "0600", "name,", "COUNT", "value",
	    "\t", "\n", "\r", "\x1b[31m", "\xff", "\xc3\xb6", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc2\x9b", "\"",
	    "\\", "%s%n", "5:hello,", "3:", "99999999999999999999:", "sem."};
	size_t count = below(7);

	for (size = 0; count > 0; count--) {
		const char *piece = pieces[below(sizeof(pieces) / sizeof(pieces[0]))];
		size_t length = strlen(piece), i;

		switch (below(8)) {
		case 0:
			length = below(8) == 0 ? 300 : 1 + below(6);
			for (i = 0; i < length; i++)
				input[size++] = (char)(binary ? below(256) : 1 + below(255));
			break;
		default:
			memcpy(input + size, piece, length);
			size += length;
		}
	}
	input[size] = '\0';
}

static void
fault(const char *what)
{
	struct text quoted = {0};

	text_quote(&quoted, input, size, size);
	printf("fuzz: seed %llu: %s: %s\n", seed, what, quoted.data ? quoted.data : "");
	exit(1);
}

static void
try_names(void)
{
	struct name name, again;
	struct operand operand;
	struct address addr;
	const char *why;

	if (name_parse(&name, input, &why) == 0) {
		if (name_parse(&again, name.text, &why) == -1 || again.kind != name.kind ||
		    strcmp(again.text, name.text) != 0)
			fault("a name does not stay the same");
		name_free(&again);
		name_free(&name);
	} else if (errno != EINVAL || !why) {
		fault("a name is refused without a reason");
	}
	if (operand_parse(&operand, input, &why) == 0) {
		if (!operand.kinds ||
		    (operand.named && (operand.name.kind == NAME_NEW || operand.name.kind == NAME_FILE)))
			fault("an object that is none");
		name_free(&operand.name);
	}
	if (address_parse(&addr, input, &why) == 0)
		address_free(&addr);
	else if (errno != EINVAL || !why)
		fault("an address is refused without a reason");
}

static void
try_numbers(void)
{
	unsigned long long number;
	char room[SIGNAL_NAME_SIZE];
	long long time;
	size_t bytes;
	mode_t mode;
	int signal, again;

	if (number_parse(input, 3, 1000, &number) == 0 && (number < 3 || number > 1000))
		fault("a number is out of bounds");
	if (number_size(input, 1, &bytes) == 0 && bytes < 1)
		fault("a size is 0");
	if (number_time(input, &time) == 0 && time < 0)
		fault("a time is negative");
	if (number_mode(input, &mode) == 0 && mode > 0777)
		fault("a mode is none");
	if (signal_name_parse(input, &signal) == 0 &&
	    (signal < 0 || signal > SIGRTMAX ||
	        (signal > 0 && (signal_name_parse(signal_name_format(signal, room), &again) == -1 || again != signal))))
		fault("a signal does not stay the same");
}

/* List an object named input: one line with a tab between columns, or JSON without control characters. */
static void
try_lines(void)
{
	struct object object = {.kind = OBJECT_QUEUE, .name = input, .id = OBJECT_UNKNOWN, .key = 77, .size = 5};
	struct listing listing = {0};
	struct text text = {0};
	size_t i, tabs = 0;

	if (listing_parse(&listing, input) == -1 && errno != EINVAL)
		fault("columns");
	if (listing.count == 0 || listing.count > LISTING_MOST)
		listing_parse(&listing, LISTING_DEFAULT);
	listing.json = below(2);
	listing_line(&listing, &object, &text);
	for (i = 0; i + 1 < text.size; i++) {
		tabs += text.data[i] == '\t';
		if ((unsigned char)text.data[i] < ' ' && text.data[i] != '\t')
			fault("a line has a control character");
	}
	if (text.data[text.size - 1] != '\n' || tabs != (listing.json ? 0 : listing.count - 1))
		fault("a line is broken");
	text_free(&text);
}

/* Read records from a pipe: they end, none exceeds the limit, and a formatted record comes back unchanged. */
static void
try_records(void)
{
	enum record_form form = (enum record_form)below(4);
	char formatted[sizeof(input) + RECORD_FRAME];
	size_t limit = below(2) ? sizeof(input) : below(40), used, body, got, count = 0;
	struct record_reader reader;
	const char *data;
	int ends[2], result;
	bool whole = form == RECORD_NETSTRING && below(2);

	if (pipe(ends) == -1)
		fault("pipe");
	used = whole ? record_format(form, NULL, input, size, formatted, &body) : size;
	if (write(ends[1], whole ? formatted : input, used) != (ssize_t)used)
		fault("write");
	close(ends[1]);
	record_open(&reader, ends[0], form, limit);
	while ((result = record_next(&reader, &data, &got)) == 1) {
		if (got > limit || ++count > used + 1)
			fault("records are too large, or too many");
		if (whole && (got != size || memcmp(data, input, size) != 0))
			fault("a record is another one when it comes back");
	}
	if (whole && size <= limit && (result != 0 || count != 1))
		fault("a record does not come back");
	record_close(&reader);
	close(ends[0]);
}

int
main(int argc, char *argv[])
{
	unsigned long long count = 20000, i;

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	if (argc > 2)
		count = strtoull(argv[2], NULL, 10);
	state = seed * 2654435761U + 88172645463325252U;
	for (i = 0; i < count; i++) {
		make(false);
		try_names();
		try_numbers();
		try_lines();
		make(true);
		try_records();
	}
	printf("%llu inputs\n", count);
	return 0;
}
