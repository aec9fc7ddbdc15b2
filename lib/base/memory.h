/*
 * memory.h: files without a name.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "base/checked.h"

/*
 * Make an empty file without a name, open for reading and writing and closed on exec. Returns its descriptor, or -1
 * with errno of memfd_create(2) or mkstemp(3).
 */
CHECKED int memory_file(void);

/*
 * Make such a file on the file system of path (may be NULL) if that is possible, and elsewhere if not. Returns as
 * memory_file.
 */
CHECKED int memory_file_beside(const char *path);

#endif
