/*
 * memory.c for Linux: a file without a name, in memory. Source: memfd_create(2).
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "../backend.h"

int
memory_file(void)
{
	return memfd_create("ipc7", MFD_CLOEXEC);
}
