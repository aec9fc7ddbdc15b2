/*
 * internal.h: what the files of process/ share.
 */
#ifndef PROCESS_INTERNAL_H
#define PROCESS_INTERNAL_H

#include "process/launch.h"

/*
 * Become the COMMAND, in a child in which all signals are blocked; it changes nothing that the parent's memory holds, as
 * a child of vfork(2) shares that. Returns the errno value of what failed.
 */
int launch_child(const struct launch *launch);

#endif
