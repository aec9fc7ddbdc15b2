/*
 * number.c: numbers, sizes, times and modes as users write them: whole strings, no blanks, no overflow, and a sign only
 * in number_int. strtol(3) would accept blanks, signs and trailing text.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"

static int
fail(int error)
{
	return error_set(error);
}

/*
 * Read the digits at *text, at least one, and move *text behind them, at most to end. Store a value that does not fit
 * as the maximum of its type, and set *over. Returns 0, or -1 if there is no digit.
 */
static int
digits(const char **text, const char *end, unsigned int base, unsigned long long *value, bool *over)
{
	static const char known[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = *text;

	*value = 0;
	*over = false;
	for (; at < end; at++) {
		const char *found = memchr(known, *at, strlen(known));
		unsigned int digit = found ? (unsigned int)(found - known) % 16 : base;

		if (digit >= base)
			break;
		if (*over || *value > (ULLONG_MAX - digit) / base) {
			*over = true;
			*value = ULLONG_MAX;
		} else {
			*value = *value * base + digit;
		}
	}
	if (at == *text)
		return fail(EINVAL);
	*text = at;
	return 0;
}

int
number_read(const char *text, size_t size, unsigned int base, unsigned long long min, unsigned long long max,
    unsigned long long *result)
{
	const char *end = text + size;
	unsigned long long value;
	bool over;

	if (digits(&text, end, base, &value, &over) == -1)
		return -1;
	if (text != end)
		return fail(EINVAL);
	if (over || value < min || value > max)
		return fail(ERANGE);
	*result = value;
	return 0;
}

int
number_parse(const char *text, unsigned long long min, unsigned long long max, unsigned long long *result)
{
	return number_read(text, strlen(text), 10, min, max, result);
}

int
number_int(const char *text, size_t size, int *result)
{
	bool minus = size > 0 && *text == '-';
	unsigned long long value = 0;

	if (number_read(text + minus, size - minus, 10, 0, minus ? INT_MAX + 1ULL : INT_MAX, &value) == -1)
		return -1;
	*result = minus ? (int)-(long long)value : (int)value;
	return 0;
}

int
number_offset(const char *text, off_t min, off_t *bytes)
{
	static const char units[] = "KMG";
	unsigned long long value;
	const char *unit;
	unsigned int shift = 0;
	bool over;

	if (digits(&text, text + strlen(text), 10, &value, &over) == -1)
		return -1;
	if (*text && (unit = strchr(units, *text))) {
		shift = 10 * (unsigned int)(unit - units + 1);
		text++;
	}
	if (*text)
		return fail(EINVAL);
	if (over || value < (unsigned long long)min || value > (unsigned long long)OFFSET_MAX >> shift)
		return fail(ERANGE);
	*bytes = (off_t)(value << shift);
	return 0;
}

int
number_size(const char *text, size_t *bytes)
{
	off_t value;

	if (number_offset(text, 1, &value) == -1)
		return -1;
	if (value > (off_t)SSIZE_MAX)
		return fail(ERANGE);
	*bytes = (size_t)value;
	return 0;
}

int
number_time(const char *text, long long *nanoseconds)
{
	static const struct {
		const char *name;
		unsigned long long factor;
	} units[] = {{"", 1000000000}, {"s", 1000000000}, {"ms", 1000000}, {"m", 60000000000}};
	unsigned long long whole = 0, fraction = 0, scale = 1;
	bool over = false;
	size_t i;

	/* The digits before the point may be missing. */
	if (*text != '.' && digits(&text, text + strlen(text), 10, &whole, &over) == -1)
		return -1;
	if (*text == '.') {
		text++;
		if (*text < '0' || *text > '9')
			return fail(EINVAL);
		for (; *text >= '0' && *text <= '9'; text++) {
			if (scale < 1000000000) {
				fraction = fraction * 10 + (unsigned int)(*text - '0');
				scale *= 10;
			}
		}
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(text, units[i].name) == 0)
			break;
	if (i == sizeof(units) / sizeof(units[0]))
		return fail(EINVAL);
	/* The longest time, 146 years, is half of LLONG_MAX nanoseconds, so that a time on the clock can be added. */
	if (over || whole >= LLONG_MAX / 2 / units[i].factor) {
		*nanoseconds = LLONG_MAX / 2;
		return 0;
	}
	/* The division has two steps, because fraction * factor can overflow and factor / scale loses digits. */
	fraction = fraction * (units[i].factor / 1000) / scale * 1000 +
	           fraction * (units[i].factor / 1000) % scale * 1000 / scale;
	*nanoseconds = (long long)(whole * units[i].factor + fraction);
	return 0;
}

int
number_mode(const char *text, mode_t *mode)
{
	unsigned long long value;

	if (number_read(text, strlen(text), 8, 0, 0777, &value) == -1)
		return -1;
	if (strlen(text) > 4)
		return fail(ERANGE);
	*mode = (mode_t)value;
	return 0;
}
