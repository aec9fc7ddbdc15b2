/*
 * record_scan.c: finds the ends of records in bytes that come in pieces of any size. It checks a netstring as its bytes
 * come, so no command waits for the body of a bad netstring.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/record.h"

/* Digits of the longest length that a netstring can announce. */
#define LENGTH_DIGITS 19

/* Take a byte of a netstring's length, or the colon behind it. Returns the fault of the netstring, or NULL. */
static const char *
take_length(struct record_scanner *scanner, char byte)
{
	if (byte == ':' && scanner->digits > 0) {
		scanner->body = true;
		scanner->left = scanner->length;
		return NULL;
	}
	if (byte < '0' || byte > '9')
		return scanner->digits ? "its length is not followed by a colon" : "it does not start with a length";
	if (scanner->digits > 0 && scanner->length == 0)
		return "its length starts with 0";
	if (scanner->digits == LENGTH_DIGITS || scanner->length > (SSIZE_MAX - 9) / 10)
		return "its length is too large";
	scanner->length = scanner->length * 10 + (size_t)(byte - '0');
	scanner->digits++;
	return NULL;
}

static ssize_t
scan_netstring(struct record_scanner *scanner, const char *data, size_t size)
{
	const char *fault = NULL;
	size_t i = 0;

	if (!scanner->open) {
		scanner->open = true;
		scanner->body = false;
		scanner->digits = 0;
		scanner->length = 0;
	}
	while (i < size && !scanner->body && !fault)
		fault = take_length(scanner, data[i++]);
	if (scanner->body && size - i > scanner->left) {
		i += scanner->left;
		scanner->open = false;
		if (data[i++] != ',')
			fault = "no comma follows its last byte";
	} else if (scanner->body) {
		scanner->left -= size - i;
		i = size;
	}
	if (!fault)
		return (ssize_t)i;
	scanner->fault = fault;
	scanner->open = false;
	return error_set(EBADMSG);
}

ssize_t
record_scan(struct record_scanner *scanner, const char *data, size_t size)
{
	const char *end = NULL;

	if (size == 0)
		return 0;
	if (scanner->form == RECORD_NETSTRING)
		return scan_netstring(scanner, data, size);
	if (scanner->form != RECORD_RAW)
		end = memchr(data, scanner->form == RECORD_NUL ? '\0' : '\n', size);
	scanner->open = !end;
	return end ? end - data + 1 : (ssize_t)size;
}
