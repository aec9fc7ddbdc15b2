/*
 * sockcat.h: declarations that the files of sockcat share: sockcat.c, and sockcat_options.c, which reads the command
 * line.
 */
#ifndef CMD_SOCKCAT_H
#define CMD_SOCKCAT_H

#include <stdbool.h>

#include "base/command.h"
#include "socket/session.h"
#include "socket/socket.h"

struct cat {
	struct socket socket;
	struct session session;
	bool listens;           /* -l */
	bool many;              /* -f or -n: more than one client, or packet */
	bool unlinks;           /* -u, or the path of -b */
	bool pages;             /* -z */
	const char *ready_file; /* -R */
};

extern const struct command sockcat_command;

/* Read the command line into cat. Returns GO_ON, or the exit status after a line. */
int sockcat_options(struct cat *cat, int argc, char *argv[]);

#endif
