/*
 * linux_names.c: the signals and codes that Linux has and POSIX does not have. See signal(7), sigaction(2).
 */
#define _GNU_SOURCE

#include "base/signal_set.h"
#include "signals/internal.h"

const struct signal_name system_names[] = {
    {SIGSTKFLT, "STKFLT", "terminate", "nothing any more; once a coprocessor"},
    {SIGWINCH, "WINCH", "ignore", "the terminal: its window changed its size"},
    {SIGIO, "IO", "terminate", "the kernel: a descriptor is ready that was to tell so"},
    {SIGPWR, "PWR", "terminate", "the power supply: a battery runs low"},
    {0},
};

const struct signal_code system_codes[] = {
    {0, SI_TKILL, "SI_TKILL", .sender = true},
    {0, SI_MESGQ, "SI_MESGQ", .sender = true},
    {0, SI_SIGIO, "SI_SIGIO", .sender = false},
    {0, SI_KERNEL, "SI_KERNEL", .sender = false},
    {0},
};

bool
signal_reserved(int number)
{
	return number > SIGSYS && number < REALTIME_FIRST;
}
