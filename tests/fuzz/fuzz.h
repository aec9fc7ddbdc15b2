/*
 * fuzz.h: targets, each of which feeds one input to a part of the library and checks what comes back.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>

/* The input: its first byte chooses among variants, and the rest is data. Inputs as text end at the first NUL. */
struct fuzz_target {
	const char *name;
	bool text;
	void (*run)(unsigned int variant, const char *data, size_t size);
};

/* Targets of parsers.c and of system.c, each up to one without a name. */
extern const struct fuzz_target parsers[], systems[];

/* Report a property that does not hold, and end the process. Each driver has its own. */
void fault(const char *what);

#endif
