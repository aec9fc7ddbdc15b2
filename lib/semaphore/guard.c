/*
 * guard.c: calls on memory that other users can change. Whoever may use a POSIX semaphore can shorten its file, which
 * is SIGBUS for all that use it, or fill it so that the C library aborts.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/signal_set.h"
#include "semaphore/internal.h"

static sigjmp_buf start;

/* The mask on entry, and a signal of another process that it blocks. */
static sigset_t mask;
static volatile sig_atomic_t kept;

/* Put a page of zeros in the place of one that is gone: on the way out, the C library still uses the semaphore. */
static void
replace_page(void *address)
{
	uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);

	address = (char *)address - (uintptr_t)address % size;
	(void)mmap(address, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, zero, 0);
	close(zero);
}

static void
fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	/* The signal of another process ends this one, as ever. */
	if (interrupt_sent(info) && info->si_pid != getpid()) {
		if (!sigismember(&mask, number))
			interrupt_raise(number);
		kept = number;
		return;
	}
	if (number == SIGBUS)
		replace_page(info->si_addr);
	siglongjmp(start, 1);
}

int
guard_call(int (*call)(void *), void *argument)
{
	struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO}, bus, abort;
	int result, saved;
	sigset_t faults;

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &bus);
	sigaction(SIGABRT, &action, &abort);
	/* A fault whose signal is blocked ends the process. */
	sigemptyset(&faults);
	sigaddset(&faults, SIGBUS);
	sigaddset(&faults, SIGABRT);
	kept = 0;
	signal_set_change(SIG_UNBLOCK, &faults, &mask);
	result = sigsetjmp(start, 0) == 0 ? call(argument) : error_set(EBADMSG);
	saved = errno;
	signal_set_change(SIG_SETMASK, &mask, NULL);
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGABRT, &abort, NULL);
	if (kept)
		raise(kept);
	errno = saved;
	return result;
}
