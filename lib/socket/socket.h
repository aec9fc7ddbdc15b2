/*
 * socket.h: sockets that connect or listen, and copying between one connection and standard input and output.
 */
#ifndef SOCKET_SOCKET_H
#define SOCKET_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/place.h"
#include "base/pump.h"
#include "socket/address.h"

/*
 * The path of a Unix socket that this process created. Device and inode distinguish it from another object of that
 * name.
 */
struct path {
	bool made;
	dev_t device;
	ino_t inode;
	struct place place;            /* the path in its directory */
	int lock;                      /* descriptor that locks the directory; 0 or less: not locked */
	struct socket_address written; /* path of a listener as it was written; the system may know another one */
};

struct socket {
	struct address address;     /* address to connect to, or to listen at */
	struct address local;       /* address that a connecting socket is bound to; text NULL: none */
	mode_t mode;                /* mode of the Unix socket, regardless of the umask */
	long long timeout;          /* longest wait for one connection in nanoseconds, or DEADLINE_NEVER */
	long long retry;            /* nanoseconds for which to try again; 0: one attempt */
	int fd;                     /* non-blocking; -1: not open */
	struct socket_address peer; /* the other end of a connection */
	bool blocked;               /* private: an inherited descriptor whose O_NONBLOCK is cleared again */
	bool asks;                  /* a listener for packets learns to which address each was sent (socket_ask) */
	struct address_list others; /* addresses of the peer of a UDP socket that connects */
	size_t next;                /* the one to try next, if this peer refuses the first packets */
	struct path path;           /* private: path that was created at address, or at local */
	int (*tick)(void *owner); /* call ten times a second while connecting, or NULL; -1 ends that, with its errno */
	void *owner;
};

/*
 * Find out the kind of the socket that an fd: address names, before socket_open. Returns GO_ON, or STATUS_FAILED after
 * a line.
 */
int socket_inherit(struct socket *socket);

/*
 * Connect, or listen (bind, if the socket is for datagrams), trying all addresses in turn. At a Unix path replace only
 * a socket that no process serves, and set the mode before any process can connect. Block for at most timeout for each
 * address to connect to, and as long as DNS takes. Returns GO_ON, or the exit status after a line that names the error
 * of each address. A socket that was inherited is only checked. See socket(2), bind(2), listen(2), connect(2), unix(7).
 */
int socket_open(struct socket *socket, bool listens);

/* Connect a UDP socket to the next address of its peer. Returns 0, or -1 if none is left, with the socket unchanged. */
int socket_next(struct socket *socket);

/*
 * Open a socket as socket_open does, and write the line of -R with its address to file, which is opened first; NULL: no
 * line. Before that, store the file of program in *path, which the caller frees; NULL: there is no program. Returns as
 * socket_open, or as launch_report.
 */
int socket_set_up(struct socket *socket, bool listens, const char *file, const char *program, char **path);

/* Return true if the socket carries connections: a stream, or a Unix seqpacket socket. */
bool socket_has_connections(const struct socket *socket);

/*
 * Wait at most timeout nanoseconds for one connection, and replace the listening descriptor with it. Later clients are
 * refused. Returns GO_ON, or the exit status after a line. See accept(2).
 */
int socket_accept(struct socket *socket, long long timeout);

/* Get the address that a socket is bound to. Its size is 0 if there is none. See getsockname(2). */
void socket_local(int fd, struct socket_address *local);

/* Get the address that a socket, or a connection that it has accepted, is bound to, as it was written. */
void socket_bound(const struct socket *socket, int fd, struct socket_address *local);

/* Clear or set O_NONBLOCK, which all processes that share the descriptor see. */
void socket_block(int fd, bool blocks);

/* Tell the peer that nothing more comes. Returns 0, even if the peer has gone, or -1 with errno of shutdown(2). */
int socket_half_close(int fd);

/*
 * Pass the end of a connection on to the descriptor that its bytes were written to: shut down a socket, close a pipe,
 * and leave everything else alone. In place of a pipe, the descriptor then is /dev/null, so that no other file gets its
 * number. The caller writes nothing more.
 */
void socket_pass_end(int fd);

/* Let the close of a TCP connection reset it, so that the peer gets an error instead of an end of file. */
void socket_reset(int fd);

/* Stop listening. New clients are refused. */
void socket_stop(struct socket *socket);

/*
 * Remove the path that was created, unless another object has its name by now. Returns the exit status, after a line
 * for a failure.
 */
int socket_unlink(struct socket *socket);

/* Close the descriptor and release the addresses. */
void socket_close(struct socket *socket);

/* The side of an error. */
enum relay_side { RELAY_PEER, RELAY_INPUT, RELAY_OUTPUT };

struct relay {
	int fd; /* a connection, non-blocking */
	int input,
	    output;  /* -1: none. Without input nothing is half-closed; without output received bytes are dropped */
	bool stream; /* TCP, whose half-close looks like a close */
	bool keeps;  /* at an end nothing is shut down */
	bool pass;   /* pages of an input file may be passed on instead of copied */
	long long timeout;    /* longest time without a byte in nanoseconds, or DEADLINE_NEVER */
	enum relay_side side; /* side of an error */
	int failed;           /* private: errno value with which the peer stopped taking bytes */
	size_t lost;          /* bytes that were read by then, and not taken */
	struct pump up, down; /* directions: to the peer, and from it */
};

/*
 * Copy both ways, and pass the end of input on as a half-close, until the peer has closed and all bytes are written.
 * Pass the peer's end on to the output (socket_pass_end), which is then -1.
 * Input that is readable at that moment is still sent, unless the peer has gone. Without output, end with the input,
 * once the peer has closed too. Returns 0, or -1 with side set. Errors: ETIMEDOUT, EINTR (a signal was caught), EPIPE
 * and ECONNRESET (the peer has gone and has not taken all bytes), those of recv(2), send(2), read(2), write(2).
 */
int relay_run(struct relay *relay);

/*
 * Print a line about an error of the peer, or of standard input or output. Append the text of format after a semicolon,
 * as printf(3) does. Returns the exit status. If no data are lost, a caught signal and an output that has lost its
 * reader are a normal end: print nothing and return STATUS_OK.
 */
int socket_report(const struct socket *socket, enum relay_side side, int error, bool lost, const char *format, ...);

/* Bytes that were sent and received, and those that are lost: read and not sent, or received and not written. */
struct socket_bytes {
	unsigned long long sent, received;
	size_t read, came;
};

/* Print a line with these numbers as socket_report does. Returns as socket_report. */
int socket_report_bytes(const struct socket *socket, enum relay_side side, int error, const struct socket_bytes *bytes);

/* Print the number of records, or other units, that were dropped because of -L, unless it is 0. */
void socket_report_dropped(const struct socket *socket, unsigned long long count, const char *unit);

#endif
