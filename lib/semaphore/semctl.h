/*
 * semctl.h: the fourth argument of semctl(2), which POSIX leaves to each program to define.
 */
#ifndef SEMAPHORE_SEMCTL_H
#define SEMAPHORE_SEMCTL_H

#include <sys/sem.h>

union semctl_argument {
	int value;               /* SETVAL */
	struct semid_ds *status; /* IPC_STAT, IPC_SET */
	unsigned short *values;  /* GETALL, SETALL */
	void *info;              /* struct seminfo of Linux: IPC_INFO, SEM_INFO */
};

#endif
