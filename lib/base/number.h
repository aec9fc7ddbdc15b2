/*
 * number.h: numbers, sizes, times and modes as users write them.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Each reads the whole of text into *result, and leaves it alone on failure: EINVAL (not of the form), ERANGE (outside
 * the bounds).
 */

/* A decimal number, digits alone, from min to max. */
int number_parse(const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);

/* A number with or without a minus sign in front, that an int can hold; size bytes of text. */
int number_int(const char *text, size_t size, int *result);

/* A size in bytes: digits, then optionally K, M or G (powers of 1024). At least min, at most SSIZE_MAX. */
int number_size(const char *text, size_t min, size_t *bytes);

/* A time: digits with an optional fraction, then optionally ms, s (the default) or m. Result in nanoseconds. */
int number_time(const char *text, long long *nanoseconds);

/* A file mode: one to four octal digits, at most 0777. */
int number_mode(const char *text, mode_t *mode);

#endif
