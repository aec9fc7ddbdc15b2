/*
 * socket.h: sockets.
 */
#ifndef SOCKET_SOCKET_H
#define SOCKET_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/pump.h"
#include "base/record.h"
#include "socket/address.h"

struct path {
	bool made; /* by this process, with this device and inode */
	dev_t device;
	ino_t inode;
};

/*
 * bind(2) for a Unix address. A socket that stands at the path and that nobody serves is replaced, and nothing else; the mode
 * is there before anyone can connect. -1: errno of bind(2), EADDRINUSE; or *status is other than -1: an exit status, and a
 * line was printed. Source: unix(7).
 */
int path_bind(
    struct path *path, const struct address *addr, mode_t mode, int fd, const struct address_socket *at, int *status);

/* Removes what path_bind has made, if it still stands there. Returns the exit status, with a line. */
int path_unlink(struct path *path, const struct address *addr);

struct sock {
	struct address addr;
	struct address local;       /* what a connecting one is bound to; text NULL: nothing */
	mode_t mode;                /* of a Unix path, exact */
	long long timeout;          /* the longest wait for one connection, in nanoseconds; DEADLINE_NEVER */
	long long retry;            /* how long one that is refused is tried again; 0: not */
	int fd;                     /* non-blocking; -1: not open */
	struct address_socket peer; /* of one that is connected */
	struct path path;           /* sock.c's own: what was made at addr, or at local */
};

/*
 * Connects, trying all addresses in turn. Returns -1 to go on; else it prints a line, which names what each met, and
 * returns the exit status. Source: socket(2), connect(2).
 */
int sock_connect(struct sock *sock);

/*
 * Listens, or binds a socket of packets. What stands at a Unix path is replaced only if it is a socket that nobody serves.
 * As sock_connect. Source: bind(2), listen(2), unix(7).
 */
int sock_listen(struct sock *sock);

/* True if it has connections: a stream, or Unix seqpacket. */
bool sock_connects(const struct sock *sock);

/* Accepts a connection; the descriptor is blocking. -1: EAGAIN, EMFILE, EINTR, ECONNABORTED. Source: accept(2). */
int sock_accept(const struct sock *sock, struct address_socket *peer);

/* The address that a socket is bound to; its size is 0 if it has none. Source: getsockname(2). */
void sock_local(int fd, struct address_socket *local);

/* Tells the peer that nothing more comes. Source: shutdown(2). */
int sock_half_close(int fd);

/* Listens no more: who tries to connect is refused. */
void sock_stop(struct sock *sock);

/* Removes the path that it has created, if that is still the same. Returns the exit status, with a line. */
int sock_unlink(struct sock *sock);

void sock_close(struct sock *sock);

/* What is written is kept until it is taken, so that the caller never waits; no more than this is kept. */
#define OUTLET_MOST ((size_t)1024 * 1024)

struct outlet {
	int fd;       /* -1: dropped */
	bool packets; /* each outlet_add is one packet */
	enum pump_kind sink;
	unsigned long long moved;    /* bytes, or packets, that were taken */
	size_t start, end, capacity; /* outlet.c's own */
	char *data;
};

void outlet_open(struct outlet *outlet, int fd, bool packets);

/* Bytes that are kept. */
size_t outlet_kept(const struct outlet *outlet);

/* True if size bytes more can be kept. */
bool outlet_room(const struct outlet *outlet, size_t size);

/* Keeps bytes for later. -1: ENOMEM. */
int outlet_add(struct outlet *outlet, const void *data, size_t size);

/* Writes what is taken now. Returns 1 if nothing is left, 0 if it would have to wait, -1: errno of write(2), send(2). */
int outlet_step(struct outlet *outlet);

void outlet_close(struct outlet *outlet);

/* What an error belongs to; for relay_run. */
enum relay_side { RELAY_PEER, RELAY_INPUT, RELAY_OUTPUT };

struct relay {
	int fd;            /* connected, non-blocking */
	int input, output; /* -1: none. Without input nothing is half-closed; without output what comes is dropped */
	bool stream;       /* TCP: a half-close cannot be told from an end */
	bool pass;
	long long timeout;    /* the longest time in which no byte moves; nanoseconds, DEADLINE_NEVER */
	enum relay_side side; /* after an error */
	int failed;           /* relay.c's own: why the peer took nothing more */
	size_t lost;          /* bytes that were read, and that it did not take */
	struct pump up, down; /* what was sent and what was received */
};

/*
 * Copies both ways, and passes the end of input on as a half-close. Ends when the peer has closed and all is written; what
 * comes from an input that is not idle then is still sent, unless it cannot be. Without output it ends with the input, once
 * the peer has closed too. -1: ETIMEDOUT, EINTR, EPIPE and ECONNRESET (the peer has gone without taking all), errno of
 * recv(2), send(2), read(2), write(2).
 */
int relay_run(struct relay *relay);

struct session {
	char **argv;           /* COMMAND, to a NULL; NULL: none */
	enum record_form form; /* of records, where the socket has packets, or many clients */
	bool input, output;    /* standard input goes to the socket; what comes goes to standard output */
	bool prefix;           /* each record with its peer in front */
	bool relays;           /* what one client sends goes to the others */
	bool forever;
	bool counted; /* count: connections, or packets received */
	unsigned long long count;
	size_t most;       /* at a time; 0: as many as there are */
	bool pass;         /* the pages of an input file may be handed on */
	long long timeout; /* the longest wait for a peer, a byte or a packet */
	char *path;        /* session.c's own: where COMMAND is */
	bool ended;        /* the status is COMMAND's */
};

/* Finds COMMAND. Returns -1 to go on; else it prints a line and returns the exit status. */
int session_find(struct session *session);

/* Talks over a socket that is connected, or listens. Each returns the exit status, with a line for a failure. */
int session_talk(struct session *session, struct sock *sock);
int session_serve(struct session *session, struct sock *sock);

/* Prints a line for an error of the peer, or of standard input or output; extra may be NULL. Returns the exit status. */
int session_report(const struct sock *sock, enum relay_side side, int error, const char *extra);

/*
 * True if errno value error of sock_accept says that who (clients, connections) comes has to wait until others have gone;
 * unless that was told already it prints a line.
 */
bool session_pressed(const struct sock *sock, int error, const char *who, bool told);

void session_close(struct session *session);

/* Waits for a connection, as long as session says. -1: ETIMEDOUT, EINTR, errno of accept(2). */
int session_accept(const struct session *session, const struct sock *sock, struct address_socket *peer);

/*
 * Runs COMMAND on one connection (fd), or on each that comes (fd -1): its standard input and output are the socket. Each is
 * a process group, which ends with its client and with this process. Returns the exit status. Source: posix_spawn(3p).
 */
int pool_run(struct session *session, struct sock *sock, int fd, const struct address_socket *peer);

/* The same for each packet: it is COMMAND's standard input, and the records that it prints are the answer. */
int answers_run(struct session *session, struct sock *sock);

/*
 * Writes the records of all clients to standard output, unmixed, and standard input to all of them. Returns the exit status.
 */
int hub_run(struct session *session, struct sock *sock);

struct env {
	char **list; /* what this process has, and then what was added; to a NULL */
	size_t base, count;
};

int env_open(struct env *env);

/* Adds NAME=VALUE; the format has both. -1: ENOMEM. */
int env_add(struct env *env, const char *format, ...);

/* Drops what was added. */
void env_reset(struct env *env);

/* Adds what UCSPI has of a connection: its protocol and both ends, and who the peer is. */
int env_connection(struct env *env, const struct sock *sock, int fd, const struct address_socket *peer);

void env_close(struct env *env);

#endif
