/*
 * unit: test behaviour of the library that the commands show only in part or not at all. Prints each check that fails
 * and the number of checks. Exits 1 if a check failed.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/name.h"
#include "base/number.h"
#include "base/pump.h"
#include "base/record.h"
#include "base/signal_set.h"
#include "base/text.h"
#include "segment/segment.h"
#include "semaphore/semaphore.h"
#include "signals/names.h"
#include "signals/signals.h"

static int checks, failures;

#define CHECK(condition) check((condition), #condition, __LINE__)

static void
check(bool good, const char *what, int line)
{
	checks++;
	if (good)
		return;
	failures++;
	printf("tests/unit.c:%d: %s\n", line, what);
}

/* Return true if text is refused with this errno value and without a result. */
static bool
number_refused(const char *text, unsigned long long min, unsigned long long max, int error)
{
	unsigned long long value = 77;

	return number_parse(text, min, max, &value) == -1 && errno == error && value == 77;
}

static bool
is_size(const char *text, size_t expected)
{
	size_t bytes = 0;
	off_t offset = 0;

	return number_size(text, &bytes) == 0 && bytes == expected && number_offset(text, 1, &offset) == 0 &&
	       offset == (off_t)expected;
}

static bool
size_refused(const char *text, int error)
{
	size_t bytes = 77;
	off_t offset = 77;

	return number_size(text, &bytes) == -1 && errno == error && bytes == 77 &&
	       number_offset(text, 1, &offset) == -1 && errno == error && offset == 77;
}

static bool
is_offset(const char *text, off_t expected)
{
	off_t bytes = -1;

	return number_offset(text, 0, &bytes) == 0 && bytes == expected;
}

static bool
is_time(const char *text, long long expected)
{
	long long nanoseconds = 0;

	return number_time(text, &nanoseconds) == 0 && nanoseconds == expected;
}

static bool
time_refused(const char *text, int error)
{
	long long nanoseconds = 77;

	return number_time(text, &nanoseconds) == -1 && errno == error && nanoseconds == 77;
}

static bool
is_mode(const char *text, mode_t expected)
{
	mode_t mode = 01;

	return number_mode(text, &mode) == 0 && mode == expected;
}

static bool
mode_refused(const char *text, int error)
{
	mode_t mode = 077;

	return number_mode(text, &mode) == -1 && errno == error && mode == 077;
}

static void
test_numbers(void)
{
	unsigned long long value;
	size_t bytes;

	CHECK(number_parse("0", 0, 9, &value) == 0 && value == 0);
	CHECK(number_parse("18446744073709551615", 0, ULLONG_MAX, &value) == 0 && value == ULLONG_MAX);
	CHECK(number_refused("18446744073709551616", 0, ULLONG_MAX, ERANGE));
	CHECK(number_refused("99999999999999999999999999", 0, ULLONG_MAX, ERANGE));
	CHECK(number_refused("10", 0, 9, ERANGE));
	CHECK(number_refused("0", 1, 9, ERANGE));
	CHECK(number_refused("", 0, 9, EINVAL));
	CHECK(number_refused("-1", 0, 9, EINVAL));
	CHECK(number_refused("+1", 0, 9, EINVAL));
	CHECK(number_refused(" 1", 0, 9, EINVAL));
	CHECK(number_refused("1 ", 0, 9, EINVAL));
	CHECK(number_refused("0x1", 0, 9, EINVAL));

	CHECK(is_size("1", 1));
	CHECK(is_size("64K", 65536));
	CHECK(is_size("3M", 3145728));
	CHECK(is_size("1G", (size_t)1 << 30));
	CHECK(size_refused("0", ERANGE));
	CHECK(size_refused("1k", EINVAL));
	CHECK(size_refused("1KB", EINVAL));
	CHECK(size_refused("K", EINVAL));
	CHECK(size_refused("", EINVAL));
	CHECK(size_refused("9223372036854775808", ERANGE));
	CHECK(size_refused("9007199254740993K", ERANGE));
	CHECK(size_refused("99999999999999999999G", ERANGE));
	CHECK(is_offset("0", 0) && is_offset("0K", 0));
	CHECK(is_offset("2147483648", 2147483648) && is_offset("3G", 3221225472) &&
	      is_offset("8589934591G", OFFSET_MAX - 1073741823));
	CHECK(is_offset("9223372036854775807", OFFSET_MAX));
	/* What is in memory must fit into memory, which has 32 bits on some machines. */
	CHECK((number_size("9223372036854775807", &bytes) == 0) == (sizeof(bytes) == 8));
	CHECK((number_size("2G", &bytes) == 0) == (sizeof(bytes) == 8));

	CHECK(is_time("0", 0));
	CHECK(is_time("0.25", 250000000));
	CHECK(is_time("250ms", 250000000));
	CHECK(is_time("2s", 2000000000));
	CHECK(is_time("5m", 300000000000));
	CHECK(is_time("1.5m", 90000000000));
	CHECK(is_time("0.5ms", 500000));
	CHECK(is_time("0.123456789", 123456789));
	CHECK(is_time("0.1234567899999", 123456789));
	CHECK(is_time("0.999999999m", 59999999940));
	CHECK(time_refused("", EINVAL));
	CHECK(is_time(".5", 500000000));
	CHECK(time_refused(".", EINVAL));
	CHECK(time_refused(".s", EINVAL));
	CHECK(time_refused("1.", EINVAL));
	CHECK(time_refused("-1", EINVAL));
	CHECK(time_refused("1h", EINVAL));
	CHECK(time_refused("1 s", EINVAL));
	CHECK(time_refused("1sm", EINVAL));
	CHECK(is_time("99999999999999999999", LLONG_MAX / 2) && is_time("9223372036", LLONG_MAX / 2));
	CHECK(is_time("4611686018", LLONG_MAX / 2) && is_time("76861433640456465m", LLONG_MAX / 2));
	CHECK(is_time("4611686017", 4611686017000000000));

	CHECK(is_mode("0", 0));
	CHECK(is_mode("600", 0600));
	CHECK(is_mode("0666", 0666));
	CHECK(mode_refused("", EINVAL));
	CHECK(mode_refused("8", EINVAL));
	CHECK(mode_refused("u+r", EINVAL));
	CHECK(mode_refused("1000", ERANGE));
	CHECK(mode_refused("77777", ERANGE));
}

/* Return true if text is a name of this kind, number and printed form. */
static bool
is_name(const char *text, enum name_kind kind, const char *canonical, int number)
{
	const char *fault;
	struct name name;
	bool good;

	if (name_parse(&name, text, &fault) == -1)
		return false;
	good = name.kind == kind && strcmp(name.text, canonical) == 0 && name.number == number;
	name_free(&name);
	return good;
}

static bool
name_refused(const char *text)
{
	const char *fault = NULL;
	struct name name;

	return name_parse(&name, text, &fault) == -1 && errno == EINVAL && fault && !name.text && !name.path;
}

/* Return true if text is a key from path and project. */
static bool
is_ftok(const char *text, const char *path, int project)
{
	const char *fault;
	struct name name;
	bool good;

	if (name_parse(&name, text, &fault) == -1)
		return false;
	good = name.kind == NAME_FTOK && strcmp(name.path, path) == 0 && name.number == project &&
	       strcmp(name.text, text) == 0;
	name_free(&name);
	return good;
}

static void
test_names(void)
{
	char longest[300];
	const char *fault;
	struct name name;
	key_t key;

	CHECK(is_name("jobs", NAME_POSIX, "/jobs", 0));
	CHECK(is_name("/jobs", NAME_POSIX, "/jobs", 0));
	CHECK(is_name("posix:/jobs", NAME_POSIX, "/jobs", 0));
	CHECK(is_name("posix:jobs", NAME_POSIX, "/jobs", 0));
	CHECK(is_name("/a:b", NAME_POSIX, "/a:b", 0));
	CHECK(is_name("...", NAME_POSIX, "/...", 0));
	CHECK(is_name("-1", NAME_POSIX, "/-1", 0));
	CHECK(name_refused(""));
	CHECK(name_refused("/"));
	CHECK(name_refused("posix:"));
	CHECK(name_refused("/a/b"));
	CHECK(name_refused("a/"));
	CHECK(name_refused("//a"));
	CHECK(name_refused("."));
	CHECK(name_refused("/.."));
	CHECK(name_refused("a:b"));
	CHECK(name_refused("SYSV:1"));
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	CHECK(name_parse(&name, longest, &fault) == 0);
	name_free(&name);
	longest[255] = 'x';
	longest[256] = '\0';
	CHECK(name_refused(longest));

	CHECK(is_name("sysv:0x4d2", NAME_KEY, "sysv:0x4d2", 0x4d2));
	CHECK(is_name("sysv:0X4D2", NAME_KEY, "sysv:0x4d2", 0x4d2));
	CHECK(is_name("sysv:1234", NAME_KEY, "sysv:0x4d2", 1234));
	CHECK(is_name("sysv:0xffffffff", NAME_KEY, "sysv:0xffffffff", -1));
	CHECK(is_name("sysv:4294967295", NAME_KEY, "sysv:0xffffffff", -1));
	CHECK(is_name("sysv:@32769", NAME_ID, "sysv:@32769", 32769));
	CHECK(is_name("sysv:@007", NAME_ID, "sysv:@7", 7));
	CHECK(is_name("sysv:@0", NAME_ID, "sysv:@0", 0));
	CHECK(is_name("sysv:new", NAME_NEW, "sysv:new", 0));
	CHECK(name_refused("sysv:"));
	CHECK(name_refused("sysv:0"));
	CHECK(name_refused("sysv:0x"));
	CHECK(name_refused("sysv:0x0"));
	CHECK(name_refused("sysv:0x100000000"));
	CHECK(name_refused("sysv:0xfffffffffffffffffffffffff1"));
	CHECK(name_refused("sysv:4294967296"));
	CHECK(is_name("sysv:-1", NAME_KEY, "sysv:0xffffffff", -1));
	CHECK(is_name("sysv:-2147483648", NAME_KEY, "sysv:0x80000000", INT_MIN));
	CHECK(name_refused("sysv:-2147483649") && name_refused("sysv:-0") && name_refused("sysv:0x-5"));
	CHECK(name_refused("sysv:jobs"));
	CHECK(name_refused("sysv:@"));
	CHECK(name_refused("sysv:@-1"));
	CHECK(name_refused("sysv:@2147483648"));
	CHECK(name_refused("sysv:12,J"));

	CHECK(is_ftok("sysv:./file", "./file", 1));
	CHECK(is_ftok("sysv:/path,J", "/path", 'J'));
	CHECK(is_ftok("sysv:/path,7", "/path", 7));
	CHECK(is_ftok("sysv:/path,255", "/path", 255));
	CHECK(is_ftok("sysv:/a,b/c", "/a,b/c", 1));
	CHECK(is_ftok("sysv:/a,b,c", "/a,b", 'c'));
	CHECK(name_refused("sysv:/path,"));
	CHECK(name_refused("sysv:/path,0"));
	CHECK(name_refused("sysv:/path,256"));
	CHECK(name_refused("sysv:/path,JJ"));
	CHECK(name_parse(&name, "sysv:/,J", &fault) == 0 && name_key(&name, &key) == 0 && key == ftok("/", 'J'));
	name_free(&name);
	CHECK(name_parse(&name, "sysv:/no/such/file", &fault) == 0 && name_key(&name, &key) == -1 && errno == ENOENT);
	name_free(&name);

	CHECK(is_name("file:a/b", NAME_FILE, "file:a/b", 0));
	CHECK(name_refused("file:"));
}

/* Return the read end of a pipe, to which a child writes data in pieces of step bytes. */
static int
source(const char *data, size_t size, size_t step)
{
	int ends[2];
	size_t i;

	if (pipe(ends) == -1)
		exit(1);
	if (fork() == 0) {
		close(ends[0]);
		for (i = 0; i < size; i += step)
			if (write(ends[1], data + i, size - i < step ? size - i : step) == -1)
				break;
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

/*
 * Read data as records, in pieces of step bytes. Return true if the records, each followed by |, are as expected. An
 * error adds the number of records, its name and for EMSGSIZE the size.
 */
static bool
reads(const char *data, size_t size, size_t step, enum record_form form, size_t limit, const char *expected)
{
	struct record_reader reader;
	struct text got = {0};
	const char *record;
	size_t length;
	bool good;
	int fd = source(data, size, step), result;

	record_open(&reader, fd, form, limit);
	while ((result = record_next(&reader, &record, &length)) == 1) {
		text_escape(&got, record, length);
		text_format(&got, "|");
	}
	if (result == -1) {
		text_format(&got, "%lu:%s", reader.count, error_name(errno));
		if (errno == EMSGSIZE)
			text_format(&got, ":%zu%s", reader.size, reader.endless ? "+" : "");
	}
	good = strcmp(got.data ? got.data : "", expected) == 0;
	if (!good)
		printf("  got %s\n  not %s\n", got.data ? got.data : "", expected);
	record_close(&reader);
	text_free(&got);
	close(fd);
	return good;
}

static void
test_records(void)
{
	size_t steps[] = {1, 2, 3, 1000}, i;

#define READS(form, limit, data, expected) CHECK(reads(data, sizeof(data) - 1, steps[i], form, limit, expected))
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		READS(RECORD_LINE, 99, "", "");
		READS(RECORD_LINE, 99, "a\nbc\n", "a|bc|");
		READS(RECORD_LINE, 99, "a\nbc", "a|bc|");
		READS(RECORD_LINE, 99, "\n\n", "||");
		READS(RECORD_LINE, 99, "a\0b\r\n", "a\\x00b\\r|");
		READS(RECORD_LINE, 2, "ab\ncd", "ab|cd|");
		READS(RECORD_LINE, 2, "ab\nabcde\nx", "ab|2:EMSGSIZE:5");
		READS(RECORD_LINE, 2, "abc", "1:EMSGSIZE:3");
		READS(RECORD_NUL, 99, "a\nb\0\0c", "a\\nb||c|");
		READS(RECORD_RAW, 99, "", "|");
		READS(RECORD_RAW, 99, "a\n\0b\n", "a\\n\\x00b\\n|");
		READS(RECORD_RAW, 3, "abc", "abc|");
		READS(RECORD_RAW, 3, "abcd", "1:EMSGSIZE:4");
		READS(RECORD_NETSTRING, 99, "", "");
		READS(RECORD_NETSTRING, 99, "5:hello,0:,3:a\n\0,", "hello||a\\n\\x00|");
		READS(RECORD_NETSTRING, 5, "5:hello,6:worlds,", "hello|2:EMSGSIZE:6");
		READS(RECORD_NETSTRING, 9, "5:hello,\n", "hello|2:EBADMSG");
		READS(RECORD_NETSTRING, 9, "5:hell", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "5:hello", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "5", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "5:helloX", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, ":,", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "05:hello,", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "5;hello,", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "-1:x,", "1:EBADMSG");
		READS(RECORD_NETSTRING, 9, "99999999999999999999999999:x,", "1:EBADMSG");
	}
}

/* Records about as large as the buffer, and more records than it holds. */
static void
test_long_records(void)
{
	size_t sizes[] = {1, 4095, 65535, 65536, 65537, 131071, 131072, 300000}, i;
	static char data[400000];
	struct record_reader reader;
	const char *record;
	size_t length;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int fd;

		memset(data, 'x', sizes[i]);
		data[sizes[i]] = '\n';
		memset(data + sizes[i] + 1, 'y', 50000);
		fd = source(data, sizes[i] + 1 + 50000, 30011);
		record_open(&reader, fd, RECORD_LINE, 300000);
		CHECK(record_next(&reader, &record, &length) == 1 && length == sizes[i] && record[length - 1] == 'x');
		CHECK(record_next(&reader, &record, &length) == 1 && length == 50000 && record[0] == 'y');
		CHECK(record_next(&reader, &record, &length) == 0);
		CHECK(record_next(&reader, &record, &length) == 0);
		record_close(&reader);
		close(fd);
	}
}

/* Return true if the record is formatted as expected and contains the body. */
static bool
formats(enum record_form form, const char *prefix, const char *data, size_t size, const char *expected, size_t length)
{
	char to[100 + RECORD_FRAME];
	size_t body;

	return record_format(form, prefix, data, size, to, &body) == length && memcmp(to, expected, length) == 0 &&
	       memcmp(to + body, data, size) == 0;
}

static bool
prefix_refused(const char *record, size_t size, int error)
{
	long number = 77;

	return record_prefix(&record, &size, &number) == -1 && errno == error && number == 77;
}

static void
test_formats(void)
{
	const char *record = "12\thi\tthere";
	size_t size = strlen(record);
	long number = 0;

	CHECK(formats(RECORD_LINE, NULL, "hi", 2, "hi\n", 3));
	CHECK(formats(RECORD_LINE, NULL, "", 0, "\n", 1));
	CHECK(formats(RECORD_NUL, NULL, "hi", 2, "hi\0", 3));
	CHECK(formats(RECORD_RAW, NULL, "hi", 2, "hi", 2));
	CHECK(formats(RECORD_NETSTRING, NULL, "hi", 2, "2:hi,", 5));
	CHECK(formats(RECORD_NETSTRING, NULL, "", 0, "0:,", 3));
	CHECK(formats(RECORD_LINE, "12", "hi", 2, "12\thi\n", 6));
	CHECK(formats(RECORD_NETSTRING, "12", "hi", 2, "5:12\thi,", 8));
	CHECK(formats(RECORD_NETSTRING, "9223372036854775807", "hi", 2, "22:9223372036854775807\thi,", 26));

	CHECK(record_prefix(&record, &size, &number) == 0 && number == 12 && size == 8 &&
	      strcmp(record, "hi\tthere") == 0);
	CHECK(prefix_refused("hi", 2, EBADMSG));
	CHECK(prefix_refused("", 0, EBADMSG));
	CHECK(prefix_refused("\thi", 3, EBADMSG));
	CHECK(prefix_refused("-1\thi", 5, EBADMSG));
	CHECK(prefix_refused("1\0\thi", 5, EBADMSG));
	CHECK(prefix_refused("9223372036854775808\thi", 22, ERANGE));
	CHECK(prefix_refused("99999999999999999999999999\thi", 28, ERANGE));
}

static void
test_text(void)
{
	struct text text = {0};
	int i;

	text_quote(&text, "a\"\\\n\t\r\033\377\0%s", 11, 99);
	CHECK(strcmp(text.data, "\"a\\\"\\\\\\n\\t\\r\\x1b\\xff\\x00%s\"") == 0);
	text_free(&text);
	text_quote(&text, "abcdef", 6, 3);
	CHECK(strcmp(text.data, "\"abc\"...") == 0);
	text_free(&text);
	for (i = 0; i < 10000; i++)
		text_format(&text, "%04d", i);
	CHECK(text.size == 40000 && memcmp(text.data + 39996, "9999", 5) == 0);
	text_free(&text);
	CHECK(strcmp(error_name(EAGAIN), "EAGAIN") == 0);
	CHECK(strcmp(error_name(-5), "E?") == 0);
}

static void
test_deadlines(void)
{
	struct deadline deadline;

	deadline_set(&deadline, DEADLINE_NEVER);
	CHECK(!deadline_passed(&deadline) && deadline_poll(&deadline, 100) == 100);
	deadline_set(&deadline, 0);
	CHECK(deadline_passed(&deadline) && deadline_poll(&deadline, 100) == 0);
	deadline_set(&deadline, 3600000000000);
	CHECK(!deadline_passed(&deadline) && deadline_poll(&deadline, 100) == 100);
	CHECK(deadline_poll(&deadline, 10000000) > 3599000);
	deadline_set(&deadline, 50000000);
	CHECK(!deadline_passed(&deadline) && deadline_poll(&deadline, 100) <= 50 && deadline_poll(&deadline, 100) > 0);
}

/* Return true if text is this OP of semop(1). */
static bool
is_operation(const char *text, unsigned int member, bool set, int value)
{
	struct semaphore_operation operation;

	return semaphore_parse(text, &operation) == 0 && operation.member == member && operation.set == set &&
	       operation.value == value && operation.indexed == (strchr(text, ':') != NULL);
}

static bool
operation_refused(const char *text, int error)
{
	struct semaphore_operation operation;

	return semaphore_parse(text, &operation) == -1 && errno == error;
}

static void
test_operations(void)
{

	CHECK(is_operation("-1", 0, false, -1));
	CHECK(is_operation("+1", 0, false, 1));
	CHECK(is_operation("0", 0, false, 0));
	CHECK(is_operation("=0", 0, true, 0));
	CHECK(is_operation("=2147483647", 0, true, INT_MAX));
	CHECK(is_operation("-2147483647", 0, false, -INT_MAX));
	CHECK(is_operation("7:-3", 7, false, -3));
	CHECK(is_operation("65535:=0", 65535, true, 0));
	CHECK(is_operation("0000000000000000001:0", 1, false, 0));
	CHECK(operation_refused("65536:0", ERANGE));
	CHECK(operation_refused("99999999999999999999:0", ERANGE));
	CHECK(operation_refused("=2147483648", ERANGE));
	CHECK(operation_refused("", EINVAL));
	CHECK(operation_refused(":", EINVAL));
	CHECK(operation_refused(":0", EINVAL));
	CHECK(operation_refused("0:", EINVAL));
	CHECK(operation_refused("-0", EINVAL));
	CHECK(operation_refused("+0", EINVAL));
	CHECK(operation_refused("1", EINVAL));
	CHECK(operation_refused("=+1", EINVAL));
	CHECK(operation_refused("--1", EINVAL));
	CHECK(operation_refused("1:2:+1", EINVAL));
	CHECK(operation_refused("-1 ", EINVAL));
}

/* How input.c reads files and pipes, and how it finds their size. */
static void
test_sources(void)
{
	char big[200000], byte;
	struct input source;
	int ends[2];
	FILE *file = tmpfile();

	memset(big, 'x', sizeof(big));
	CHECK(file && fwrite(big, 1, sizeof(big), file) == sizeof(big) && fflush(file) == 0);
	CHECK(lseek(fileno(file), 10, SEEK_SET) == 10);
	CHECK(input_open(&source, fileno(file)) == 0 && source.known && source.ordinary && source.size == 199990);
	CHECK(source.first == 64 * 1024);
	CHECK(input_read(&source, &byte, 1) == 1 && byte == 'x');
	CHECK(input_rewind(&source) == 0 && lseek(fileno(file), 0, SEEK_CUR) == 10 + 64 * 1024);
	input_close(&source);
	CHECK(pipe(ends) == 0 && write(ends[1], big, 100) == 100 && close(ends[1]) == 0);
	CHECK(input_open(&source, ends[0]) == 0 && source.known && !source.ordinary && source.size == 100);
	CHECK(input_stage(&source, 99, dup(fileno(file)), 0) == -1 && errno == EMSGSIZE);
	input_close(&source);
	CHECK(input_open(&source, ends[0]) == 0 && source.known && source.size == 0);
	close(ends[0]);
	/* Sizes and offsets of files have 64 bits on every machine. */
	CHECK(ftruncate(fileno(file), 9663676416) == 0 && lseek(fileno(file), 4294967296, SEEK_SET) == 4294967296);
	CHECK(input_open(&source, fileno(file)) == 0 && source.known && source.size == 5368709120);
	CHECK(input_rewind(&source) == 0 && lseek(fileno(file), 0, SEEK_CUR) == 4295032832);
	fclose(file);
}

static bool
is_signal(const char *text, int expected)
{
	int number = -1;

	return signal_name_parse(text, &number) == 0 && number == expected;
}

static bool
signal_refused(const char *text)
{
	int number;

	return signal_name_parse(text, &number) == -1 && errno == EINVAL;
}

static bool
is_int(const char *text, int expected)
{
	int number = 77;

	return number_int(text, strlen(text), &number) == 0 && number == expected;
}

static bool
int_refused(const char *text, int error)
{
	int number = 77;

	return number_int(text, strlen(text), &number) == -1 && errno == error && number == 77;
}

/* Names of signals, and the codes and values that signals carry. */
static void
test_signals(void)
{
	char room[SIGNAL_NAME_SIZE], name[SIGNAL_NAME_SIZE];
	int number;
	sigset_t set;

	CHECK(is_signal("TERM", SIGTERM) && is_signal("SIGTERM", SIGTERM) && is_signal("sigTerm", SIGTERM));
	CHECK(is_signal("15", SIGTERM) && is_signal("0", 0) && is_signal("064", 64));
	CHECK(is_signal("IOT", SIGABRT) && is_signal("CLD", SIGCHLD) && is_signal("POLL", SIGPOLL));
	CHECK(is_signal("IO", SIGPOLL) && is_signal("rtmin", SIGRTMIN) && is_signal("SIGRTMAX", SIGRTMAX));
	CHECK(is_signal("RTMIN+0", SIGRTMIN) && is_signal("RTMIN+3", SIGRTMIN + 3));
	CHECK(is_signal("RTMAX-0", SIGRTMAX) && is_signal("sigrtmax-12", SIGRTMAX - 12));
	CHECK(signal_refused("") && signal_refused("SIG") && signal_refused("SIGSIGTERM") && signal_refused("TER"));
	CHECK(signal_refused("TERMX") && signal_refused("-1") && signal_refused("65") && signal_refused("+1"));
	CHECK(signal_refused("RTMIN-1") && signal_refused("RTMAX+1") && signal_refused("RTMIN+31"));
	CHECK(signal_refused("RTMIN+") && signal_refused("RTMI") && signal_refused("RTMIN3") &&
	      signal_refused("RTMIN+ 1"));
	CHECK(signal_refused("SIG15") && signal_refused("15 ") && signal_refused("99999999999999999999"));
	for (number = 1; number <= SIGRTMAX; number++) {
		signal_name_format(number, name);
		CHECK(is_signal(name, number));
	}
	CHECK(strcmp(signal_name_macro(SIGTERM, name), "SIGTERM") == 0 && strcmp(signal_name_macro(0, name), "0") == 0);
	CHECK(strcmp(signal_name_macro(SIGRTMIN + 10, name), "SIGRTMIN+10") == 0);
	CHECK(strcmp(signal_name_code_macro(SIGUSR1, SI_QUEUE, room), "SI_QUEUE") == 0);
	CHECK(strcmp(signal_name_code_macro(SIGCHLD, CLD_KILLED, room), "CLD_KILLED") == 0);
	CHECK(strcmp(signal_name_code_macro(SIGUSR1, 1, room), "1") == 0);
	CHECK(strcmp(signal_name_code(SIGUSR1, SI_QUEUE, room), "QUEUE") == 0);
	CHECK(strcmp(signal_name_code(SIGUSR1, SI_TIMER, room), "TIMER") == 0);
	CHECK(strcmp(signal_name_code(SIGUSR1, SI_MESGQ, room), "MESGQ") == 0);
	CHECK(strcmp(signal_name_code(SIGCHLD, CLD_STOPPED, room), "STOPPED") == 0);
	CHECK(strcmp(signal_name_code(SIGCHLD, CLD_CONTINUED, room), "CONTINUED") == 0);
	CHECK(strcmp(signal_name_code(SIGUSR1, 1, room), "KERNEL") == 0);
	CHECK(strcmp(signal_name_code(SIGUSR1, 0x80, room), "KERNEL") == 0);
	CHECK(strcmp(signal_name_code(SIGUSR1, -2147483647 - 1, room), "-2147483648") == 0);
	sigemptyset(&set);
	disposition_fill(&set);
	CHECK(!signal_set_has(&set, SIGKILL) && !signal_set_has(&set, SIGSTOP) && signal_set_has(&set, SIGRTMAX));
	CHECK(signal_set_has(&set, SIGRTMIN) && !signal_set_has(&set, SIGRTMIN - 1));
	CHECK(is_int("0", 0) && is_int("-0", 0) && is_int("-2147483648", INT_MIN) && is_int("2147483647", INT_MAX));
	CHECK(is_int("0000000000000000000000000000012", 12));
	CHECK(int_refused("2147483648", ERANGE) && int_refused("-2147483649", ERANGE));
	CHECK(int_refused("99999999999999999999999", ERANGE) && int_refused("", EINVAL) && int_refused("-", EINVAL));
	CHECK(int_refused("--1", EINVAL) && int_refused("+1", EINVAL) && int_refused("1 ", EINVAL) &&
	      int_refused("0x1", EINVAL));
}

/* Send size bytes through a pump. Return true if all arrived. */
static bool
pumped(struct pump *pump, int peer, size_t size)
{
	static const char bytes[sizeof(pump->buffer)];
	unsigned long long before = pump->moved;

	if (write(peer, bytes, size) != (ssize_t)size)
		return false;
	while (pump->moved - before < size && pump_step(pump) == 1)
		;
	return pump->moved - before == size;
}

/* The pump stops passing pages after a few bytes, and resumes after a whole buffer. */
static void
test_pump(void)
{
	static struct pump pump;
	FILE *file = tmpfile();
	int ends[2];
	bool passes;

	CHECK(file && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	pump_open(&pump, ends[0], fileno(file), PUMP_CONNECTION);
	CHECK(!pump.passing && pumped(&pump, ends[1], sizeof(pump.buffer)));
	CHECK(pumped(&pump, ends[1], sizeof(pump.buffer)));
	passes = pump.passing;
	CHECK(pumped(&pump, ends[1], 10) && !pump.passing);
	CHECK(pumped(&pump, ends[1], sizeof(pump.buffer)) && pump.passing == passes);
	pump_close(&pump);
	close(ends[0]);
	close(ends[1]);
	fclose(file);
}

int
main(void)
{
	test_numbers();
	test_names();
	test_records();
	test_long_records();
	test_formats();
	test_text();
	test_deadlines();
	test_operations();
	test_sources();
	test_signals();
	test_pump();
	printf("%d checks, %d failed\n", checks, failures);
	return failures > 0;
}
