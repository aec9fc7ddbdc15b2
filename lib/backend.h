/*
 * backend.h: private tables of functions. A back end is a struct of functions; what it cannot do is a NULL slot, and
 * the front file reports that once, in one wording. Below them, what lib/linux and lib/posix both offer.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <mqueue.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/types.h>

#include "ipc7.h"

/* What -c makes where -d and -s leave it open: the shape that Linux gives a queue too. */
#define QUEUE_DEPTH 10
#define QUEUE_SIZE  8192

struct queue {
	const struct queue_backend *backend;
	const char *text;           /* its name, as printed */
	const char *path;           /* POSIX: the name for mq_open and mq_unlink */
	int error;                  /* what opening it met, or 0 */
	bool differs;               /* it exists with other attributes than those asked for */
	struct queue_options asked; /* as opened */
	size_t depth;               /* POSIX: mq_maxmsg; System V: unused */
	size_t size;                /* POSIX: mq_msgsize; System V: the smaller of msg_qbytes and msgmax */
	size_t bytes;               /* System V: msg_qbytes */
	char *buffer;               /* the message received last */
	size_t capacity;
	bool open;
	mqd_t mqd; /* POSIX */
	int id;    /* System V */
	long type; /* System V: what msgrcv selects, and how */
	int flags;
	unsigned long peeked; /* System V: where the next copy starts, */
	long peeked_rank;     /* and the rank of the last (sysv_peek) */
	char handle[24];      /* System V: the name of a new private queue */
	bool allocated;       /* by queue_open, so that queue_close frees it */
	bool unseen;          /* System V: its status may not be read */
	bool unkeyed;         /* System V: ftok found no key */
	bool unlinked;        /* POSIX on Linux: it is known to have no name any more */
	int watch;            /* POSIX on Linux: tells that the queue was unlinked; -1: cannot; 0: not yet asked */
	bool ticking;         /* the timer of deadline_tick runs, so blocking calls return */
};

struct queue_backend {
	int (*open)(struct queue *queue, const struct name *name);
	void (*close)(struct queue *queue);
	int (*unlink)(struct queue *queue);
	int (*send)(struct queue *queue, const struct message *message, const struct queue_wait *wait);
	int (*receive)(struct queue *queue, struct message *message, const struct queue_wait *wait);
	int (*select)(const char *select, long *type, int *flags); /* EINVAL, ENOTSUP */
	int (*peek)(struct queue *queue, struct message *message);
	bool (*removed)(struct queue *queue);           /* NULL: its calls tell */
	unsigned long (*stranded)(struct queue *queue); /* NULL: it leaves none */
	long lowest, highest, usual;                    /* priorities or types */

	/* Adds what errno value error means here; false: nothing better than the common words. */
	bool (*explain)(const struct queue *queue, enum queue_step step, int error, struct text *text);
	const char *no_select, *no_peek; /* why those slots are NULL */
};

extern const struct queue_backend queue_posix, queue_sysv;

/* Makes queue->buffer hold at least size bytes. */
int queue_room(struct queue *queue, size_t size);

/* ---- mqueue.c: POSIX message queues and waiting ---- */

/* Called once on a queue that was opened, before the calls below. */
int mqueue_prepare(struct queue *queue);

/* Send and receive without waiting; EAGAIN. Receiving returns the size of the message. */
int mqueue_send(struct queue *queue, const struct message *message);
ssize_t mqueue_receive(struct queue *queue, unsigned int *priority);

/* The same, waiting. -1 as queue_send and queue_receive. */
int mqueue_send_wait(struct queue *queue, const struct message *message, const struct queue_wait *wait);
ssize_t mqueue_receive_wait(struct queue *queue, unsigned int *priority, const struct queue_wait *wait);

/* Releases what the calls above made. */
void mqueue_release(struct queue *queue);

/* True if the queue was unlinked. */
bool mqueue_removed(const struct queue *queue);

/* ---- queue_posix.c, for mqueue.c: the calls themselves, traced ---- */

int traced_send(struct queue *queue, const struct message *message, const struct timespec *deadline);
ssize_t traced_receive(struct queue *queue, unsigned int *priority, const struct timespec *deadline);

/* ---- msg.c: what System V message queues have beyond POSIX ---- */

/* The flag of msgrcv that takes any type but the one named, or 0. */
extern const int message_except;

/* True where message_copy works. */
extern const bool message_copies;

/* msgctl(IPC_STAT), also for those who may not read the queue where the system allows it. */
int message_status(int id, struct msqid_ds *status);

/*
 * Copies the message at position index, from 0, into queue->buffer without removing it. Returns its size; ENOMSG: there
 * are not so many; ENOTSUP.
 */
ssize_t message_copy(struct queue *queue, unsigned long index);

/* ---- regions: shared memory ---- */

struct region {
	const struct region_backend *backend;
	const struct name *name;
	const char *text;            /* its name, as printed */
	struct region_options asked; /* as opened */
	size_t size;                 /* bytes, as last seen */
	size_t offset, room;         /* where the input was to go, and how many bytes of it fit there */
	size_t got;                  /* bytes of the input that were put before it failed */
	bool missing;                /* to be created */
	bool fresh;                  /* created by this process, and still to be put together */
	bool changed;                /* the first byte may have changed */
	bool writing;                /* region_get has begun to write, and the segment can be read */
	bool differs;                /* it exists with another size than that asked for */
	bool unkeyed;                /* System V: ftok found no key */
	bool foreign;                /* POSIX, file: what has its name is no segment */
	bool unnamed;                /* POSIX, file: it has no name yet */
	bool filled;                 /* POSIX, file: the input is there already */
	int fd;                      /* POSIX, file; -1: not open */
	int id;                      /* System V; -1: none */
	char *address;               /* System V: where it is attached, or NULL */
	char handle[24];             /* System V: the name of a new private segment */
};

struct region_backend {
	int (*open)(struct region *region);                /* what exists; ENOENT */
	int (*create)(struct region *region, size_t size); /* what is missing; EEXIST */
	int (*draft)(
	    struct region *region); /* the same for a start without a name; a descriptor of it, or -1; NULL: cannot */
	int (*lock)(
	    struct region *region, const struct deadline *deadline); /* for what asked.write says; NULL: has none */
	/* EMSGSIZE was looked for; EEXIST: what is fresh found its name taken. */
	int (*put)(struct region *region, struct source *source, const struct region_part *part);
	int (*get)(struct region *region, int output, const struct region_part *part, bool pass, size_t *written);
	void (*discard)(struct region *region); /* removes what is fresh */
	int (*unlink)(struct region *region);
	void (*close)(struct region *region);
	/* As that of queues. */
	bool (*explain)(const struct region *region, enum region_step step, int error, size_t asked, struct text *text);
	bool fixed; /* a segment keeps the size that it was created with */
};

extern const struct region_backend region_map, region_sysv;

/* ---- pages.c: the bytes of what a descriptor is open on ---- */

/*
 * Creates what region names, but without a name yet (region->unnamed). EEXIST; else it cannot be created in this way,
 * and creating it with its name tells why.
 */
int pages_draft(struct region *region);

/* Gives it its name, if it has none. EEXIST. */
int pages_publish(struct region *region);

/* The bytes that the file system has left where the object is, or is to be; SSIZE_MAX where that is not known. */
unsigned long long pages_space(const struct region *region);

/* Makes sure of room for size bytes at offset, so that putting them there cannot fail for want of it. */
int pages_reserve(struct region *region, size_t offset, size_t size);

/*
 * Puts all the input at offset. Returns how many bytes: less than it should have if a file became shorter. region->got
 * counts them also on failure.
 */
ssize_t pages_fill(struct region *region, size_t offset, struct source *source);

/* Sets size bytes at offset to 0. */
int pages_zero(struct region *region, size_t offset, size_t size);

/* Writes size bytes from offset to output. ESTALE: they are not there any more. */
int pages_write(struct region *region, size_t offset, size_t size, int output, bool pass, size_t *written);

/* Writes size bytes of memory that stays as it is long enough for its pages to be passed (pass). */
int pages_write_memory(const char *data, size_t size, int output, bool pass, size_t *written);

/* True if a System V segment was removed, although those who have it attached can go on using it. */
bool segment_removed(const struct region *region);

/* Tells the system that memory is large and will be filled. */
void pages_large(char *data, size_t size);

/* ---- semaphores ---- */

struct sema {
	const struct sema_backend *backend;
	const struct name *name;
	const char *text;          /* its name, as printed */
	struct sema_options asked; /* as opened */
	int value;                 /* of the one member where none were asked for */
	sem_t *semaphore;          /* POSIX; NULL: not open */
	bool created;              /* POSIX: by this process */
	bool foreign;              /* POSIX: what has its name is no semaphore */
	int id;                    /* System V; -1: none */
	size_t members;            /* System V; 0: may not be known */
	size_t calls;              /* System V: operations of the last call */
	bool differs;              /* System V: it exists with other members than values were given */
	bool unkeyed;              /* System V: ftok found no key */
	char handle[24];           /* System V: the name of a new private set */
};

struct sema_backend {
	int (*open)(struct sema *sema);
	int (*operate)(struct sema *sema, const struct sema_operation *operations, size_t count,
	    const struct deadline *deadline, bool undo);
	int (*values)(struct sema *sema, int **values, size_t *count);
	int (*unlink)(struct sema *sema);
	void (*close)(struct sema *sema);
	/* As that of queues. */
	bool (*explain)(const struct sema *sema, enum sema_step step, int error, struct text *text);
	int most;    /* the largest value */
	bool undoes; /* SEM_UNDO */
};

extern const struct sema_backend sema_posix, sema_sysv;

/* The fourth argument of semctl, which its callers have to define. */
union semctl_argument {
	int value;
	struct semid_ds *status;
	unsigned short *values;
};

/* ---- sema_sysv.c, for sema_set.c ---- */

/* After a call on an open set that failed: errno EINVAL becomes EIDRM if it was removed. Returns -1. */
int set_failed(const struct sema *sema);

/* The values of all members, for the caller to free; NULL: failed. */
unsigned short *set_values(const struct sema *sema, size_t *count);

/* Traces semctl with the values. */
void set_trace(const struct sema *sema, const char *command, const unsigned short *values, size_t count, int result);

/* semop until it is done. -1: EAGAIN (the deadline has come, or an operation says IPC_NOWAIT), EINTR (caught), EIDRM. */
int set_operate(struct sema *sema, struct sembuf *operations, size_t count, const struct deadline *deadline);

/* ---- sema_set.c ---- */

/* sema_operate with =N among the operations; alone: nothing else. */
int set_assign(struct sema *sema, const struct sema_operation *operations, size_t count, bool alone,
    const struct deadline *deadline);

/* ---- semaphore.c: what semaphores need of the system beyond POSIX ---- */

/* True where semaphore_set_operate calls semtimedop. */
extern const bool semaphore_times;

/* Looks whether what has the name of a POSIX semaphore can be one, before it is used. EBADMSG: it is not. */
int semaphore_sound(const char *name);

/*
 * semop(2), waiting until deadline. -1: EAGAIN (only where an operation says IPC_NOWAIT, or time ran out), EINTR (may
 * be nothing but a tick).
 */
int semaphore_set_operate(int id, struct sembuf *operations, size_t count, const struct deadline *deadline);

/* ---- signals.c: signals beyond POSIX ---- */

struct signal_name {
	int number;
	const char *name, *action, *raised;
};

/* Names that the system has and POSIX has not, or that come before POSIX's; the last has number 0. */
extern const struct signal_name signals_more[];

/*
 * The first real-time signal of the system's own programs; the Makefile gives it where the C library that this is linked
 * with has another.
 */
#ifndef REALTIME_FIRST
#define REALTIME_FIRST SIGRTMIN
#endif

/* True if the C library of the system's programs keeps the signal for itself. */
bool signals_kept(int number);

/* The name of a value of si_code that only this system has, or NULL. */
const char *signals_code(int code);

/*
 * sigfillset(3), sigaddset(3), sigismember(3), sigprocmask(2), and sigaction(2) with SIG_DFL or SIG_IGN, for all signals
 * of the kernel.
 */
void signals_fill(sigset_t *set);
void signals_add(sigset_t *set, int number);
bool signals_has(const sigset_t *set, int number);
int signals_change(int how, const sigset_t *set, sigset_t *old);
int signals_treat(int number, void (*handler)(int));

/* As treatment_of. EIO: what the system says of it makes no sense. */
int signals_look(pid_t pid, struct treatment *treatment);

/* ---- arrival.c: signals that are waited for ---- */

/* Called once, when the signals of set are blocked. */
int arrival_open(const sigset_t *set);

/* As inbox_wait. */
int arrival_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most);

/* ---- handle.c: what stands for a process ---- */

/* True if /proc is there, and is that of this process's own PID namespace. */
bool handle_proc(void);

/* A descriptor that becomes readable when the process has ended. -1: ESRCH, EMFILE, ENFILE; ENOTSUP: use its number. */
int handle_open(pid_t pid);

/* The same for some process of a group that lives, and is not this one. ESRCH: there is none; ENOTSUP: not known. */
int handle_member(pid_t group);

/* Sends it a signal, with a value if that is not NULL. errno as kill(2); EAGAIN: its queue is full. */
int handle_signal(int fd, int number, const int *value);

/* RLIMIT_SIGPENDING of a process: how many signals may wait for its user; ULLONG_MAX: none, or not known. */
unsigned long long handle_limit(pid_t pid);

/* ---- stream.c: pipes beyond POSIX ---- */

/*
 * Hands pages on without waiting, or waits for what is missing. Returns 1 to go on, 0 at the end, -1; ENOTSUP: not between
 * these two.
 */
int stream_splice(struct stream *stream);

/* Gives out more capacity, once, if it may. */
void stream_grow(struct stream *stream);

/* Copies what is next in a pipe, without taking it. 0: nothing is there; ENOTSUP. */
ssize_t stream_peek(int fd, char *data, size_t size);

/* The same as fcntl(2) F_SETPIPE_SZ. ENOTSUP. */
int stream_capacity(int fd, size_t size);

/* Bytes in a pipe that nobody has read; -1: not known. */
long stream_unread(int fd);

/* ---- memory.c: files without a name ---- */

/* A descriptor, closed on exec, of an empty file that can be read and written and goes away when it is closed. */
int memory_file(void);

/* The same, where it can be beside path (may be NULL) on the same file system. */
int memory_file_beside(const char *path);

/* ---- flow.c: one direction of a connection ---- */

/* Writes what is in the buffer, as much as is taken now. Returns as flow_step. */
int flow_put(struct flow *flow);

/* Writes to a pipe what it takes without waiting, whatever flags its descriptor has. -1: EAGAIN, errno of write(2). */
ssize_t flow_write_now(int fd, const char *data, size_t size);

/* The same in small parts, after a look. */
ssize_t flow_write_part(int fd, const char *data, size_t size);

/* Moves pages without copying them. Returns as flow_step; ENOTSUP: not between these two, or not here. */
int flow_hand_on(struct flow *flow);

/* ---- peer.c: what the system knows of sockets and their peers ---- */

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

/* ---- contents.c: what objects tell of themselves ---- */

/* Prints a call that opens a name: call, up to its bracket; the name; and the rest of its arguments. */
void contents_trace(const char *call, const char *name, const char *rest, long result);

/* Opens a queue, which the caller closes, to look at it: to read or, if that is not permitted, to send. -1: errno. */
mqd_t contents_open(const char *name);

/* Sets the size, count, depth and message size of a queue. */
void contents_queue(struct object *object, mqd_t queue);

/* The identifier of a System V object, as those find it who only want to look. -1: ENOENT. */
int contents_key(enum object_kind kind, key_t key);

/* Each sets what POSIX lets a System V object tell. */
void contents_sysv_queue(struct object *object, const struct msqid_ds *queue);
void contents_sysv_segment(struct object *object, const struct shmid_ds *segment);
void contents_sysv_set(struct object *object, const struct semid_ds *set);

/* ---- catalog.c, names.c: all objects that there are ---- */

/* Adds the System V objects of a set of kinds. -1: ENOMEM. */
int catalog_sysv(unsigned int set, struct object_list *list);

/* Adds the POSIX objects. Returns the exit status; what cannot be listed has got a line. */
int catalog_posix(unsigned int set, struct object_list *list);

/* Adds one POSIX object, with what is known of it. -1: ENOENT, EACCES, EBADMSG: it is no semaphore. */
int catalog_find(enum object_kind kind, const char *name, struct object_list *list);

/* The same for a System V object: the one that has the key, or if there is none (IPC_PRIVATE) the identifier. */
int catalog_find_sysv(enum object_kind kind, key_t key, int id, struct object_list *list);

/* A descriptor of a POSIX object that catalog_unchanging has nothing against, good to change it. -1: errno. */
int catalog_open(const struct object *object);

/* ---- mounts.c, of Linux alone: where POSIX queues are files ---- */

/* Whose the queues of a directory are: only those of this IPC namespace can be opened by name. */
enum mounts { MOUNTS_OURS, MOUNTS_STRANGE, MOUNTS_UNKNOWN };

/*
 * A directory of queues, which the caller closes. mounted: it was mounted for this, appears nowhere, and is certainly that of
 * this namespace; else it is what is mounted at /dev/mqueue. -1: ENOENT: nothing is, and to mount it needs CAP_SYS_ADMIN.
 */
int mounts_queues(bool *mounted);

/* The first queue that may be opened decides; if there is none, it is not known. */
enum mounts mounts_whose(int directory);

/* ---- modes.c: the mode and owner of POSIX objects ---- */

/* NULL, or what keeps the system from changing an object. */
const char *catalog_unchanging(const struct object *object);

/* Changes a POSIX object. -1: errno. */
int catalog_change(const struct object *object, const struct change *change);

/* ---- rights.c: what a process may do with the objects of others ---- */

enum right {
	RIGHT_FILES,   /* change and remove POSIX objects */
	RIGHT_GIVE,    /* give POSIX objects to other users and groups */
	RIGHT_SYSV,    /* change and remove System V objects */
	RIGHT_CAPACITY /* go beyond kernel.msgmnb */
};

/* Source: capabilities(7). */
bool rights_have(enum right right);

/* ---- limits.c: the kernel's limits ---- */

enum limit {
	LIMIT_MQ_DEPTH,  /* messages in a POSIX queue */
	LIMIT_MQ_SIZE,   /* bytes in a message of a POSIX queue */
	LIMIT_MQ_QUEUES, /* POSIX queues */
	LIMIT_MQ_BYTES,  /* bytes in all POSIX queues of a user */
	LIMIT_MSGMAX,    /* bytes in a System V message */
	LIMIT_MSGMNB,    /* bytes in a System V queue */
	LIMIT_MSGMNI,    /* System V queues */
	LIMIT_SHMMAX,    /* bytes in a System V segment */
	LIMIT_SHMALL,    /* pages in all System V segments */
	LIMIT_SHMMNI,    /* System V segments */
	LIMIT_SEMMSL,    /* semaphores in a System V set */
	LIMIT_SEMMNS,    /* System V semaphores in all sets */
	LIMIT_SEMOPM,    /* operations of one semop call */
	LIMIT_SEMMNI,    /* System V semaphore sets */
	LIMIT_PIPE,      /* bytes that a pipe can hold, for those who are not privileged */
	LIMIT_PIPES,     /* pages that all pipes of a user can hold, likewise */
	LIMIT_PORT,      /* the first port for those who are not privileged */
	LIMIT_PACKET,    /* bytes in a packet of a Unix socket, about the half of which it is */
	LIMIT_FILES      /* open files of a process */
};

/* Its value; ULLONG_MAX where there is none, or none is known. */
unsigned long long limit_value(enum limit limit);

/* How much of it is in use; 0 where that is not known. For LIMIT_SHMALL, LIMIT_SHMMNI, LIMIT_SEMMNS and LIMIT_SEMMNI. */
unsigned long long limit_used(enum limit limit);

/* Adds its name, its value, what was asked for (0: one more than that) and what raises it. */
void limit_explain(struct text *text, enum limit limit, unsigned long long asked);

#endif
