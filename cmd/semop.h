/*
 * semop.h: declarations that the files of semop share.
 */
#ifndef CMD_SEMOP_H
#define CMD_SEMOP_H

#include "base/command.h"
#include "semaphore/semaphore.h"

struct job {
	struct name name;
	struct semaphore semaphore;
	struct semaphore_options options;
	struct semaphore_operation *operations;
	size_t count; /* number of OPs */
	int *values;  /* argument of -i, as numbers */
	struct hold hold;
};

/* What -h and -V print. */
extern const struct command semop_command;

/* Read the command line, and check it. Returns GO_ON, or an exit status after a line. */
CHECKED int semop_parse(struct job *job, int argc, char *argv[]);

#endif
