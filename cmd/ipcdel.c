/*
 * ipcdel: remove queues, segments and semaphores.
 *
 * Every operand is looked at before anything is touched: if one is malformed, is not there or is somebody else's, nothing
 * is removed. There is no way to remove all.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/text.h"
#include "object/object.h"

static const struct command command = {
    .name = "ipcdel",
    .signals = true,
    .usage = "[-nv] KIND:NAME...",
    .help = "Remove queues (mq:/jobs), segments (shm:sysv:0x4d2) and semaphores (sem:/lock): all that are named, or\n"
            "none if something is wrong with one.\n"
            "  -n  only say what would be removed\n"
            "  -v  print each system call\n",
};

/* Removes them, or says that it would. Returns the exit status. */
static int
remove_them(const struct object_list *list, bool pretend)
{
	int status = STATUS_OK, other;
	struct text text = {0};
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (pretend) {
			object_show(&list->items[i], &text);
			text_format(&text, "\n");
			continue;
		}
		other = change_remove(&list->items[i]);
		status = status == STATUS_OK ? other : status;
	}
	return pretend ? command_print(&text) : status;
}

int
main(int argc, char *argv[])
{
	struct object_choice *choices = NULL;
	struct object_list list = {0};
	size_t count = 0, i;
	bool pretend = false;
	int status = command_start(&command, argc, argv), option;

	while (status == -1 && (option = getopt(argc, argv, ":hnvV")) != -1) {
		if (option == 'n')
			pretend = true;
		else
			status = command_option(&command, option);
	}
	if (status == -1 && optind == argc)
		status = command_usage("KIND:NAME is missing; usage: ipcdel %s", command.usage);
	if (status == -1)
		status = object_operands(argv + optind, &choices, &count);
	if (status == -1)
		status = object_find(choices, count, &list);
	for (i = 0; status == -1 && i < list.count; i++)
		status = permit_change(&list.items[i], NULL);
	if (status == -1)
		status = remove_them(&list, pretend);
	object_choices_free(choices, count);
	object_list_free(&list);
	return command_end(status);
}
