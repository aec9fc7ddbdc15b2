/*
 * portable_sysv.c: POSIX cannot list System V objects. They are found by key or identifier, and only an object that
 * this process may read can be inspected. See msgctl(3p), shmctl(3p), semctl(3p).
 */

#include "object/internal.h"

int
object_stat_sysv(enum object_kind kind, int index, struct sysv_state *state)
{
	state->command = "IPC_STAT";
	state->key = state->used = OBJECT_UNKNOWN;
	state->result = object_control_sysv(kind, index, IPC_STAT, state);
	return state->result == -1 ? -1 : index;
}

int
object_last_sysv(enum object_kind kind)
{
	(void)kind;
	return -1;
}
