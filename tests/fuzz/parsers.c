/*
 * parsers.c: targets for the parsers of names, addresses, numbers, signals, columns and records. Accepted input must mean
 * the same when it is parsed again, and printed text must not break a line.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "base/number.h"
#include "base/record.h"
#include "base/text.h"
#include "fuzz.h"
#include "object/object.h"
#include "semaphore/semaphore.h"
#include "signals/names.h"
#include "socket/address.h"

static void
try_names(unsigned int variant, const char *data, size_t size)
{
	struct name name, again;
	struct operand operand;
	const char *why = NULL;

	(void)variant, (void)size;
	if (name_parse(&name, data, &why) == 0) {
		if (name_parse(&again, name.text, &why) == -1 || again.kind != name.kind ||
		    strcmp(again.text, name.text) != 0 || again.number != name.number)
			fault("a name does not stay the same");
		if (name.kind == NAME_FTOK && (name.number < 1 || name.number > 255 || !strchr(name.path, '/')))
			fault("a file of ftok has no path, or no project");
		if (name.kind == NAME_POSIX &&
		    (strrchr(name.text, '/') != name.text || strlen(name.text) > NAME_MAX + 1))
			fault("a POSIX name has two slashes, or is too long");
		name_free(&again);
		name_free(&name);
	} else if (errno != EINVAL || !why) {
		fault("a name is refused without a reason");
	}
	if (operand_parse(&operand, data, &why) == 0) {
		if (!operand.kinds ||
		    (operand.named && (operand.name.kind == NAME_NEW || operand.name.kind == NAME_FILE)))
			fault("an object that is none");
		name_free(&operand.name);
	}
}

static void
try_addresses(unsigned int variant, const char *data, size_t size)
{
	struct address address;
	const char *why = NULL;

	(void)variant, (void)size;
	if (address_parse(&address, data, &why) == -1) {
		if (errno != EINVAL || !why)
			fault("an address is refused without a reason");
		return;
	}
	if (!address.inherited && strncmp(data, address.scheme, strlen(address.scheme)) != 0)
		fault("an address has another scheme");
	if (address.kind == ADDRESS_UNIX && !address.inherited && strcmp(address.path, strchr(data, ':') + 1) != 0)
		fault("a path does not stay the same");
	address_free(&address);
}

static void
try_numbers(unsigned int variant, const char *data, size_t size)
{
	struct change change = {.uid = CHANGE_NO_OWNER, .gid = CHANGE_NO_GROUP};
	struct semaphore_operation operation;
	unsigned long long number;
	size_t bytes, left = size;
	off_t offset;
	const char *rest = data;
	long long time;
	mode_t mode;
	long prefix;
	int value;

	if (number_parse(data, 3, 1000, &number) == 0 && (number < 3 || number > 1000))
		fault("a number is out of bounds");
	if (number_read(data, size, variant % 2 ? 16 : 8, 5, 99, &number) == 0 && (number < 5 || number > 99))
		fault("a number of a base is out of bounds");
	if (number_int(data, size, &value) == 0 && (value < 0) != (data[0] == '-' && value != 0))
		fault("an int has another sign");
	if (number_size(data, &bytes) == 0 && (bytes < 1 || bytes > SSIZE_MAX))
		fault("a size is out of bounds");
	if (number_offset(data, 2, &offset) == 0 && offset < 2)
		fault("an offset is out of bounds");
	if (number_time(data, &time) == 0 && time < 0)
		fault("a time is negative");
	if (number_mode(data, &mode) == 0 && mode > 0777)
		fault("a mode is none");
	if (semaphore_parse(data, &operation) == 0 && operation.set && operation.value < 0)
		fault("a semaphore is set below 0");
	if (record_prefix(&rest, &left, &prefix) == 0 && (prefix < 0 || rest + left != data + size || rest[-1] != '\t'))
		fault("a prefix took other bytes");
	if (variant % 8 == 0)
		(void)!owner_parse(&change, data);
}

static void
try_signals(unsigned int variant, const char *data, size_t size)
{
	char room[SIGNAL_NAME_SIZE];
	struct text text = {0};
	int number, again;

	(void)variant, (void)size;
	if (signal_name_parse(data, &number) == 0 &&
	    (number < 0 || number > SIGRTMAX ||
	        (number > 0 && (signal_name_parse(signal_name_format(number, room), &again) == -1 || again != number))))
		fault("a signal does not stay the same");
	if (signal_name_convert(&text, data) == 0 &&
	    (text.size < 2 || strchr(text.data, '\n') != text.data + text.size - 1))
		fault("a signal is not a line");
	text_free(&text);
}

/* List an object named data: one line with a tab between columns, or JSON without control characters. */
static void
try_columns(unsigned int variant, const char *data, size_t size)
{
	char *name = strdup(data);
	struct object object = {.kind = OBJECT_QUEUE, .name = name, .id = OBJECT_UNKNOWN, .key = 77, .size = 5};
	struct listing listing = {.json = variant % 2};
	struct text text = {0};
	size_t i, tabs = 0;

	(void)size;
	if (listing_parse(&listing, data) == -1 && errno != EINVAL)
		fault("columns");
	if (listing.count == 0 || listing.count > LISTING_MOST)
		(void)!listing_parse(&listing, LISTING_DEFAULT);
	listing_line(&listing, &object, &text);
	for (i = 0; i + 1 < text.size; i++) {
		tabs += text.data[i] == '\t';
		if ((unsigned char)text.data[i] < ' ' && text.data[i] != '\t')
			fault("a line has a control character");
	}
	if (text.data[text.size - 1] != '\n' || tabs != (listing.json ? 0 : listing.count - 1))
		fault("a line is broken");
	text_free(&text);
	free(name);
}

/* Read records from a pipe: they end, none exceeds the limit, and a formatted record comes back unchanged. */
static void
try_records(unsigned int variant, const char *data, size_t size)
{
	enum record_form form = (enum record_form)(variant % 4);
	bool whole = form == RECORD_NETSTRING && variant & 4;
	size_t limit = variant & 8 ? 4096 : variant / 16, used = size, body, got, count = 0;
	char formatted[4096 + RECORD_FRAME];
	struct record_reader reader;
	const char *record;
	int ends[2], result;

	if (size > 4096)
		return;
	if (whole)
		used = record_format(form, NULL, data, size, formatted, &body);
	if (pipe(ends) == -1 || write(ends[1], whole ? formatted : data, used) != (ssize_t)used)
		fault("pipe");
	close(ends[1]);
	record_open(&reader, ends[0], form, limit);
	while ((result = record_next(&reader, &record, &got)) == 1) {
		if (got > limit || ++count > used + 1)
			fault("records are too large, or too many");
		if (whole && (got != size || memcmp(record, data, size) != 0))
			fault("a record is another one when it comes back");
	}
	if (whole && size <= limit && (result != 0 || count != 1))
		fault("a record does not come back");
	record_close(&reader);
	close(ends[0]);
}

const struct fuzz_target parsers[] = {
    {"names", true, try_names},
    {"addresses", true, try_addresses},
    {"numbers", true, try_numbers},
    {"signals", true, try_signals},
    {"columns", true, try_columns},
    {"records", false, try_records},
    {0},
};
