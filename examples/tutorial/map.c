/* map.c: map shared memory in one of three ways, overwrite the first half, run a command for the shell, and overwrite the second half.
   0xKEY is a System V segment, PATH with a slash is an ordinary file, NAME is a POSIX segment. With AFTER, unmap the memory, and run
   AFTER as another command. Build: cc -o map map.c -lrt */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

static int
is_system_v(const char *name)
{
	return strncmp(name, "0x", 2) == 0;
}

/* Map the segment; no byte is copied. Return MAP_FAILED on error. */
static char *
map(const char *name, size_t length)
{
	char posix[256];
	int fd;

	if (is_system_v(name)) /* shmat returns (void *)-1 on error, as mmap does */
		return shmat(shmget((key_t)strtoul(name, NULL, 16), 0, 0), NULL, 0);
	snprintf(posix, sizeof posix, "/%s", name);
	fd = strchr(name, '/') ? open(name, O_RDWR) : shm_open(posix, O_RDWR, 0);
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

int
main(int argc, char *argv[])
{
	size_t length = argc == 4 || argc == 5 ? strlen(argv[2]) : 0;
	char *memory;
	int status;

	if (length == 0)
		return fputs("usage: map 0xKEY|PATH|NAME TEXT COMMAND [AFTER]\n", stderr), 2;
	memory = map(argv[1], length);
	if (memory == MAP_FAILED)
		return perror(argv[1]), 1;
	memcpy(memory, argv[2], length / 2);
	status = system(argv[3]); /* the segment stays mapped in this process alone: exec unmaps the child's */
	memcpy(memory + length / 2, argv[2] + length / 2, length - length / 2);
	if (argc == 5) {
		if ((is_system_v(argv[1]) ? shmdt(memory) : munmap(memory, length)) == -1)
			return perror(argv[1]), 1;
		status |= system(argv[4]);
	}
	return status != 0;
}
