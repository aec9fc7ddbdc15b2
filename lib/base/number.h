/*
 * number.h: numbers, sizes, times and modes as users write them. Each function reads a whole string and stores the
 * value, or returns -1 with EINVAL (malformed) or ERANGE (out of bounds) and stores nothing.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <sys/types.h>

/* Read a decimal number of digits alone, from min to max. */
int number_parse(const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);

/* Read a number in a base (at most 16), from min to max, from size bytes of text. */
int number_read(const char *text, size_t size, unsigned int base, unsigned long long min, unsigned long long max,
    unsigned long long *result);

/* Read an int from size bytes of text: digits, with or without a minus sign in front. */
int number_int(const char *text, size_t size, int *result);

/*
 * Read a size in bytes, up to SSIZE_MAX: digits, then K, M, G (powers of 1024) or nothing. min bounds the digits,
 * before the unit counts.
 */
int number_size(const char *text, size_t min, size_t *bytes);

/*
 * Read a time: digits with an optional fraction, then ms, s, m or nothing (seconds). The result is in nanoseconds. A
 * longer time than half of LLONG_MAX becomes that, so there is no ERANGE.
 */
int number_time(const char *text, long long *nanoseconds);

/* Read a file mode: one to four octal digits, at most 0777. */
int number_mode(const char *text, mode_t *mode);

#endif
