/*
 * calls.h: system calls on sockets that -v shows. Each takes, returns and sets errno as the call that it is named
 * after.
 */
#ifndef SOCKET_CALLS_H
#define SOCKET_CALLS_H

#include <sys/socket.h>
#include <sys/types.h>

#include "socket/address.h"

int trace_socket(int family, int type, int protocol);

/* Call recvmsg(2) with MSG_DONTWAIT; message stores the name in peer. */
ssize_t trace_recvmsg(int fd, struct msghdr *message, struct socket_address *peer);

/*
 * Call sendto(2), or send(2) if to is NULL, or sendmsg(2) if there is an address to send from, with MSG_DONTWAIT and
 * MSG_NOSIGNAL.
 */
ssize_t trace_sendto(
    int fd, const char *data, size_t size, const struct socket_address *to, const struct socket_address *from);

/*
 * Print the line of a sendmsg(2) or recvmsg(2) with the descriptors that its message carries. Keep errno. Returns
 * result.
 */
ssize_t trace_rights(const char *call, int fd, ssize_t result, const int *list, size_t count, const char *flags);

/*
 * Print the line of a call that takes or stores an address, or the line of connect(2) after the wait for it. Keep
 * errno.
 */
void trace_address(const char *call, int fd, const struct socket_address *address, int result);

#endif
