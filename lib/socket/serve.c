/*
 * serve.c: a COMMAND for each connection, or packet. Each is a process group of its own, which ends with its client and with
 * this process; who has ended is waited for at once. Between events nothing runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/record.h"
#include "base/text.h"
#include "process/child.h"
#include "socket/address.h"
#include "socket/internal.h"
#include "socket/packet.h"
#include "socket/socket.h"

/*
 * How long a COMMAND whose client has gone may do nothing before SIGTERM, a group that got that before SIGKILL, and a peer
 * that takes no answer; and how often it is looked at, in ns and ms.
 */
#define GRACE 1000000000LL
#define LOOK  10

/* Descriptors that are kept for starting a COMMAND. */
#define SPARE 2

/* Connections taken before what else has happened is looked at. */
#define BURST 64

enum state {
	RUNS,
	ALONE,   /* its client has gone, and it may still read what that has sent */
	ENDS,    /* its group got SIGTERM */
	ANSWERS, /* it has ended, and its answer is being sent */
	IS_DONE
};

struct child {
	pid_t pid;
	enum state state;
	bool reaped;           /* it has ended; what it has started may not */
	bool killed;           /* its group got SIGKILL */
	bool half;             /* its client has closed its side */
	bool others;           /* what it has started is still there */
	int fd;                /* its connection, watched for its end, or the file that takes its answer; -1: none */
	long unread;           /* of what its client has sent */
	struct deadline until; /* when the state changes */
	struct address_socket peer;  /* whom it answers */
	struct record_reader answer; /* what it has printed, */
	const char *record;          /* and the record of that in hand */
	size_t size;
};

struct pool {
	struct session *session;
	struct sock *sock;
	struct child *children;
	struct pollfd *wait; /* the signals, the listener, and a place for each child */
	size_t count, capacity;
	size_t running; /* how many have not ended */
	struct env env;
	struct packet packet;
	int wake, spare[SPARE];
	struct deadline asked;       /* when clients that have closed their side are looked for again */
	bool listens, pressed, told; /* more may come; there was no room for another descriptor, which was said */
	unsigned long long accepted;
	int status; /* of the first COMMAND that failed */
	bool ended; /* one has */
};

/* Takes, or gives back, the descriptors that starting a COMMAND needs. False if they cannot be had. */
static bool
reserve(struct pool *pool, bool take)
{
	size_t i;

	for (i = 0; i < SPARE; i++) {
		if (!take && pool->spare[i] != -1) {
			close(pool->spare[i]);
			pool->spare[i] = -1;
		} else if (take && pool->spare[i] == -1) {
			pool->spare[i] = fcntl(pool->wake, F_DUPFD_CLOEXEC, 0);
			if (pool->spare[i] == -1)
				return false;
		}
	}
	return true;
}

static int
failed(struct pool *pool, int error)
{
	int status = child_failed(pool->session->argv[0], error);

	if (!pool->status)
		pool->status = status;
	return status;
}

/* Makes room for one more child. */
static int
grow(struct pool *pool)
{
	size_t capacity = pool->capacity ? pool->capacity * 2 : 16;
	struct child *children;
	struct pollfd *wait;

	if (pool->count < pool->capacity)
		return 0;
	children = realloc(pool->children, capacity * sizeof(*children));
	if (!children)
		return -1;
	pool->children = children;
	wait = realloc(pool->wait, (capacity + 2) * sizeof(*wait));
	if (!wait)
		return -1;
	pool->wait = wait;
	pool->capacity = capacity;
	return 0;
}

/* Starts a COMMAND for a connection, or for a packet. fd is closed if that fails. */
static void
serve(struct pool *pool, int input, int output, int fd, const struct address_socket *peer)
{
	pid_t pid = -1;

	(void)reserve(pool, false);
	if (grow(pool) == 0 &&
	    env_connection(&pool->env, pool->sock, pool->packet.data ? pool->sock->fd : fd, peer) == 0)
		pid = child_spawn(pool->session->path, pool->session->argv, pool->env.list, input, output);
	if (pid == -1) {
		failed(pool, errno);
		close(fd);
		return;
	}
	pool->children[pool->count++] = (struct child){.pid = pid, .fd = fd, .peer = *peer};
	pool->running++;
}

/* Ends the group of a COMMAND. */
static void
end(struct child *child)
{
	kill(-child->pid, SIGTERM);
	kill(-child->pid, SIGCONT);
	child->state = ENDS;
	deadline_set(&child->until, GRACE);
}

/* Its client has gone: it may take what is still there. */
static void
leave_alone(struct child *child)
{
	if (child->state != RUNS)
		return;
	child->state = ALONE;
	child->unread = socket_unread(child->fd);
	deadline_set(&child->until, GRACE);
}

/* Says why an answer was not sent. */
static void
no_answer(struct pool *pool, const struct child *child, int error, bool sending)
{
	struct text why = {0};

	if (!sending)
		record_fault(&child->answer, error, &why);
	else if (error == EMSGSIZE)
		packet_too_large(pool->sock, child->answer.count, child->size, &why);
	else if (child->peer.size <= sizeof(sa_family_t))
		text_format(&why, "the peer has no address to answer to");
	else
		text_format(&why, "%s", error == EAGAIN ? "the peer does not take it" : strerror(error));
	error_line(pool->sock->addr.text, "an answer was not sent: %s", why.data ? why.data : "");
	text_free(&why);
	if (!pool->status)
		pool->status = STATUS_RUNNER;
}

/* It has ended. What it has started and left, and what got SIGTERM already, gets time too. */
static void
finish(struct child *child)
{
	if (child->others && child->state != ENDS)
		deadline_set(&child->until, GRACE);
	child->state = child->others ? ENDS : IS_DONE;
}

/* Sends what COMMAND has printed, each record a packet, until it would have to wait. */
static void
answer(struct pool *pool, struct child *child)
{
	ssize_t sent;
	int got;

	for (;;) {
		if (!child->record) {
			got = record_next(&child->answer, &child->record, &child->size);
			if (got == -1)
				no_answer(pool, child, errno, false);
			if (got != 1 || (pool->session->form == RECORD_RAW && child->size == 0))
				break;
			deadline_set(&child->until, GRACE);
		}
		sent = packet_send(pool->sock->fd, child->record, child->size, &child->peer);
		if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS) &&
		    !deadline_passed(&child->until))
			return;
		if (sent == -1) {
			no_answer(pool, child, errno, true);
			break;
		}
		child->record = NULL;
	}
	record_close(&child->answer);
	finish(child);
}

/* What follows when a COMMAND has ended. */
static void
conclude(struct pool *pool, struct child *child, int status)
{
	bool packet = pool->packet.data != NULL, left = child->state == ENDS;

	pool->ended = true;
	pool->running--;
	child->reaped = true;
	if (status && !pool->status && !left)
		pool->status = status;
	if (!packet && child->fd != -1) {
		close(child->fd);
		child->fd = -1;
	}
	child->others = kill(-child->pid, 0) == 0;
	if (packet && status == 0 && lseek(child->fd, 0, SEEK_SET) == 0) {
		record_open(&child->answer, child->fd, pool->session->form, PACKET_MOST);
		child->state = ANSWERS;
		answer(pool, child);
		return;
	}
	if (packet && status && !left)
		error_line(pool->session->argv[0], "status %d; no answer was sent", status);
	finish(child);
}

/* Waits for those that have ended. What they have left of their group is to end too. */
static void
reap(struct pool *pool)
{
	siginfo_t info;
	size_t i;
	int status;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 || info.si_pid == 0)
			return;
		for (i = 0; i < pool->count && (pool->children[i].reaped || pool->children[i].pid != info.si_pid); i++)
			;
		/* As long as it is not waited for, nobody else can have its number. */
		if (i < pool->count && pool->children[i].state != ENDS)
			kill(-info.si_pid, SIGTERM);
		if (waitpid(info.si_pid, &status, 0) != -1 && i < pool->count)
			conclude(pool, &pool->children[i], child_status(status));
	}
}

/* Goes on with one for whom time is what matters. */
static void
advance(struct pool *pool, struct child *child, bool asks)
{
	long unread;

	if (child->state == RUNS && child->half && asks && socket_closed(child->fd) == 1)
		leave_alone(child);
	if (child->state == ALONE) {
		unread = socket_unread(child->fd);
		if (unread != child->unread)
			deadline_set(&child->until, GRACE);
		child->unread = unread;
		if (deadline_passed(&child->until))
			end(child);
	} else if (child->state == ENDS && child->reaped && kill(-child->pid, 0) == -1 && errno == ESRCH) {
		child->state = IS_DONE;
	} else if (child->state == ENDS && deadline_passed(&child->until)) {
		if (!child->killed) {
			kill(-child->pid, SIGKILL);
			child->killed = true;
			deadline_set(&child->until, GRACE);
		} else if (child->reaped) {
			child->state = IS_DONE;
		}
	} else if (child->state == ANSWERS) {
		answer(pool, child);
	}
}

/* Drops those that are done. Returns after how many ms it has to look again at some; -1: there is none. */
static int
tick(struct pool *pool)
{
	/* The system is not asked for clients at each event. */
	bool asks = deadline_passed(&pool->asked);
	int look = -1;
	size_t i;

	if (asks)
		deadline_set(&pool->asked, DEADLINE_TICK * 1000000LL);
	for (i = pool->count; i-- > 0;) {
		struct child *child = &pool->children[i];

		advance(pool, child, asks);
		if (child->state != IS_DONE) {
			if (child->state != RUNS)
				look = LOOK;
			else if (child->half && look == -1)
				look = DEADLINE_TICK;
			continue;
		}
		if (child->fd != -1)
			close(child->fd);
		*child = pool->children[--pool->count];
	}
	return look;
}

/* Takes a connection. Returns false if there is none now. */
static bool
accept_one(struct pool *pool)
{
	struct address_socket peer;
	int fd = reserve(pool, true) ? sock_accept(pool->sock, &peer) : -1;

	if (fd == -1) {
		bool aborted = errno == ECONNABORTED;

		pool->pressed = session_pressed(pool->sock, errno, "connections", pool->told);
		pool->told |= pool->pressed;
		return aborted;
	}
	pool->told = false;
	pool->accepted++;
	serve(pool, fd, fd, fd, &peer);
	return true;
}

/* Takes a packet. */
static bool
receive_one(struct pool *pool)
{
	struct packet *packet = &pool->packet;
	int input, output;

	if (packet_take(pool->sock->fd, false, packet) == -1) {
		if (errno == EMSGSIZE)
			error_line(pool->sock->addr.text, "a packet is larger than %zu bytes; it is lost", PACKET_MOST);
		return errno == EMSGSIZE;
	}
	pool->accepted++;
	input = packet_input(pool->session->form, packet);
	output = memory_file();
	if (input == -1 || output == -1) {
		error_line(pool->sock->addr.text, "%s", strerror(errno));
		close(output);
		pool->status = STATUS_RUNNER;
	} else {
		serve(pool, input, output, output, &packet->peer);
	}
	close(input);
	return true;
}

static bool
takes(const struct pool *pool)
{
	const struct session *session = pool->session;

	return pool->listens && (!session->counted || pool->accepted < session->count) &&
	       (session->most == 0 || pool->running < session->most);
}

/* Waits for something to happen. Returns -1 to go on, or the exit status. */
static int
await(struct pool *pool, const struct deadline *deadline, int look, bool *came)
{
	bool bounded = deadline->limited && takes(pool) && pool->count == 0;
	int timeout = -1, ready;
	size_t i;

	pool->wait[0] = (struct pollfd){.fd = pool->wake, .events = POLLIN};
	pool->wait[1] = (struct pollfd){.fd = takes(pool) && !pool->pressed ? pool->sock->fd : -1, .events = POLLIN};
	for (i = 0; i < pool->count; i++) {
		const struct child *child = &pool->children[i];
		bool watched = child->state == RUNS && !pool->packet.data;

		pool->wait[i + 2] = (struct pollfd){.fd = watched ? child->fd : -1,
		    .events = pool->sock->addr.kind == ADDRESS_TCP && !child->half ? socket_end() : 0};
	}
	if (bounded)
		timeout = deadline_poll(deadline, INT_MAX);
	if (look != -1 || pool->pressed)
		timeout = pool->pressed ? LOOK : look;
	ready = poll(pool->wait, pool->count + 2, timeout);
	pool->pressed = false;
	*came = ready > 0 && pool->wait[1].revents;
	if (ready == 0 && bounded && deadline_passed(deadline)) {
		error_line(
		    pool->sock->addr.text, "%s in time (-t)", pool->packet.data ? "no packet" : "nobody connected");
		return STATUS_TIMEOUT;
	}
	for (i = 0; ready > 0 && i < pool->count; i++) {
		short event = pool->wait[i + 2].revents;

		if (event & (POLLHUP | POLLERR | POLLNVAL))
			leave_alone(&pool->children[i]);
		else if (event)
			pool->children[i].half = true;
	}
	return -1;
}

static int
loop(struct pool *pool)
{
	struct deadline deadline;
	int status = -1, burst;
	char drop[256];
	bool came, stopping = false;
	int look = -1;
	size_t i;

	deadline_set(&deadline, pool->session->timeout);
	deadline_set(&pool->asked, 0);
	while (status == -1 && (pool->count > 0 || takes(pool))) {
		if (interrupt_caught() && !stopping) {
			stopping = true;
			look = LOOK;
			pool->listens = false;
			for (i = 0; i < pool->count; i++)
				if (pool->children[i].state == RUNS || pool->children[i].state == ALONE)
					end(&pool->children[i]);
		}
		if (pool->count > 0)
			deadline_set(&deadline, pool->session->timeout);
		status = await(pool, &deadline, look, &came);
		while (read(pool->wake, drop, sizeof(drop)) > 0)
			;
		reap(pool);
		look = tick(pool);
		for (burst = 0; came && burst < BURST && takes(pool) && !interrupt_caught(); burst++)
			if (!(pool->packet.data ? receive_one(pool) : accept_one(pool)))
				break;
		/* Whom it will not serve shall not wait. */
		if (!pool->packet.data && pool->session->counted && pool->accepted >= pool->session->count)
			sock_stop(pool->sock);
	}
	return status;
}

static int
run(struct pool *pool, int fd, const struct address_socket *peer)
{
	int status = -1;
	size_t i;

	for (i = 0; i < SPARE; i++)
		pool->spare[i] = -1;
	pool->wake = interrupt_wake();
	if (pool->wake == -1 || env_open(&pool->env) == -1 || grow(pool) == -1) {
		error_line(NULL, "%s", strerror(errno));
		status = STATUS_RUNNER;
	}
	socket_private(STDERR_FILENO + 1);
	socket_adopt();
	if (status == -1 && fd != -1) {
		pool->sock->fd = -1;
		serve(pool, fd, fd, fd, peer);
	}
	if (status == -1)
		status = loop(pool);
	(void)reserve(pool, false);
	env_close(&pool->env);
	free(pool->children);
	free(pool->wait);
	free(pool->packet.data);
	pool->session->ended = pool->ended;
	return status == -1 ? pool->status : status;
}

int
pool_run(struct session *session, struct sock *sock, int fd, const struct address_socket *peer)
{
	struct pool pool = {.session = session, .sock = sock, .listens = fd == -1};

	return run(&pool, fd, peer);
}

int
answers_run(struct session *session, struct sock *sock)
{
	struct pool pool = {.session = session, .sock = sock, .listens = true, .packet.data = malloc(PACKET_MOST + 1)};

	if (!pool.packet.data) {
		error_line(NULL, "%s", strerror(errno));
		return STATUS_RUNNER;
	}
	if (!session->forever && !session->counted) {
		session->counted = true;
		session->count = 1;
	}
	return run(&pool, -1, NULL);
}
