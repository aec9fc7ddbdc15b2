/*
 * pipe-limit: a bare loop of splice(2) on a FIFO of 256 KiB, as the limit for fifocat.
 *
 *   pipe-limit write FIFO <INPUT      INPUT is a pipe, or a file whose pages are passed
 *   pipe-limit read FIFO >OUTPUT
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	int writes = argc == 3 && strcmp(argv[1], "write") == 0, fd, in, out;
	ssize_t moved;

	if (argc != 3 || (!writes && strcmp(argv[1], "read") != 0)) {
		fprintf(stderr, "usage: pipe-limit write|read FIFO\n");
		return 2;
	}
	fd = open(argv[2], writes ? O_WRONLY : O_RDONLY);
	if (fd == -1 || fcntl(fd, F_SETPIPE_SZ, 256 * 1024) == -1)
		return 1;
	in = writes ? STDIN_FILENO : fd;
	out = writes ? fd : STDOUT_FILENO;
	while ((moved = splice(in, NULL, out, NULL, 1024 * 1024, SPLICE_F_MOVE)) > 0)
		;
	return moved == -1;
}
