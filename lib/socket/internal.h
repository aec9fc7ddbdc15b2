/*
 * internal.h: what the files of socket/ share.
 */
#ifndef SOCKET_INTERNAL_H
#define SOCKET_INTERNAL_H

#include "socket/socket.h"

/* Gives a Unix datagram socket a name of its own, so that it can be answered; where there is none, nothing. */
int socket_name(int fd);

/* Bytes that were sent and that the peer's system has not taken; 0 where that is not known. */
long socket_unsent(int fd);

/* The process at the other end of a Unix socket, when it connected. -1: ENOTSUP. */
int socket_owner(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

/* From now on each packet comes with a mark, which an end has not; where that cannot be, an empty packet is an end. */
void socket_mark(int fd);

/*
 * Whether a TCP peer that has sent its end has closed altogether, or only its side: 1: closed, 0: it still reads, or will
 * say if it does not, within a minute or so; -1: not known.
 */
int socket_closed(int fd);

/* Bytes that came and were not read; where that is not known, at least whether there are any. */
long socket_unread(int fd);

/* The event of poll(2) that says that the peer has closed its side; 0: there is none. */
short socket_end(void);

/* From now on this process waits for what its children leave behind, if it can. */
void socket_adopt(void);

/* From descriptor first on, all are closed on exec. */
void socket_private(int first);

#endif
