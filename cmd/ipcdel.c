/*
 * ipcdel: remove queues, segments and semaphores.
 *
 * Every operand is checked before anything is touched: if an operand is malformed, or its object does not exist or
 * belongs to another user, nothing is removed. There is no way to remove all objects.
 */
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "object/object.h"

static const struct command command = {
    .name = "ipcdel",
    .signals = true,
    .usage = "[-nv] KIND:NAME...",
    .help = "Remove queues (mq:/jobs), segments (shm:sysv:0x4d2) and semaphores (sem:/lock).\n"
            "  -n  print what would be removed, and remove nothing\n"
            "  -v  trace IPC system calls\n",
};

/* Print the objects that would be removed. Returns the exit status. */
static int
print(const struct objects *objects)
{
	struct text text = {0};
	size_t i;

	for (i = 0; i < objects->count; i++) {
		object_show(&objects->items[i], &text);
		text_format(&text, "\n");
	}
	return command_print(&text);
}

int
main(int argc, char *argv[])
{
	struct objects objects = {0};
	bool pretend = false;
	const struct command_option options[] = {{'n', .flag = &pretend}, {0}};
	int status;

	command_start(&command, argc, argv);
	status = command_options(&command, options, argc, argv);
	if (status == GO_ON && optind == argc)
		status = command_usage("KIND:NAME is missing; usage: ipcdel %s", command.usage);
	if (status == GO_ON)
		status = change_prepare(argv + optind, NULL, &objects);
	if (status == GO_ON)
		status = pretend ? print(&objects) : change_all(&objects, NULL);
	objects_free(&objects);
	return command_end(status);
}
