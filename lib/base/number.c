/*
 * number.c: numbers, sizes, times and modes as users write them: whole strings, no blanks, no overflow, and a sign only in
 * number_int. strtol(3) would accept all of these.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/number.h"

static int
fail(int error)
{
	errno = error;
	return -1;
}

/* Reads the digits at *text, at least one, and moves *text behind them. A value out of range is the type's maximum. */
static int
digits(const char **text, unsigned long long *value, bool *over)
{
	const char *at = *text;

	*value = 0;
	*over = false;
	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned int digit = (unsigned int)(*at - '0');

		if (*value > (ULLONG_MAX - digit) / 10) {
			*over = true;
			*value = ULLONG_MAX;
		} else if (!*over) {
			*value = *value * 10 + digit;
		}
	}
	if (at == *text)
		return fail(EINVAL);
	*text = at;
	return 0;
}

int
number_parse(const char *text, unsigned long long min, unsigned long long max, unsigned long long *result)
{
	unsigned long long value;
	bool over;

	if (digits(&text, &value, &over) == -1)
		return -1;
	if (*text)
		return fail(EINVAL);
	if (over || value < min || value > max)
		return fail(ERANGE);
	*result = value;
	return 0;
}

int
number_int(const char *text, size_t size, int *result)
{
	bool minus = size > 0 && *text == '-';
	long long value = 0;
	size_t i = minus;

	if (i == size)
		return fail(EINVAL);
	for (; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return fail(EINVAL);
		if (value <= INT_MAX)
			value = value * 10 + (text[i] - '0');
	}
	if (minus)
		value = -value;
	if (value < INT_MIN || value > INT_MAX)
		return fail(ERANGE);
	*result = (int)value;
	return 0;
}

int
number_size(const char *text, size_t min, size_t *bytes)
{
	static const char units[] = "KMG";
	unsigned long long value;
	const char *unit;
	unsigned int shift = 0;
	bool over;

	if (digits(&text, &value, &over) == -1)
		return -1;
	if (*text && (unit = strchr(units, *text))) {
		shift = 10 * (unsigned int)(unit - units + 1);
		text++;
	}
	if (*text)
		return fail(EINVAL);
	if (over || value < min || value > (unsigned long long)SSIZE_MAX >> shift)
		return fail(ERANGE);
	*bytes = (size_t)(value << shift);
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
	if (*text != '.' && digits(&text, &whole, &over) == -1)
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
	if (over || whole >= LLONG_MAX / 1000000000 / 120)
		return fail(ERANGE);
	/* In two steps, as fraction * factor can overflow and factor / scale loses digits. */
	fraction = fraction * (units[i].factor / 1000) / scale * 1000 +
	           fraction * (units[i].factor / 1000) % scale * 1000 / scale;
	*nanoseconds = (long long)(whole * units[i].factor + fraction);
	return 0;
}

int
number_mode(const char *text, mode_t *mode)
{
	mode_t value = 0;
	size_t i;

	for (i = 0; text[i]; i++) {
		if (text[i] < '0' || text[i] > '7')
			return fail(EINVAL);
		if (i == 4)
			return fail(ERANGE);
		value = value * 8 + (mode_t)(text[i] - '0');
	}
	if (i == 0)
		return fail(EINVAL);
	if (value > 0777)
		return fail(ERANGE);
	*mode = value;
	return 0;
}
