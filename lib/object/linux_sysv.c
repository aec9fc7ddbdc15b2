/*
 * linux_sysv.c: the kernel's tables of System V objects of this IPC namespace, which every user may read even if
 * the objects may not be read. See msgctl(2), shmctl(2), semctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>

#include "base/trace.h"
#include "object/internal.h"

/* Of <linux/msg.h> and its like, newer than some C libraries. */
#define MSG_ANY 13
#define SHM_ANY 15
#define SEM_ANY 20

static const struct commands {
	int any, stat; /* read an entry of the table: any object (since Linux 4.17), or one that the user may read */
	char any_name[16], stat_name[16];
} commands[] = {
    [OBJECT_QUEUE] = {MSG_ANY, MSG_STAT, "MSG_STAT_ANY", "MSG_STAT"},
    [OBJECT_SEGMENT] = {SHM_ANY, SHM_STAT, "SHM_STAT_ANY", "SHM_STAT"},
    [OBJECT_SEMAPHORE] = {SEM_ANY, SEM_STAT, "SEM_STAT_ANY", "SEM_STAT"},
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
	state->key = (unsigned int)(kind == OBJECT_QUEUE     ? state->queue.msg_perm.__key
	                            : kind == OBJECT_SEGMENT ? state->segment.shm_perm.__key
	                                                     : state->set.sem_perm.__key);
	return id;
}

int
object_last_sysv(enum object_kind kind)
{
	struct msginfo queues;
	struct shm_info segments;
	struct seminfo sets;
	union semctl_argument argument = {.set = (struct semid_ds *)(void *)&sets};
	return trace_call(kind == OBJECT_QUEUE     ? msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&queues)
	                  : kind == OBJECT_SEGMENT ? shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&segments)
	                                           : semctl(0, 0, SEM_INFO, argument),
	    kind == OBJECT_QUEUE     ? "msgctl(0, MSG_INFO)"
	    : kind == OBJECT_SEGMENT ? "shmctl(0, SHM_INFO)"
	                             : "semctl(0, 0, SEM_INFO)");
}
