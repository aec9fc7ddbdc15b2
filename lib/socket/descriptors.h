/*
 * descriptors.h: passing open descriptors to the process at the other end of a Unix connection. See unix(7),
 * SCM_RIGHTS.
 */
#ifndef SOCKET_DESCRIPTORS_H
#define SOCKET_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/checked.h"
#include "socket/socket.h"

/* Descriptors in one message: Linux calls the limit SCM_MAX_FD. */
#define DESCRIPTORS_MOST 253

/*
 * Parse an address, which must be a Unix socket with connections. text must outlive it. Returns GO_ON, or the exit
 * status after a line.
 */
CHECKED int descriptors_address(struct address *address, const char *text);

/*
 * Send copies of count descriptors, 1 to DESCRIPTORS_MOST, in one message of one byte, then half-close, and wait at
 * most timeout nanoseconds until the peer has taken the message. Where the system does not tell that, return once the
 * message is sent. Returns 0 or -1. Errors: ETIMEDOUT (the peer can still take the message), ECONNRESET and EPIPE (the
 * peer has closed without taking it), EINTR (a signal was caught), those of sendmsg(2).
 */
CHECKED int descriptors_send(int fd, const int *list, size_t count, long long timeout);

/*
 * Wait at most timeout nanoseconds for a message, and store the descriptors that it carries in list, which has space
 * for DESCRIPTORS_MOST. To the sender the message is not taken before descriptors_place. Returns their number, or -1;
 * none is then left. Errors: EPIPE (the peer has closed without a message), ENOMSG (a message without descriptors),
 * EMFILE (not all descriptors could be opened), ETIMEDOUT, EINTR (a signal was caught), those of recvmsg(2).
 */
CHECKED int descriptors_receive(int fd, int *list, long long timeout);

/* Close the descriptors of the list from number first on. */
void descriptors_close(const int *list, size_t first, size_t count);

/*
 * Set IPC7_PID and IPC7_UID in the environment to the process id and user of the peer. Unset a variable whose value is
 * not known, and IPC7_PID if this process cannot see the peer. Returns 0, or -1 with ENOMEM.
 */
CHECKED int descriptors_environment(int fd);

/*
 * Take the message from the connection, close it, and give the descriptors of the list the numbers 0, 1, 2 and so on,
 * which survive exec. The descriptors that had those numbers are closed.
 */
void descriptors_place(struct socket *socket, const int *list, size_t count);

/* Print a line about an error of descriptors_send, or receives: of the other functions. Returns the exit status. */
int descriptors_report(const struct socket *socket, bool receives, int error);

#endif
