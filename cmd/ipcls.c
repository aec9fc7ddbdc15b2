/*
 * ipcls: list queues, segments and semaphores, POSIX and System V.
 *
 * Each object is a line of fields with tabs between them, or of aligned columns at a terminal. The order does not
 * change from run to run. The other commands accept the values of the NAME column. ipcls changes nothing, and mounts
 * nothing that other processes see.
 */
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "object/object.h"

static const struct command command = {
    .name = "ipcls",
    .signals = true,
    .usage = "[-Hjv] [-o COLUMN,...] [KIND|NAME...]",
    .help = "List queues, segments and semaphores: all, those of KIND (mq, shm, sem), or those named (mq:/jobs, "
            "sysv:0x4d2).\n"
            "  -H         print no column names\n"
            "  -j         print JSON, an object a line\n"
            "  -o COLUMN  print these columns, with commas between them:\n"
            "             KIND NAME ID KEY OWNER MODE SIZE USED COUNT (the default),\n"
            "             GROUP DEPTH MSGSIZE VALUE WAITING CREATOR LASTPID CHANGED\n"
            "  -v         trace IPC system calls\n",
};

/* Bytes of lines that are written at once. */
#define BATCH 65536

static int
read_columns(void *listing, int letter, const char *text)
{
	(void)letter;
	if (listing_parse(listing, text) == 0)
		return GO_ON;
	return command_argument("-o ", text, "not columns with commas between them (see ipcls -h)");
}

/* Print the list in batches of lines; at a terminal all at once, as columns. Returns the exit status. */
static int
print(const struct listing *listing, bool header, const struct objects *objects)
{
	bool terminal = !listing->json && isatty(STDOUT_FILENO);
	struct text text = {0}, aligned = {0};
	int status = STATUS_OK;
	size_t i;

	if (header)
		listing_header(listing, &text);
	for (i = 0; status == STATUS_OK && i < objects->count; i++) {
		listing_line(listing, &objects->items[i], &text);
		if (text.size >= BATCH && !terminal)
			status = command_print(&text);
	}
	if (!terminal)
		return status == STATUS_OK ? command_print(&text) : status;
	listing_align(&text, &aligned);
	text_free(&text);
	return command_print(&aligned);
}

int
main(int argc, char *argv[])
{
	struct listing listing = {0};
	struct operands operands = {0};
	struct objects objects = {0};
	bool bare = false;
	const struct command_option options[] = {
	    {'H', .flag = &bare},
	    {'j', .flag = &listing.json},
	    {'o', .read = read_columns, .to = &listing},
	    {0},
	};
	int status, printed;

	listing_parse(&listing, LISTING_DEFAULT);
	command_start(&command, argc, argv);
	status = command_options(&command, options, argc, argv);
	if (status == GO_ON)
		status = operands_read(&operands, argv + optind, false);
	if (status == GO_ON) {
		objects.details = listing_details(&listing);
		status = objects_find(&operands, &objects);
		printed = print(&listing, !bare && !listing.json, &objects);
		status = status == GO_ON ? printed : status;
	}
	operands_free(&operands);
	objects_free(&objects);
	return command_end(status);
}
