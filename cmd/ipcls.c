/*
 * ipcls: list queues, segments and semaphores, POSIX and System V.
 *
 * A line for each, of columns with tabs between them, in an order that does not change from run to run. What it prints as
 * NAME the other commands take. Nothing is opened for longer than it takes to look, and nothing is mounted that others see.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"
#include "base/name.h"
#include "base/text.h"
#include "object/object.h"

static const struct command command = {
    .name = "ipcls",
    .signals = true,
    .usage = "[-Hjv] [-o COLUMN,...] [KIND|NAME...]",
    .help = "List queues, segments and semaphores: all, those of KIND (mq, shm, sem), or those that are named\n"
            "(/jobs, sysv:0x4d2; with its KIND in front if need be: mq:/jobs).\n"
            "  -H         no line of column names\n"
            "  -j         a JSON object for each line\n"
            "  -o COLUMN  these columns, with commas between them, of\n"
            "             KIND NAME ID KEY OWNER MODE SIZE USED COUNT (those that are shown without -o)\n"
            "             GROUP DEPTH MSGSIZE VALUE WAITING CREATOR LASTPID CHANGED\n"
            "  -v         print each system call\n",
};

/* Bytes of lines that are written at once. */
#define ROOM 65536

struct view {
	struct listing listing;
	bool bare; /* -H */
	struct object_choice *choices;
	size_t count;
};

static int
parse_options(struct view *view, int argc, char *argv[])
{
	int option, status = -1;

	listing_usual(&view->listing);
	while (status == -1 && (option = getopt(argc, argv, ":hHjo:vV")) != -1) {
		switch (option) {
		case 'H':
			view->bare = true;
			break;
		case 'j':
			view->listing.json = true;
			break;
		case 'o':
			if (listing_parse(&view->listing, optarg) == -1)
				status = command_argument(
				    "-o ", optarg, "not columns with commas between them (see ipcls -h)");
			break;
		default:
			status = command_option(&command, option);
		}
	}
	return status;
}

static int
parse(struct view *view, int argc, char *argv[])
{
	int status = parse_options(view, argc, argv);
	const char *fault;

	if (status != -1)
		return status;
	view->choices = calloc((size_t)(argc - optind) + 1, sizeof(*view->choices));
	if (!view->choices) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_FAILED;
	}
	for (; optind < argc; optind++) {
		if (object_parse(&view->choices[view->count], argv[optind], &fault) == -1) {
			error_line(argv[optind], "%s", fault);
			return errno == EINVAL ? STATUS_USAGE : STATUS_FAILED;
		}
		view->count++;
	}
	return -1;
}

/* Finds what is asked for: all of a kind, and what is named. Returns the exit status. */
static int
look(const struct view *view, struct object_list *list)
{
	unsigned int kinds = view->count ? 0 : OBJECT_ALL;
	int status = STATUS_OK, other;
	size_t i;

	for (i = 0; i < view->count; i++)
		if (!view->choices[i].named)
			kinds |= view->choices[i].kinds;
	if (kinds)
		status = object_list_all(kinds, list);
	other = object_find(view->choices, view->count, list);
	return other == -1 ? status : other;
}

/* Prints the list, some lines at a time. Returns the exit status. */
static int
print(const struct view *view, const struct object_list *list)
{
	struct text text = {0};
	int status = STATUS_OK;
	size_t i;

	if (!view->bare && !view->listing.json)
		listing_header(&view->listing, &text);
	for (i = 0; status == STATUS_OK && i < list->count; i++) {
		listing_line(&view->listing, &list->items[i], &text);
		if (text.size >= ROOM)
			status = command_print(&text);
	}
	if (status == STATUS_OK)
		status = command_print(&text);
	return status;
}

int
main(int argc, char *argv[])
{
	static struct view view;
	struct object_list list = {0};
	int status = command_start(&command, argc, argv), other;

	if (status == -1)
		status = parse(&view, argc, argv);
	if (status == -1) {
		list.wanted = listing_wanted(&view.listing);
		status = look(&view, &list);
		other = print(&view, &list);
		status = status == STATUS_OK ? other : status;
	}
	while (view.count > 0)
		name_free(&view.choices[--view.count].name);
	free(view.choices);
	object_list_free(&list);
	return command_end(status);
}
