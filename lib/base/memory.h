/*
 * memory.h: files without a name.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

/* A descriptor, closed on exec, of an empty file that can be read and written and goes away when it is closed. */
int memory_file(void);

/* The same, where it can be beside path (may be NULL) on the same file system. */
int memory_file_beside(const char *path);

#endif
