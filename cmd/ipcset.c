/*
 * ipcset: change the mode, the owner, or the capacity of queues, segments and semaphores.
 *
 * ipcset checks every operand before it changes an object. If the kernel refuses a change after that, ipcset prints a
 * line and changes the other objects.
 */
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "object/object.h"

static const struct command command = {
    .name = "ipcset",
    .signals = true,
    .usage = "[-v] [-m MODE] [-o OWNER[:GROUP]] [-s SIZE] KIND:NAME...",
    .help = "Change queues (mq:/jobs), segments (shm:sysv:0x4d2) and semaphores (sem:/lock).\n"
            "  -m MODE           set this octal mode\n"
            "  -o OWNER[:GROUP]  set the owner and the group, names or numbers\n"
            "  -s SIZE           set the capacity of a System V queue in bytes\n"
            "  -v                trace IPC system calls\n",
};

static int
read_owner(void *change, int letter, const char *text)
{
	(void)letter;
	if (owner_parse(change, text) == 0)
		return GO_ON;
	return command_argument("-o ", text, "not OWNER, OWNER:GROUP or :GROUP, which exist or are numbers");
}

static int
parse(struct change *change, int argc, char *argv[])
{
	const struct command_option options[] = {
	    {'m', .mode = &change->mode, .flag = &change->mode_given},
	    {'o', .read = read_owner, .to = change},
	    {'s', .size = &change->capacity},
	    {0},
	};
	int status = command_options(&command, options, argc, argv);

	if (status != GO_ON)
		return status;
	if (optind == argc)
		return command_usage("KIND:NAME is missing; usage: ipcset %s", command.usage);
	if (!change->mode_given && change->uid == CHANGE_NO_OWNER && change->gid == CHANGE_NO_GROUP &&
	    !change->capacity)
		return command_usage("there is nothing to change (-m, -o or -s, in front of KIND:NAME)");
	return GO_ON;
}

int
main(int argc, char *argv[])
{
	struct objects objects = {0};
	struct change change = {.uid = CHANGE_NO_OWNER, .gid = CHANGE_NO_GROUP};
	int status;

	command_start(&command, argc, argv);
	status = parse(&change, argc, argv);
	if (status == GO_ON)
		status = change_prepare(argv + optind, &change, &objects);
	if (status == GO_ON)
		status = change_all(&objects, &change);
	objects_free(&objects);
	return command_end(status);
}
