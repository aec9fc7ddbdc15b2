/*
 * datagrams_asked.c: the address of this machine that each peer has asked, for a listener that answers peers by name
 * (-P). The table is bounded. A peer that lost its place is answered from the address that the system chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "socket/datagrams.h"

/* Places in the table. */
#define ASKED_MOST 256

struct asked {
	char name[96];
	struct socket_address from;
};

/* Places in which a name can be. */
#define ASKED_WAYS 8

/* Return the place of a name, or one that is free for it, or else that of another name. */
static struct asked *
place(const struct datagrams *datagrams, const char *name)
{
	struct asked *found = NULL;
	unsigned int hash = 0, i;
	const char *byte;

	for (byte = name; *byte; byte++)
		hash = hash * 31 + (unsigned char)*byte;
	for (i = 0; i < ASKED_WAYS; i++) {
		struct asked *asked = &datagrams->asked[(hash + i) % ASKED_MOST];

		if (strcmp(asked->name, name) == 0)
			return asked;
		if (!found && !asked->name[0])
			found = asked;
	}
	return found ? found : &datagrams->asked[hash % ASKED_MOST];
}

int
datagrams_remember_peers(struct datagrams *datagrams)
{
	datagrams->asked = calloc(ASKED_MOST, sizeof(*datagrams->asked));
	return datagrams->asked ? 0 : -1;
}

void
datagrams_remember(struct datagrams *datagrams, const char *name)
{
	struct asked *asked = place(datagrams, name);

	if (strlen(name) < sizeof(asked->name)) {
		strcpy(asked->name, name);
		asked->from = datagrams->packet.asked;
	}
}

void
datagrams_recall(struct datagrams *datagrams, const char *name)
{
	const struct asked *asked = place(datagrams, name);

	datagrams->from.size = 0;
	if (strcmp(asked->name, name) == 0)
		datagrams->from = asked->from;
}
