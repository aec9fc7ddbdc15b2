/*
 * number.h: numbers, sizes, times and modes as users write them. Each function reads a whole string and stores the
 * value, or returns -1 with EINVAL (malformed) or ERANGE (out of bounds) and stores nothing.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/* Read a decimal number of digits alone, from min to max. */
int number_parse(const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);

/* Read a number in a base (at most 16), from min to max, from size bytes of text. */
int number_read(const char *text, size_t size, unsigned int base, unsigned long long min, unsigned long long max,
    unsigned long long *result);

/* Read an int from size bytes of text: digits, with or without a minus sign in front. */
int number_int(const char *text, size_t size, int *result);

/* The largest offset: off_t has 64 bits on every machine, because the Makefile sets _FILE_OFFSET_BITS. */
#define OFFSET_MAX ((off_t)LLONG_MAX)

/*
 * Read a size or offset of a file, up to OFFSET_MAX: digits, then K, M, G (powers of 1024) or nothing. min bounds the
 * digits, before the unit counts.
 */
int number_offset(const char *text, off_t min, off_t *bytes);

/* Read a size in memory of at least 1 byte, up to SSIZE_MAX, in the same form. */
int number_size(const char *text, size_t *bytes);

/*
 * Read a time: digits with an optional fraction, then ms, s, m or nothing (seconds). The result is in nanoseconds. A
 * longer time than half of LLONG_MAX becomes that, so there is no ERANGE.
 */
int number_time(const char *text, long long *nanoseconds);

/* Read a file mode: one to four octal digits, at most 0777. */
int number_mode(const char *text, mode_t *mode);

#endif
