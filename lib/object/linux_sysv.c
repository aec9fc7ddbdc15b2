/*
 * linux_sysv.c: the kernel's tables of System V objects of this IPC namespace. Every user may read them, even if the
 * user may not read the objects. See msgctl(2), shmctl(2), semctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>

#include "object/internal.h"

/* From <linux/msg.h>, <linux/shm.h> and <linux/sem.h>: newer than some C libraries. */
#define MSG_ANY 13
#define SHM_ANY 15
#define SEM_ANY 20

static const struct commands {
	int any, stat; /* commands that read an entry: of any object (since Linux 4.17), of a readable object */
	int info;      /* command that returns the highest index of the table */
	char any_name[16], stat_name[12], info_name[12];
} commands[] = {
    [OBJECT_QUEUE] = {MSG_ANY, MSG_STAT, MSG_INFO, "MSG_STAT_ANY", "MSG_STAT", "MSG_INFO"},
    [OBJECT_SEGMENT] = {SHM_ANY, SHM_STAT, SHM_INFO, "SHM_STAT_ANY", "SHM_STAT", "SHM_INFO"},
    [OBJECT_SEMAPHORE] = {SEM_ANY, SEM_STAT, SEM_INFO, "SEM_STAT_ANY", "SEM_STAT", "SEM_INFO"},
};

int
object_stat_sysv(enum object_kind kind, int index, struct sysv_state *state)
{
	const struct commands *command = &commands[kind];
	int id = object_control_sysv(kind, index, command->any, state);

	state->command = command->any_name;
	if (id == -1 && errno == EINVAL) {
		id = object_control_sysv(kind, index, command->stat, state);
		state->command = command->stat_name;
	}
	state->result = id;
	if (id == -1)
		return -1;
	state->used = kind == OBJECT_QUEUE ? (long long)state->queue.__msg_cbytes : OBJECT_UNKNOWN;
	state->key = (unsigned int)object_permissions(kind, state)->__key;
	return id;
}

int
object_last_sysv(enum object_kind kind)
{
	/* The structures of these commands are smaller than those of an object. */
	struct sysv_state space;
	int last = object_control_sysv(kind, 0, commands[kind].info, &space);

	return object_trace_sysv(kind, 0, last, "%s", commands[kind].info_name);
}
