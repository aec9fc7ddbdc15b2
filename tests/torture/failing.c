/*
 * failing: a library for LD_PRELOAD in which one allocation fails, that with the number in FAIL_AT. The file FAIL_SAYS is made when it
 * does. Programs that the process starts do not inherit the library.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The functions of glibc that the ones below replace. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static long at, count;
static const char *file;

__attribute__((constructor)) static void
start(void)
{
	const char *text = getenv("FAIL_AT");

	file = getenv("FAIL_SAYS");
	unsetenv("LD_PRELOAD");
	at = text == NULL || file == NULL ? 0 : atol(text);
	count = 0;
}

static int
fails(void)
{
	int fd;

	if (++count != at)
		return 0;
	fd = open(file, O_WRONLY | O_CREAT, 0600);
	if (fd != -1)
		close(fd);
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
