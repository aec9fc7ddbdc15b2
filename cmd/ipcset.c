/*
 * ipcset: change the mode, the owner, or the capacity of queues, segments and semaphores.
 *
 * Every operand is looked at before anything is touched, as in ipcdel.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/name.h"
#include "object/object.h"

static const struct command command = {
    .name = "ipcset",
    .signals = true,
    .usage = "[-v] [-m MODE] [-o OWNER[:GROUP]] [-s SIZE] KIND:NAME...",
    .help = "Change queues (mq:/jobs), segments (shm:sysv:0x4d2) and semaphores (sem:/lock): all that are named, or\n"
            "none if something is wrong with one.\n"
            "  -m MODE           octal mode\n"
            "  -o OWNER[:GROUP]  owner and group, names or numbers\n"
            "  -s SIZE           capacity of a System V queue in bytes (msg_qbytes)\n"
            "  -v                print each system call\n",
};

static int
parse(struct change *change, int argc, char *argv[])
{
	int option, status = -1;

	while (status == -1 && (option = getopt(argc, argv, ":hm:o:s:vV")) != -1) {
		switch (option) {
		case 'm':
			status = command_mode(option, optarg, &change->mode);
			change->mode_given = true;
			break;
		case 'o':
			if (owner_parse(change, optarg) == -1)
				status = command_argument(
				    "-o ", optarg, "not OWNER, OWNER:GROUP or :GROUP, which exist or are numbers");
			break;
		case 's':
			status = command_size(option, optarg, &change->capacity);
			break;
		default:
			status = command_option(&command, option);
		}
	}
	if (status != -1)
		return status;
	if (optind == argc)
		return command_usage("KIND:NAME is missing; usage: ipcset %s", command.usage);
	if (!change->mode_given && !change->uid_given && !change->gid_given && !change->capacity)
		return command_usage("there is nothing to change (-m, -o or -s, in front of KIND:NAME)");
	return -1;
}

/* -s is for System V queues, which is known before any object is looked for. */
static int
check_kinds(const struct object_choice *choices, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (choices[i].kinds != OBJECT_QUEUE || choices[i].name.kind == NAME_POSIX)
			return command_usage(
			    "%s: -s is for System V queues (msg_qbytes); what others can hold is not changed",
			    choices[i].text);
	return -1;
}

int
main(int argc, char *argv[])
{
	struct object_choice *choices = NULL;
	struct object_list list = {0};
	struct change change = {0};
	size_t count = 0, i;
	int status = command_start(&command, argc, argv), other;

	if (status == -1)
		status = parse(&change, argc, argv);
	if (status == -1)
		status = object_operands(argv + optind, &choices, &count);
	if (status == -1 && change.capacity)
		status = check_kinds(choices, count);
	if (status == -1)
		status = object_find(choices, count, &list);
	for (i = 0; status == -1 && i < list.count; i++)
		status = permit_change(&list.items[i], &change);
	if (status == -1) {
		status = STATUS_OK;
		for (i = 0; i < list.count; i++) {
			other = change_apply(&list.items[i], &change);
			status = status == STATUS_OK ? other : status;
		}
	}
	object_choices_free(choices, count);
	object_list_free(&list);
	return command_end(status);
}
