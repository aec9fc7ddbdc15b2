/*
 * calls.c: the system calls of semaphores. Each wrapper prints the call with its result if -v asks for that, and leaves
 * errno as the call set it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/trace.h"
#include "semaphore/internal.h"
#include "semaphore/semctl.h"

sem_t *
trace_sem_open(const char *path, int flags, mode_t mode, int value)
{
	struct text call = {0};
	sem_t *opened;

	do
		opened = TRACED(flags ? sem_open(path, flags, mode, (unsigned int)value) : sem_open(path, 0));
	while (opened == SEM_FAILED && interrupt_again());
	if (!trace_on)
		return opened;
	text_format(&call, "sem_open(\"%s\", ", path);
	if (flags)
		text_format(&call, "O_CREAT|O_EXCL, 0%03o, %d)", (unsigned int)mode, value);
	else
		text_format(&call, "0)");
	trace_pointer(&call, opened == SEM_FAILED ? NULL : (void *)opened, "SEM_FAILED");
	return opened;
}

int
trace_sem_unlink(const char *path)
{
	return trace_call(TRACED(sem_unlink(path)), "sem_unlink(\"%s\")", path);
}

int
trace_sem_post(sem_t *semaphore)
{
	return trace_call(TRACED(sem_post(semaphore)), "sem_post(%p)", (void *)semaphore);
}

int
trace_sem_trywait(sem_t *semaphore)
{
	return trace_call(TRACED(sem_trywait(semaphore)), "sem_trywait(%p)", (void *)semaphore);
}

int
trace_sem_wait(sem_t *semaphore)
{
	return trace_call(TRACED(sem_wait(semaphore)), "sem_wait(%p)", (void *)semaphore);
}

int
trace_semget(key_t key, size_t count, int flags, mode_t mode)
{
	int id = TRACED(semget(key, (int)count, flags | (int)mode));

	if (key == IPC_PRIVATE)
		return trace_call(id, "semget(IPC_PRIVATE, %zu, 0%03o)", count, (unsigned int)mode);
	return trace_call(id, "semget(0x%x, %zu, %s%#o)", (unsigned int)key, count, flags ? "IPC_CREAT|IPC_EXCL|" : "",
	    (unsigned int)mode);
}

int
sysv_status(int id, struct semid_ds *status)
{
	return semctl(id, 0, IPC_STAT, (union semctl_argument){.status = status});
}

int
trace_setval(int id, unsigned int member, int value)
{
	return trace_call(TRACED(semctl(id, (int)member, SETVAL, (union semctl_argument){.value = value})),
	    "semctl(%d, %u, SETVAL, %d)", id, member, value);
}

int
trace_all_values(int id, int command, unsigned short *values, size_t count)
{
	int result = TRACED(semctl(id, 0, command, (union semctl_argument){.values = values}));
	struct text call = {0};
	size_t i;

	if (!trace_on)
		return result;
	text_format(&call, "semctl(%d, 0, %s, {", id, command == GETALL ? "GETALL" : "SETALL");
	for (i = 0; i < count && result == 0; i++)
		text_format(&call, "%s%d", i ? ", " : "", values[i]);
	text_format(&call, "})");
	trace_end(&call, result);
	return result;
}

int
trace_set_mode(int id, mode_t mode)
{
	struct semid_ds status = {.sem_perm = {.uid = geteuid(), .gid = getegid()}};

	status.sem_perm.mode = mode;
	return trace_call(TRACED(semctl(id, 0, IPC_SET, (union semctl_argument){.status = &status})),
	    "semctl(%d, 0, IPC_SET, {mode=0%03o})", id, (unsigned int)mode);
}

int
trace_remove(int id)
{
	return trace_call(TRACED(semctl(id, 0, IPC_RMID)), "semctl(%d, 0, IPC_RMID)", id);
}

int
trace_lock(int fd, long byte, enum lock_action action)
{
	int result;

	/* The caller looks whether another wait is due. */
	do
		result = TRACED(semaphore_lock_byte(fd, byte, action));
	while (result == -1 && action != LOCK_WAIT && interrupt_again());
	return trace_call(result, "fcntl(%d, F_OFD_SETLK%s, {l_type=%s, l_whence=SEEK_SET, l_start=%ld, l_len=1})", fd,
	    action == LOCK_WAIT ? "W" : "", action == LOCK_RELEASE ? "F_UNLCK" : "F_WRLCK", byte);
}

void
trace_lock_open(const struct place *place, int fd, bool create, mode_t mode)
{
	char call[32] = "open(", rest[32] = ", O_RDWR)";

	if (place->directory != AT_FDCWD)
		snprintf(call, sizeof(call), "openat(%d, ", place->directory);
	if (create)
		snprintf(rest, sizeof(rest), ", O_RDWR|O_CREAT|O_EXCL, 0%03o)", (unsigned int)mode);
	trace_quoted(fd, call, place->name, "%s", rest);
}

int
trace_semop(int id, struct sembuf *operations, size_t count, const struct deadline *deadline)
{
	bool limited = deadline && deadline->limited, timed = limited && semaphore_has_semtimedop;
	int result =
	    TRACED(limited ? semaphore_timed_semop(id, operations, count, deadline) : semop(id, operations, count));
	struct text call = {0};
	size_t i;

	if (!trace_wanted(result))
		return result;
	text_format(&call, "%s(%d, {", timed ? "semtimedop" : "semop", id);
	for (i = 0; i < count; i++) {
		int flags = operations[i].sem_flg;

		text_format(&call, "%s{sem_num=%u, sem_op=%d, sem_flg=%s%s%s%s}", i ? ", " : "", operations[i].sem_num,
		    operations[i].sem_op, flags & SEM_UNDO ? "SEM_UNDO" : "",
		    flags & SEM_UNDO && flags & IPC_NOWAIT ? "|" : "", flags & IPC_NOWAIT ? "IPC_NOWAIT" : "",
		    flags ? "" : "0");
	}
	text_format(&call, "}, %zu%s)", count, timed ? ", {...}" : "");
	trace_end(&call, result);
	return result;
}
