/*
 * internal.h: declarations that the files of socket/ share: binding, accepting many connections, and the platform's
 * functions.
 */
#ifndef SOCKET_INTERNAL_H
#define SOCKET_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/text.h"
#include "socket/address.h"
#include "socket/socket.h"

/* Milliseconds between two checks of a process group, or of the queue of a peer, which no call can wait for. */
#define SOCKET_LOOK 10

/* Nanoseconds for which a peer, or COMMAND, that should take data may take nothing before it is given up. */
#define SOCKET_PATIENCE 1000000000LL

/* Set an option that a system may lack. */
void socket_set(int fd, int level, int option, int value);

/* Prepare a TCP connection: send small records at once, and find out some day that the peer's machine has gone. */
void socket_tune(int fd);

/*
 * Bind to an address of this machine. Give a Unix path its mode, and replace only a dead socket. Leave a path in use
 * alone, and name the object there in why. Lock the directory of the path until socket_unlock. Returns 0, or -1 with
 * errno of bind(2) or the reason in why.
 */
int socket_bind(
    struct socket *socket, const struct address *address, int fd, const struct socket_address *at, struct text *why);

/* Set the end of one step, which has the time of -t, but not beyond until, the end of -T. */
void socket_bound_step(const struct socket *socket, const struct deadline *until, struct deadline *step);

/* Append the reason for an error, and the option that has set the time. */
void socket_add_reason(const struct socket *socket, int error, const char *reason, struct text *text);

/*
 * Connect to one address, from the address of -b. Returns 0, or -1 with errno of connect(2) or bind(2). If the local
 * address is at fault, so that another address of the peer does not help, why names the fault.
 */
int socket_connect(
    struct socket *socket, int fd, const struct socket_address *to, const struct deadline *until, struct text *why);

/* Unlock the directory of a path: the socket now shows that it is alive, or there is none. Keep errno. */
void socket_unlock(struct socket *socket);

/*
 * Put the interface of an address into the IPv6 addresses that were found for it. Returns 0, or -1 with a phrase in
 * *fault.
 */
int address_set_interface(const struct address *address, struct address_list *list, const char **fault);

/* Append the words for an errno value of connecting, or listening. */
void socket_explain(const struct address *address, bool listens, int error, struct text *text);

/*
 * Print a line about a client that could not be waited for or accepted, and end it with then. Returns the exit status.
 */
int socket_report_accept(const struct socket *socket, int error, const char *then);

/* Check that an inherited socket is as socket_open leaves one. Returns as socket_open. */
int inherit_open(struct socket *socket, bool listens);

/* Append an address of size bytes. Returns 0, or -1 with ENOMEM. */
int address_list_add(struct address_list *list, const void *address, size_t size);

/*
 * Add the addresses of the host of one family, or of any (AF_UNSPEC), or without a host those of this machine. The
 * deadline as for address_resolve. Returns 0 or an error of getaddrinfo(3): EAI_SYSTEM with errno as address_resolve.
 */
int address_look_up(const struct address *address, int family, const struct deadline *until, struct address_list *list);

/* Return false for a name that no host can have: too long, or with an empty part between two dots. */
bool address_possible(const char *host);

/*
 * Wait at most timeout nanoseconds until the peer's system has taken all bytes that were sent over TCP. A Unix peer
 * that has closed without reading all of them leaves an error. Returns 0 or -1. Errors: ETIMEDOUT, EINTR (a signal was
 * caught), an error of the connection.
 */
int socket_settle(int fd, bool tcp, long long timeout);

/* The faults of an attempt to connect or listen. It starts as {0}. */
struct attempt {
	int error;        /* errno value of the last address, or 0 */
	struct text why;  /* words for the line */
	struct text ours; /* words for the line if our own address is at fault */
};

/*
 * Try all addresses once, as socket_open does, and print nothing. Returns 0, 1 if a later attempt may succeed, or -1 if
 * none will. Errors: those in attempt.
 */
int socket_attempt(struct socket *socket, bool listens, const struct deadline *until, struct attempt *attempt);

/* Print the line of an attempt that failed, with then at its end, and release the words. */
void socket_report_attempt(const struct socket *socket, bool listens, struct attempt *attempt, const char *then);

/* Return the bytes that standard input holds now, or more. */
long long socket_ahead(void);

/* A listening socket that takes many connections. */
struct listener {
	struct socket *socket;
	unsigned long long count, taken; /* clients to take in all, and clients taken so far */
	size_t most;                     /* most clients at a time; 0: no bound */
	enum {
		LISTENER_OPEN,
		LISTENER_PAUSED /* no descriptor is left, and clients wait */
	} state;
	bool warned; /* the line that clients wait has been printed, once a run */
};

/* Return true if one more client may be taken while so many are present. */
bool listener_takes(const struct listener *listener, size_t present);

/* Return the descriptor on which to wait for a client while so many are present, or -1 if no client is taken now. */
int listener_ready(const struct listener *listener, size_t present);

/*
 * Accept a connection without waiting. Close the socket after the last one. Pause the listener if no descriptor is
 * left. Returns a blocking descriptor, or -1 if there is no connection now.
 */
int listener_accept(struct listener *listener, struct socket_address *peer);

/* End a pause: a client has gone, or time has passed. */
void listener_retry(struct listener *listener);

/* Clients, or COMMANDs, and the events that their loop waits for. It starts as {0}. */
struct crowd {
	void **list;
	size_t count;        /* members of list */
	struct pollfd *wait; /* space for all members, and for the descriptors of the loop itself */
};

/* Make space for one more member, and for extra descriptors in wait. Returns 0, or -1 with ENOMEM. */
int crowd_grow(struct crowd *crowd, size_t extra);

/* Release list and wait. */
void crowd_free(struct crowd *crowd);

/* Functions of the platform: linux.c, portable.c. */

/*
 * Give a client of datagrams a name of its own, so that it can be answered. Returns 0, even if the system has no such
 * names, or -1 with errno of bind(2).
 */
int socket_autobind(int fd);

/*
 * Replace the address of a Unix socket with one that leads to the opened directory of the place, if the system has such
 * addresses, and if it fits.
 */
void socket_through(const struct place *place, struct socket_address *at);

/* Lock a directory that is open for reading. Returns 0 or -1. Errors: EWOULDBLOCK (it is locked), those of flock(2). */
int socket_lock(int directory);

/* Return the bytes that were sent and that the peer's system has not acknowledged; 0 if that is not known. */
long socket_unsent(int fd);

/* Accept a connection. Its descriptor is closed on exec. Returns it, or -1 with errno. See accept(2). */
int socket_accept_private(int fd, struct socket_address *peer);

/* The process that connected a Unix socket. */
struct owner {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* Get the process that connected a Unix socket. Returns 0 or -1. Errors: ENOTSUP, those of getsockopt(2). */
int socket_owner(int fd, struct owner *owner);

/*
 * Receive each packet with its sender's credentials from now on. The end of a connection comes without credentials, and
 * an empty packet would otherwise look like the end.
 */
void socket_mark(int fd);

/*
 * Find out whether a TCP peer that has sent its end has closed altogether. Returns 1 if it has, 0 if it still reads, or
 * its system will answer within about a minute, or -1 if that is not known.
 */
int socket_closed(int fd);

/* Return the number of bytes that came and were not read or, where that is not known, whether there are any. */
long socket_unread(int fd);

/*
 * Return the flags of recvmsg(2) that open the descriptors of a message, close them on exec, and leave the message
 * where it is; or 0 if the system cannot do that, and takes the message.
 */
int socket_look(void);

/* Call sendmsg(2), with MSG_NOSIGNAL. Members of header that C libraries add are zero. */
ssize_t socket_pass(int fd, const struct msghdr *header);

/* Return the event of poll(2) that says that the peer has closed its sending side, or 0. */
short socket_end(void);

/* End this process, a child, when its parent has ended, if the system allows; parent: the process id of the parent. */
void socket_follow(pid_t parent);

/* Wait from now on for processes whose parents have ended, if the system allows. */
void socket_adopt(void);

#endif
