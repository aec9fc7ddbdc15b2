/* map.c: map shared memory in one of three ways, show it, change it in two steps, and wait for a line of input before each step.
   0xKEY is a System V segment, PATH with a slash is an ordinary file, NAME is a POSIX segment. Build: cc -o map map.c -lrt */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

/* Map the segment; no byte is copied. Return MAP_FAILED on error. */
static char *
map(const char *name, size_t length)
{
	char posix[256];
	int fd;

	if (strncmp(name, "0x", 2) == 0) /* shmat returns (void *)-1 on error, as mmap does */
		return shmat(shmget((key_t)strtoul(name, NULL, 16), 0, 0), NULL, 0);
	snprintf(posix, sizeof posix, "/%s", name);
	fd = strchr(name, '/') ? open(name, O_RDWR) : shm_open(posix, O_RDWR, 0);
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

int
main(int argc, char *argv[])
{
	size_t length = argc == 3 ? strlen(argv[2]) : 0;
	char *memory, line[80];

	if (length == 0)
		return fputs("usage: map 0xKEY|PATH|NAME TEXT\n", stderr), 2;
	memory = map(argv[1], length);
	if (memory == MAP_FAILED)
		return perror(argv[1]), 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%.*s\n", (int)length, memory);
	if (fgets(line, sizeof line, stdin))
		memcpy(memory, argv[2], length / 2);
	puts("half");
	if (fgets(line, sizeof line, stdin))
		memcpy(memory + length / 2, argv[2] + length / 2, length - length / 2);
	puts("whole");
	return fgets(line, sizeof line, stdin) == NULL;
}
