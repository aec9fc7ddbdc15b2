/*
 * internal.h: declarations that the files of process/ share.
 */
#ifndef PROCESS_INTERNAL_H
#define PROCESS_INTERNAL_H

#include "process/launch.h"

/*
 * Become the COMMAND, in a child in which all signals are blocked. Change nothing in the parent's memory, because a
 * child of vfork(2) shares it. Returns the errno value of the call that failed.
 */
int launch_child(const struct launch *launch);

/* Make the kernel send this process SIGTERM when parent, which forked it, ends, if the system can. See prctl(2). */
void launch_mortal(pid_t parent);

#endif
