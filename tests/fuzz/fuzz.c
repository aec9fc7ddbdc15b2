/*
 * fuzz [SEED [COUNT]]: feed odd inputs to the parsers (parsers.c). The same seed makes the same inputs. With sanitizers,
 * fuzz also finds accesses out of bounds. Exits 1 at the first fault.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"

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

void
fault(const char *what)
{
	struct text quoted = {0};

	text_quote(&quoted, input, size, size);
	printf("fuzz: seed %llu: %s: %s\n", seed, what, quoted.data ? quoted.data : "");
	exit(1);
}

int
main(int argc, char *argv[])
{
	unsigned long long count = 20000, i;
	const struct fuzz_target *target;

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	if (argc > 2)
		count = strtoull(argv[2], NULL, 10);
	state = seed * 2654435761U + 88172645463325252U;
	for (i = 0; i < count; i++) {
		for (target = parsers; target->name; target++) {
			make(!target->text);
			target->run((unsigned int)below(256), input, size);
		}
	}
	printf("%llu inputs\n", count);
	return 0;
}
