/*
 * ipc7.h: the one public header of the library under the ipc7 commands, a section per source file.
 *
 * Unless a function says otherwise it returns 0, or -1 with errno set; it never exits, and prints only where it says
 * so. Strings are NUL-terminated, sizes are bytes, times are nanoseconds. Nothing here is thread-safe: the commands
 * have one thread.
 */
#ifndef IPC7_H
#define IPC7_H

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#define IPC7_VERSION "0.1"

/* ---- text.c: a line that is being put together --------------------------------------------------------------- */

/* Starts as {0}; grows as needed; the owner calls text_free. When memory runs out something is left out, and cut says so. */
struct text {
	char *data;      /* NUL-terminated; NULL while empty */
	size_t size;     /* bytes in use, without the NUL */
	size_t capacity; /* bytes of room */
	bool cut;        /* memory ran out */
	bool
	    borrowed; /* the room is the owner's: set with data and capacity, it saves the first allocation of a process */
};

/* Appends as printf(3) and vprintf(3) would. */
void text_format(struct text *text, const char *format, ...);
void text_vformat(struct text *text, const char *format, va_list args);

/* Appends bytes that may come from anywhere: printable ASCII as it is, all else as a C escape (\n, \\, \x1b). */
void text_escape(struct text *text, const void *data, size_t size);

/* Appends bytes escaped and in double quotes; what is past limit bytes is left out and shown by three dots. */
void text_quote(struct text *text, const void *data, size_t size, size_t limit);

/* Escapes the bytes that are not printable ASCII, and no others. */
void text_clean(struct text *text);

/* Releases the memory; the text is then empty and may be used again. */
void text_free(struct text *text);

/* ---- err.c: exit statuses and error lines --------------------------------------------------------------------- */

/* What every command's exit status means. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_REMOVED = 3,   /* the object was removed while in use */
	STATUS_TIMEOUT = 124, /* time ran out */
	STATUS_RUNNER = 125,  /* a command that runs a COMMAND failed itself */
	STATUS_NOEXEC = 126,  /* COMMAND cannot be executed */
	STATUS_NOCOMMAND = 127,
	STATUS_SIGNAL = 128 /* plus the number of the signal */
};

/* The name that stands in front of every line the program prints about itself; set once by command_start. */
extern const char *err_program;

/*
 * Prints "program: object: text" and a newline to standard error in one write; what is not printable in them is
 * escaped. object NULL is left out, an empty one shown as two quotes.
 */
void err_line(const char *object, const char *format, ...);

/* The symbolic name of an errno value, such as "EAGAIN"; "E?" for one that POSIX does not know. Static storage. */
const char *err_name(int error);

/* ---- num.c: numbers, sizes, times and modes as users write them ----------------------------------------------- */

/*
 * Each reads the whole of text into *result, and leaves it alone on failure: EINVAL (not of the form), ERANGE (outside
 * the bounds).
 */

/* A decimal number, digits alone, from min to max. */
int num_parse(const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);

/* A number with or without a minus sign in front, that an int can hold; size bytes of text. */
int num_int(const char *text, size_t size, int *result);

/* A size in bytes: digits, then optionally K, M or G (powers of 1024). At least min, at most SSIZE_MAX. */
int num_size(const char *text, size_t min, size_t *bytes);

/* A time: digits with an optional fraction, then optionally ms, s (the default) or m. Result in nanoseconds. */
int num_time(const char *text, long long *nanoseconds);

/* A file mode: one to four octal digits, at most 0777. */
int num_mode(const char *text, mode_t *mode);

/* ---- io.c: descriptors ---------------------------------------------------------------------------------------- */

/*
 * Opens stand-ins for those of descriptors 0 to 2 that are closed, so that no queue or file is ever given their
 * numbers. A stand-in fails with EBADF in the direction that matters, and is closed on exec. Source: open(2).
 */
int io_reserve(void);

/*
 * read(2) that goes on after EINTR until a signal was caught (sigs_caught), and waits where a descriptor that somebody
 * else made non-blocking has nothing yet. Returns the bytes read, 0 at the end, -1 with errno of read(2).
 */
ssize_t io_read(int fd, void *data, size_t size);

/*
 * Writes all of data, waiting as io_read does. On -1 (errno of write(2), or EINTR after a caught signal), *written
 * says how many bytes were accepted; on 0 it equals size.
 */
int io_write(int fd, const void *data, size_t size, size_t *written);

/* True if nobody can read any more what is written to fd: the other end of the pipe or socket is closed. */
bool io_gone(int fd);

/* True if fd takes at least PIPE_BUF bytes now without waiting. */
bool io_writable(int fd);

/*
 * After a call on fd that failed: waits for events of poll(2) if that was because it would have had to wait. Returns 0
 * to try again (also after EINTR without a caught signal), -1 with errno as it was.
 */
int io_again(int fd, short events);

/* ---- deadline.c: monotonic deadlines, and what interrupts a wait ---------------------------------------------- */

#define DEADLINE_NEVER (-1LL)

struct deadline {
	bool limited;       /* false: it never comes */
	struct timespec at; /* on CLOCK_MONOTONIC */
};

/* Sets the deadline that many nanoseconds from now; DEADLINE_NEVER: none. Source: clock_gettime(3p). */
void deadline_set(struct deadline *deadline, long long nanoseconds);

/* True once it has come. */
bool deadline_passed(const struct deadline *deadline);

/* Nanoseconds until it comes, 0 or negative once it has come. Not for one that never comes. */
long long deadline_left(const struct deadline *deadline);

/* Milliseconds until it comes, rounded up, at most longest: what poll(2) takes. 0 once it has come. */
int deadline_poll(const struct deadline *deadline, int longest);

/*
 * Sleeps between two looks at what no system call waits for: at first 0.1 ms, each time twice as long, up to a tick, and
 * not beyond deadline. *length starts as 0. -1, EINTR: a signal was caught. Source: nanosleep(3p).
 */
int deadline_nap(const struct deadline *deadline, long long *length);

/* Milliseconds between two looks at what no system call can wait for (a removed POSIX queue, say). */
#define DEADLINE_TICK 100

/*
 * From now on SIGURG interrupts blocking system calls (EINTR) every DEADLINE_TICK milliseconds, and first when the
 * deadline comes. For calls without a timeout of their own; it repeats, so a signal that comes just before the call
 * costs one tick and never the wait. deadline may be NULL. Source: timer_settime(3p).
 */
int deadline_tick(const struct deadline *deadline);

/* ---- sigs.c: signals that end a command ----------------------------------------------------------------------- */

/*
 * Catches the signals that end a process (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGPROF,
 * SIGVTALRM, SIGPOLL; not those that were ignored on entry), ignores SIGPIPE and SIGXFSZ so that writes fail with EPIPE
 * and EFBIG, and lets SIGURG and SIGCHLD interrupt. After a caught signal SIGALRM interrupts every second. Called again
 * it does nothing. Source: sigaction(2), alarm(3p).
 */
int sigs_setup(void);

/*
 * What sigs_setup does about SIGPIPE and SIGXFSZ, and no more: for a command whose business signals are, and that has
 * nothing to clean up.
 */
int sigs_spare(void);

/* From now on a signal that interrupts also makes the descriptor that is returned readable, for a loop in poll(2). */
int sigs_wake(void);

/* What a process that is spawned needs to start with the mask and treatment that this one had. Source: posix_spawn(3p). */
void sigs_inherited(sigset_t *mask, sigset_t *defaults);

/* The signal that was caught first, or 0. */
int sigs_caught(void);

/*
 * A signal that was caught and not yet taken here, or 0. Only those that a process sent: what the kernel sends, such as
 * SIGINT from the terminal, goes to a COMMAND of the same process group as well.
 */
int sigs_take(void);

/* Forgets the signals that were caught: they were passed on to a COMMAND, whose end is what counts. */
void sigs_forget(void);

/* Gives all signals back the treatment and the mask that they had before sigs_setup or sigs_spare; before exec. */
void sigs_restore(void);

/* SIGCHLD, and the signals that sigs_setup catches. */
void sigs_awaited(sigset_t *set);

/* Ends the process by that signal's default action. */
void sigs_raise(int number);

/* Blocks all signals: for child_run, and for what is not to be left half done. */
int sigs_hold(void);

/* Waits until one of the signals that sigs_hold blocked has come; they are blocked again on return. */
void sigs_pause(void);

/* Undoes sigs_hold. */
void sigs_release(void);

/* ---- trace.c: the lines of -v --------------------------------------------------------------------------------- */

/* True if calls are traced. Set by -v and by IPC7_TRACE in the environment. */
extern bool trace_on;

/* True if a call with that result is to be traced: not one that only the tick of a wait interrupted. */
bool trace_wanted(long result);

/*
 * Prints "program: CALL = RESULT" with the errno value's name when result is -1, frees call, and keeps errno. call
 * holds the call with its arguments.
 */
void trace_end(struct text *call, long result);

/* The same for a call whose result is an address; NULL: it failed, and returned what is named so. */
void trace_pointer(struct text *call, const void *result, const char *failed);

/* The same for a call whose arguments printf can format. Only when trace_on is set. */
void trace_call(long result, const char *format, ...);

/* ---- record.c: records in streams ----------------------------------------------------------------------------- */

enum record_form { RECORD_LINE, RECORD_NUL, RECORD_NETSTRING, RECORD_RAW };

/* Reads records from a descriptor, holding no more than one record and a buffer of 64 KiB. */
struct record_reader {
	int fd;
	enum record_form form;
	size_t limit;        /* the longest record, in bytes, that will be returned */
	bool elsewhere;      /* the caller does the waiting: EAGAIN while no whole record is there */
	unsigned long count; /* records returned so far; after an error the number of the bad one */
	size_t size;         /* after EMSGSIZE: the size of the record, or where counting it stopped */
	bool endless;        /* after EMSGSIZE: the counting stopped before the record's end */
	const char *fault;   /* after EBADMSG: what is wrong with the netstring */
	char *buffer;        /* the rest is record.c's own */
	size_t start, end, capacity, scanned;
	bool ended;
};

void record_open(struct record_reader *reader, int fd, enum record_form form, size_t limit);

/*
 * Points *data and *size at the next record, without its terminator; valid until the next call. Returns 1, 0 at the
 * end of the input, -1: EMSGSIZE (longer than limit), EBADMSG (not a netstring), ENOMEM, or errno of read(2).
 */
int record_next(struct record_reader *reader, const char **data, size_t *size);

/* Appends what was wrong when record_next returned -1 with that errno value. */
void record_fault(const struct record_reader *reader, int error, struct text *text);

/* Releases the buffer; the descriptor stays open. */
void record_close(struct record_reader *reader);

/* The most bytes that record_format adds to a record. */
#define RECORD_FRAME 48

/*
 * Formats a record to where there is room for size + RECORD_FRAME bytes: prefix (may be NULL, at most 22 bytes) and a
 * tab, the data, the terminator of its form. Returns the bytes used. *body is set to where in `to` the data stand.
 */
size_t record_format(enum record_form form, const char *prefix, const void *data, size_t size, char *to, size_t *body);

/*
 * Splits the number and the tab that -P puts in front of a record off *data. EBADMSG if there is none, ERANGE if it
 * does not fit a long.
 */
int record_prefix(const char **data, size_t *size, long *number);

/* ---- name.c: the names of objects ----------------------------------------------------------------------------- */

enum name_kind { NAME_POSIX, NAME_KEY, NAME_FTOK, NAME_ID, NAME_NEW, NAME_FILE };

struct name {
	enum name_kind kind;
	char *
	    text; /* canonical, as printed: "/jobs", "sysv:0x4d2", "sysv:@7", "sysv:./file,J", "sysv:new", "file:PATH" */
	char *path;              /* NAME_POSIX: the same as text; NAME_FTOK, NAME_FILE: the path; else NULL */
	int number;              /* NAME_KEY: the key; NAME_FTOK: the project, 1 to 255; NAME_ID: the identifier */
	char room[NAME_MAX + 2]; /* holds what has no path: most runs of a command allocate nothing */
};

/*
 * Reads a name (ipc7(7)). On -1 errno is EINVAL, or ENOMEM, and *fault says in a phrase what is wrong.
 */
int name_parse(struct name *name, const char *text, const char **fault);

/* Releases its strings. */
void name_free(struct name *name);

/* The System V key of a NAME_KEY or NAME_FTOK, in *key. errno of ftok(3) when the file cannot be examined. */
int name_key(const struct name *name, key_t *key);

/* ---- child.c: running a COMMAND ------------------------------------------------------------------------------- */

/*
 * Finds the file that a COMMAND names, along PATH if it has no slash, into *path, which the caller frees. -1: ENOENT
 * (none), EACCES (found, not executable), ENOMEM. Source: execvp(3p).
 */
int child_find(const char *command, char **path);

/*
 * Runs path with argv and waits for it; input (a descriptor) becomes its standard input. A signal that sigs_setup
 * catches meanwhile is passed on to it. It starts with the signal treatment and mask this process had. *status is
 * what waitpid(2) gave. -1: errno of fork(2), or of execv(2) when it could not be started.
 */
int child_run(const char *path, char *const argv[], int input, int *status);

/*
 * Forks. In the child it returns 0, at once. In the parent it waits for the child, passes caught signals on to it as
 * child_run does, and returns 1 with *status.
 */
int child_split(int *status);

/*
 * Becomes path with argv, with the signal treatment and mask this process had. Returns only when that fails, -1 with
 * errno of execv(2), or EINTR after a caught signal.
 */
int child_become(const char *path, char *const argv[]);

/* The exit status for an errno value that kept a COMMAND from being run; child_failed also prints a line about it. */
int child_failure(int error);
int child_failed(const char *command, int error);

/* The exit status that stands for a wait status: its own, or 128 plus the signal that ended it. */
int child_status(int status);

/* A descriptor from which exactly these bytes can be read, then the end; it never blocks. */
int child_input(const void *data, size_t size);

/*
 * Starts the program at path as the leader of a process group of its own, with input and output as descriptors 0 and 1 and
 * the signals as ipc7 got them. Returns its process id; -1: errno of posix_spawn(3p).
 */
pid_t child_spawn(const char *path, char *argv[], char *environment[], int input, int output);

/* ---- ready.c: saying that a command is ready (-R) ------------------------------------------------------------- */

/*
 * Opens FILE for the line that ready_say writes: created or reused, a FIFO (waits for its reader), or /dev/fd/N.
 * Opened first, so that whoever waits on a FIFO sees its end if the set-up fails. Returns a descriptor.
 */
int ready_open(const char *file);

/* Writes the line, with a newline, in one write, and closes the descriptor. A file then holds that line alone. */
int ready_say(int fd, const char *line);

/* ---- queue.c: message queues ---------------------------------------------------------------------------------- */

struct queue;

struct message {
	const char *data;
	size_t size;
	long priority; /* POSIX priority, or System V type */
};

/* How queue_open opens. Zero in every member but mode: opens what exists, for sending. */
struct queue_options {
	bool receive;       /* else: send */
	bool create;        /* if it is missing */
	bool exclusive;     /* it must not exist; implies create */
	bool peek;          /* queue_peek will be used */
	mode_t mode;        /* of what is created, exact */
	size_t depth;       /* messages; 0: not asked for */
	size_t size;        /* bytes a message; 0: not asked for */
	const char *select; /* what queue_receive takes, as -p of mqrecv has it; NULL: the next */
};

/* How long a call may wait, and for what besides the queue. */
struct queue_wait {
	struct deadline deadline;
	int output; /* stop waiting when the reader of this descriptor has gone (io_gone); -1: none */
};

/* What was being done when an error came; for queue_report. */
enum queue_step { QUEUE_OPEN, QUEUE_SEND, QUEUE_RECEIVE, QUEUE_UNLINK };

/*
 * Looks whether name and options go together, before anything is touched. Returns -1 if so; else it prints a line and
 * returns the exit status (STATUS_USAGE; STATUS_FAILED where only this kind of queue, or system, cannot do it).
 */
int queue_check(const struct name *name, const struct queue_options *options);

/* The lowest, highest and usual priority (POSIX) or type (System V) of messages in a queue of that name. */
void queue_priorities(const struct name *name, long *lowest, long *highest, long *usual);

/* The priority or type nearest to that one which messages of the queue can have. */
long queue_nearest(const struct queue *queue, long priority);

/*
 * Opens a queue: mq_open(3), or msgget(2). Always returns a queue unless memory is short (NULL); queue_failed tells
 * whether it is open. Either way queue_report can speak of it and queue_close releases it. name must stay until then.
 */
struct queue *queue_open(const struct name *name, const struct queue_options *options);

/*
 * 0 if the queue is open, else the errno value that queue_open met. EEXIST also where attributes differ from those
 * asked for.
 */
int queue_failed(const struct queue *queue);

/* queue_open into *queue, with a line if that fails. Returns -1 to go on, else the exit status. */
int queue_start(struct queue **queue, const struct name *name, const struct queue_options *options);

/* Its name as other commands take it. */
const char *queue_name(const struct queue *queue);

/* The size of the largest message it can ever take. */
size_t queue_limit(const struct queue *queue);

/*
 * Sends a message; wait NULL: never waits. -1: EAGAIN (full, and wait is NULL), ETIMEDOUT, EINTR (a signal was
 * caught), EIDRM (the queue was removed), EMSGSIZE, EACCES. Source: mq_send(3), msgsnd(2).
 */
int queue_send(struct queue *queue, const struct message *message, const struct queue_wait *wait);

/*
 * Receives a message, whose data are valid until the next call; wait NULL: never waits. -1: EAGAIN (none, and wait is
 * NULL), ETIMEDOUT, EINTR, EIDRM, EPIPE (wait->output has lost its reader; no message was taken), EACCES. Source:
 * mq_receive(3), msgrcv(2).
 */
int queue_receive(struct queue *queue, struct message *message, const struct queue_wait *wait);

/*
 * Copies the next message without removing it: of those selected, the one behind that of the last call. Waits and fails
 * as queue_receive. Source: msgrcv(2), MSG_COPY.
 */
int queue_peek(struct queue *queue, struct message *message, const struct queue_wait *wait);

/* True if the queue was removed under its user, and that can be told. */
bool queue_removed(struct queue *queue);

/* The number of messages in a queue that was removed, which nobody new can receive; 0 where that cannot be told. */
unsigned long queue_stranded(struct queue *queue);

/* True if both are the same queue, whatever their names. */
bool queue_same(const struct queue *one, const struct queue *other);

/* Removes the queue: mq_unlink(3), msgctl(2). */
int queue_unlink(struct queue *queue);

void queue_close(struct queue *queue);

/*
 * Prints the one line that explains errno value error, met at a step, with its remedy and what follows it in extra (may
 * be NULL). queue may be NULL too. Returns the exit status that belongs to it.
 */
int queue_report(const struct queue *queue, enum queue_step step, int error, const char *extra);

/* ---- source.c: input whose size is to be known before it is put somewhere -------------------------------------- */

/* Holds the first 64 KiB of a descriptor's input, and where the rest of it comes from. One at a time. */
struct source {
	int fd;       /* the rest */
	bool sized;   /* it is an ordinary file, whose size was known before it was read */
	bool known;   /* size is that of all the input */
	size_t size;  /* bytes; while it is not known, those read so far */
	char *ahead;  /* the first of them */
	size_t first; /* how many of them are there */
	off_t start;  /* where in fd the rest starts, if it can be read again */
	bool staged;  /* fd is a file of source.c's own */
};

/*
 * Reads the first bytes of fd. The size is known if that was all of it, or if fd is an ordinary file, of which only
 * what it has now is meant. errno of read(2), or EINTR after a caught signal.
 */
int source_open(struct source *source, int fd);

/*
 * Reads the input to its end, into the file at fd from offset on, so that its size is known and it can be read again.
 * source_close closes fd. EMSGSIZE: it has more than limit bytes; else as source_open, or errno of write(2).
 */
int source_stage(struct source *source, size_t limit, int fd, off_t offset);

/* Back to the first byte. */
int source_rewind(struct source *source);

/* Reads the next bytes of the rest, however many signals come. Returns how many, 0 at the end. */
ssize_t source_read(const struct source *source, void *data, size_t size);

void source_close(struct source *source);

/* ---- region.c: shared memory ----------------------------------------------------------------------------------- */

struct region;

/* How region_start opens. Zero in every member but mode: opens what exists, for reading. */
struct region_options {
	bool write;     /* else: read */
	bool create;    /* if it is missing */
	bool exclusive; /* it must not exist; implies create */
	mode_t mode;    /* of what is created, exact */
	size_t size;    /* bytes of what is created, or put whole; 0: what the input needs */
};

/* A part of a segment: length bytes from offset. */
struct region_part {
	size_t offset;
	size_t length; /* region_get: REGION_ALL up to the end */
	bool whole;    /* region_put: not a part; the segment then holds the input and nothing else */
};

#define REGION_ALL SIZE_MAX

/* What was being done when an error came; for region_report. */
enum region_step { REGION_OPEN, REGION_LOCK, REGION_PUT, REGION_GET, REGION_UNLINK };

/* As queue_check. */
int region_check(const struct name *name, const struct region_options *options);

/*
 * Opens a segment: shm_open(3p), open(2), or shmget(2). One that is missing and is to be created is only looked for:
 * region_put creates it. Returns -1 to go on; else it prints a line and returns the exit status. name must stay until
 * region_close; one at a time can be open.
 */
int region_start(struct region **region, const struct name *name, const struct region_options *options);

/* True until a segment that is to be created is there. */
bool region_missing(const struct region *region);

/* True if size must be asked for, because what is to be created keeps its size for ever. */
bool region_fixed(const struct region *region);

/* Its name as other commands take it. */
const char *region_name(const struct region *region);

/*
 * The most bytes of input that region_put can take there, as far as that is known before. *bounded: by the size of the
 * segment; else by what its file system has left.
 */
size_t region_room(const struct region *region, const struct region_part *part, bool *bounded);

/*
 * A file for source_stage, in *fd, and where in it the input goes: without a name, in memory or beside the file that
 * region is; or, where that is to be created and can be without a name, the segment itself, so that the input is
 * copied once.
 */
int region_scratch(struct region *region, const struct region_part *part, int *fd, off_t *offset);

/* True if fd is open on the segment itself. */
bool region_same(const struct region *region, int fd);

/*
 * Puts the input, whose size is known, into the segment, and creates that if it is missing. Signals wait until it is
 * done. part->whole: the segment then holds the input alone; its size, where it can change, becomes that of the options
 * or the input's; what else is left over is zeroed. POSIX and file: waits until deadline for the lock, fcntl(2)
 * F_SETLK on the whole object. -1: EMSGSIZE (it does not fit), ENOSPC, EACCES and the like, ETIMEDOUT, EINTR, EIDRM
 * (removed meanwhile): nothing has changed; EIO: it has, as the input could not be read on.
 */
int region_put(
    struct region *region, struct source *source, const struct region_part *part, const struct deadline *deadline);

/*
 * Writes a part of the segment to output, under the lock where there is one, which is kept until region_close. pass:
 * pages may be passed instead of copied. *written says how many bytes were accepted. -1: ERANGE (the part is not in
 * the segment), ESTALE (it shrank meanwhile), errno of write(2); ETIMEDOUT, EINTR, EIDRM.
 */
int region_get(struct region *region, int output, const struct region_part *part, bool pass,
    const struct deadline *deadline, size_t *written);

/* After region_put failed: true if the segment may have changed; it has at least so many bytes of the input then. */
bool region_changed(const struct region *region, size_t *bytes);

/* True once region_get has begun to write: an error is then one of its output. */
bool region_writing(const struct region *region);

/* Removes the segment: shm_unlink(3p), unlink(2), shmctl(2). */
int region_unlink(struct region *region);

/* Also gives the lock back. */
void region_close(struct region *region);

/* As queue_report; asked is the number of bytes that were to be put or got. */
int region_report(const struct region *region, enum region_step step, int error, size_t asked, const char *extra);

/* ---- sema.c: semaphores ------------------------------------------------------------------------------------------ */

struct sema;

struct sema_options {
	bool create;       /* if it is missing */
	bool exclusive;    /* it must not exist; implies create */
	mode_t mode;       /* of what is created, exact */
	const int *values; /* of what is created, one for each member */
	size_t count;      /* of them; 0: not asked for, one member with value 1 */
};

struct sema_operation {
	unsigned int member; /* of a System V set, from 0 */
	bool indexed;        /* the member was named */
	bool set;            /* to value; else: */
	int value;           /* negative: wait for as much and take it; positive: give; 0: wait for zero */
};

/* What was being done when an error came; for sema_report. */
enum sema_step { SEMA_OPEN, SEMA_OPERATE, SEMA_READ, SEMA_UNLINK };

/* The largest value of a POSIX semaphore is the system's (SEM_VALUE_MAX), of a System V semaphore the type's. */
#define SEMA_SYSV_MAX 32767

/* Reads an OP of semop(1): -N, +N, 0 or =N, with INDEX: in front. EINVAL, ERANGE. */
int sema_parse(const char *text, struct sema_operation *operation);

/* Looks whether name, options and operations go together; as queue_check. */
int sema_check(
    const struct name *name, const struct sema_options *options, const struct sema_operation *operations, size_t count);

/*
 * Opens a semaphore, or creates and initialises it in one step that no other process sees half done: sem_open(3),
 * semget(2). Returns -1 to go on; else it prints a line and returns the exit status. name must stay until sema_close;
 * one at a time can be open.
 */
int sema_start(struct sema **sema, const struct name *name, const struct sema_options *options);

/* Its name as other commands take it. */
const char *sema_name(const struct sema *sema);

/* True if the kernel can give back what a process took, when it ends (SEM_UNDO). */
bool sema_undoes(const struct sema *sema);

/*
 * Does all operations, System V: as one; waits for them until deadline. lock: what is taken is held as a lock; where
 * sema_undoes the kernel gives it back when this process ends, also after exec. -1: ETIMEDOUT, EINTR (a signal was
 * caught), EIDRM (removed), EFBIG (no such member), ERANGE (beyond the largest value), E2BIG, ENOSPC, EACCES. Source:
 * semop(2), semctl(2), sem_wait(3), sem_post(3).
 */
int sema_operate(struct sema *sema, const struct sema_operation *operations, size_t count,
    const struct deadline *deadline, bool lock);

/* sema_operate, with a line if that fails; timeout in nanoseconds. Returns -1 to go on, else the exit status. */
int sema_apply(struct sema *sema, const struct sema_operation *operations, size_t count, long long timeout, bool lock);

/* The values of all members, of one moment; the caller frees *values. Source: semctl(2) GETALL, sem_getvalue(3). */
int sema_values(struct sema *sema, int **values, size_t *count);

/* Removes it: sem_unlink(3), semctl(2). */
int sema_unlink(struct sema *sema);

/* The same, with a line if that fails; what is gone already is no failure. Returns the exit status. */
int sema_remove(struct sema *sema);

void sema_close(struct sema *sema);

/* As queue_report. */
int sema_report(const struct sema *sema, enum sema_step step, int error);

/* ---- holder.c: a COMMAND that runs while a semaphore is held ----------------------------------------------------- */

struct holder {
	char **argv;       /* COMMAND and its arguments, to a NULL */
	long long timeout; /* how long to wait for the semaphore, in nanoseconds */
	bool unlink;       /* the semaphore is to be unlinked behind it; false once that is done, or must not be */
	char *path;        /* holder.c's own */
};

/* Finds COMMAND. Returns -1 to go on; else it prints a line and returns the exit status. */
int holder_find(struct holder *holder);

/*
 * Takes the semaphore, runs COMMAND, and gives it back; where sema_undoes, this process becomes COMMAND. Returns the
 * exit status: COMMAND's own, or what kept it from being run, with a line. Source: semop(2), execve(2).
 */
int holder_run(struct holder *holder, struct sema *sema);

void holder_close(struct holder *holder);

/* ---- signame.c: the names of signals -------------------------------------------------------------------------- */

/* Room for the longest name, and for the number of a signal that has none. */
#define SIGNAME_SIZE 16

/*
 * Reads a signal as users write it into *number: its name with or without SIG, in capitals or small letters, RTMIN,
 * RTMIN+N, RTMAX, RTMAX-N, or its number; 0 is none. RTMIN is what programs of the system's own C library call so.
 * EINVAL. Source: kill(1), signal(7).
 */
int signame_parse(const char *text, int *number);

/* Its name without SIG, as kill -l prints it; its number if it has none. Returns room. */
const char *signame_format(int number, char room[SIGNAME_SIZE]);

/* Its name as programs write it: SIGTERM, SIGRTMIN+1; its number if it has none. Returns room. */
const char *signame_macro(int number, char room[SIGNAME_SIZE]);

/* The highest number of a signal. */
int signame_last(void);

/* What si_code says about where a signal comes from: the name without SI_ or CLD_, or the number. Returns room. */
const char *signame_code(int number, int code, char room[SIGNAME_SIZE]);

/* The same as programs write it: SI_USER, CLD_EXITED. */
const char *signame_code_macro(int number, int code, char room[SIGNAME_SIZE]);

/* Appends the table of all signals: number, name, default action, what raises it. */
void signame_table(struct text *text);

/* Appends the number of the signal that word names, or the name for its number or the status of what it ended. EINVAL. */
int signame_convert(struct text *text, const char *word);

/* ---- treatment.c: what a process does with signals ------------------------------------------------------------- */

struct treatment {
	sigset_t pending, blocked, ignored, caught;
	bool stopped; /* the process is */
};

/* Adds a signal to a set. EINVAL: the system's C library keeps it for itself. */
int treatment_add(sigset_t *set, int number);

bool treatment_has(const sigset_t *set, int number);

/* Appends the names in a set, in square brackets. */
void treatment_format(struct text *text, const sigset_t *set);

/* All signals but SIGKILL, SIGSTOP, and those that the system's C library keeps for itself. */
void treatment_fill(sigset_t *set);

/* Each changes what this process, and what it becomes by exec, does with the signals of set. Source: sigaction(2). */
int treatment_block(const sigset_t *set);
int treatment_ignore(const sigset_t *set);

/* The default action, and not blocked; all: also those that the C library keeps. */
int treatment_reset(const sigset_t *set);

/* The default action for one signal, blocked or not. */
int treatment_default(int number);

/* How a process treats signals. ESRCH, EACCES (it may not be known), ENOTSUP (the system does not tell). Source: proc(5). */
int treatment_of(pid_t pid, struct treatment *treatment);

/* ---- inbox.c: signals that are waited for ----------------------------------------------------------------------- */

/* A signal that came. */
struct arrival {
	int number, code; /* si_signo, si_code */
	pid_t pid;        /* the sender's; 0 if no process sent it */
	uid_t uid;
	int value; /* si_value, if code is SI_QUEUE */
};

/* The most that inbox_wait takes at once. */
#define INBOX_MOST 64

/*
 * Blocks the signals of set, also those that were ignored: from now on they wait here. Others do what they would
 * do anyway.
 */
int inbox_open(const sigset_t *set);

/*
 * Waits until deadline for signals and takes up to most, at most INBOX_MOST, into batch, in the kernel's order. Returns
 * how many. -1: ETIMEDOUT, EPIPE (nobody reads output any more; none was taken).
 * Source: signalfd(2), sigtimedwait(2).
 */
int inbox_wait(int output, const struct deadline *deadline, struct arrival *batch, size_t most);

/* ---- process.c: processes to which signals go -------------------------------------------------------------------- */

struct process {
	pid_t pid; /* or the number of a process group */
	int fd;    /* stands for it, whatever becomes of its number; -1: none */
	bool done; /* it has ended, or could not be signalled */
};

struct process_list {
	struct process *items;
	size_t count, capacity;
	bool groups; /* they are process groups */
};

/* Adds the process that text names. EINVAL, ERANGE: *fault says in a phrase what is wrong; ENOMEM. */
int process_add(struct process_list *list, const char *text, const char **fault);

/*
 * Adds the processes that a descriptor names, with blanks or newlines between them. Returns -1 to go on; else it prints
 * a line and returns the exit status.
 */
int process_read(struct process_list *list, int fd);

/*
 * Makes sure that signals reach the process that has its number now, or none (pidfd_open(2); where the system has no such
 * thing, nothing). For groups it does nothing. ESRCH, EMFILE.
 */
int process_hold(const struct process_list *list, struct process *process);

/*
 * Sends a signal, 0: only looks whether it could; value: with that value, for which it waits until deadline while the
 * receiver's queue is full. -1: ESRCH, EPERM, EINVAL, ETIMEDOUT, EINTR. Source: kill(2), sigqueue(3),
 * pidfd_send_signal(2).
 */
int process_signal(const struct process_list *list, const struct process *process, int number, const int *value,
    const struct deadline *deadline);

/* True if all are done. */
bool process_none(const struct process_list *list);

/* Prints a line for errno value error, and what extra (may be NULL) adds. Returns the exit status. */
int process_report(const struct process_list *list, const struct process *process, int error, const char *extra);

void process_free(struct process_list *list);

/* ---- ending.c: the end of processes ------------------------------------------------------------------------------ */

/* Looks whether the end can be waited for. EDEADLK: it is this process, or has it in it. */
int ending_check(const struct process_list *list, const struct process *process);

/* Waits until deadline for the end of all that are not done. -1: ETIMEDOUT, EINTR, ENOMEM. Source: poll(2). */
int ending_wait(const struct process_list *list, const struct deadline *deadline);

/*
 * Prints a line for one whose end did not come in time, with what it does with the signal that it was sent, if that is
 * known. Returns the exit status.
 */
int ending_late(const struct process_list *list, const struct process *process, int number);

/* ---- stream.c: bytes from one descriptor to another ---------------------------------------------------------------- */

struct stream {
	int in, out;
	bool watch;           /* nothing is taken once out has lost its reader */
	bool pass;            /* pages of a file may be handed on instead of copied */
	bool grows;           /* out is a pipe that may be given more capacity when it is full */
	long long in_timeout; /* the longest wait for a byte, and for room; nanoseconds, DEADLINE_NEVER */
	long long out_timeout;
	int (*tick)(void *owner); /* asked each second while it waits for a byte; -1 ends the wait; NULL: none */
	void *owner;
	unsigned long long moved; /* bytes that out has accepted */
	bool output;              /* after an error: it was that of out */
	bool ready;               /* in is a file, which is always ready */
	bool copies;              /* pages cannot be handed on here */
	bool waits;               /* a call may wait in the kernel; stream.c's own */
	bool blocked;             /* it could not go on, though in had something; stream.c's own */
	size_t start, end;        /* what is in buffer was read and not yet written */
	char buffer[64 * 1024];
};

/* Sets up for two descriptors; one for which a wait shall be bounded is non-blocking. */
void stream_open(struct stream *stream, int in, int out);

/*
 * Copies until the end of in. What was taken and could not be written is still held, and goes out first when it is called
 * again. -1: ETIMEDOUT, EINTR, EPIPE, errno of read(2), write(2), splice(2).
 */
int stream_copy(struct stream *stream);

/* Writes what was taken and is still held. */
int stream_flush(struct stream *stream);

/* Waits for a byte of in, or for room in out; a wait for a byte ends also when a watched out has lost its reader (EPIPE). */
int stream_wait(struct stream *stream, bool output);

/* read(2) and write(2), traced, which wait so. stream_write writes all. */
ssize_t stream_read(struct stream *stream, char *data, size_t size);
int stream_write(struct stream *stream, const char *data, size_t size, size_t *written);

/* ---- exact.c: a number of records, and not a byte more ------------------------------------------------------------- */

struct exact {
	enum record_form form;
	unsigned long long left; /* records still wanted */
	bool one;                /* exact_read ends with each record */
	bool open;               /* the last byte was not the end of a record */
	bool blind;              /* what is ahead cannot be looked at */
	size_t bad;              /* after EBADMSG: bytes that exact_read has taken in vain */
	int digits;              /* of a netstring's length */
	unsigned long long length, body;
};

/* Sets up for count records; RECORD_RAW is not among the forms. */
void exact_open(struct exact *exact, enum record_form form, unsigned long long count);

/* How many of the bytes belong to the records that are wanted, which they bring nearer. -1: EBADMSG (no netstring). */
ssize_t exact_scan(struct exact *exact, const char *data, size_t size);

/* Reads up to size bytes of the records that are wanted. Returns how many, 0 when all are there or at the end, -1. */
ssize_t exact_read(struct exact *exact, struct stream *stream, char *data, size_t size);

/* Copies the records that are wanted. What was taken and could not be written goes out first when it is called again. */
int exact_copy(struct exact *exact, struct stream *stream);

/* ---- whole.c: records that are never torn ---------------------------------------------------------------------------- */

struct whole {
	unsigned long long number; /* records written */
	size_t size;               /* after EMSGSIZE: bytes of the next one, with its terminator */
	bool endless;              /* after EMSGSIZE: it has more, which was not looked at */
};

/*
 * Copies records, all or those that exact wants (counted), each in one write of at most PIPE_BUF bytes, perhaps together
 * with others; one that lacks its terminator gets it. -1: as exact_copy; EMSGSIZE (longer than PIPE_BUF; those before it
 * were written).
 */
int whole_copy(struct exact *exact, bool counted, struct stream *stream, struct whole *whole);

/* ---- fifo.c: named pipes ------------------------------------------------------------------------------------------- */

struct fifo {
	const char *path;
	bool write;        /* else: read */
	bool create;       /* if it is missing */
	mode_t mode;       /* of what is created, exact */
	bool forever;      /* outlives those at the other end */
	size_t capacity;   /* bytes; 0: as it is */
	long long timeout; /* of opening */
	int fd;
	bool created; /* by this process */
	bool ended;   /* a writer has written all: it needs no reader once all is taken */
	int keep;     /* fifo.c's own: a writer, so that the reader sees no end; -1: none */
	dev_t device;
	ino_t inode;
};

/*
 * Opens a FIFO, waiting for the other end; the descriptor is non-blocking if waits are bounded. Returns -1 to go on; else
 * it prints a line and returns the exit status. Source: open(2), mkfifo(3), fifo(7).
 */
int fifo_open(struct fifo *fifo);

/* Waits for the other end to come again. -1: ETIMEDOUT, EIDRM, EINTR, errno of open(2). */
int fifo_again(struct fifo *fifo);

/* 0 while it has its name; -1, EIDRM: it was removed. */
int fifo_tick(void *fifo);

/* Bytes that were written and that nobody has read; -1: not known. */
long fifo_unread(const struct fifo *fifo);

/* Removes it, if it still has its name. Returns the exit status, with a line. */
int fifo_unlink(struct fifo *fifo);

void fifo_close(struct fifo *fifo);

/* ---- pipeline.c: commands joined by pipes ---------------------------------------------------------------------------- */

struct pipeline_command {
	char **argv; /* to a NULL */
	char *path;
	pid_t pid;  /* 0: not started, or waited for */
	int status; /* exit status once it has ended; 128 and the number of the signal */
};

struct pipeline {
	struct pipeline_command *commands;
	size_t count;
	bool ring;       /* the last one's output is the first one's input */
	bool grouped;    /* they are a process group of their own, so that all that they start can be ended */
	size_t capacity; /* of each pipe, in bytes; 0: as it is */
	pid_t group;
};

/* Finds all the commands, before one is started. Returns -1 to go on; else it prints a line and returns the status. */
int pipeline_find(struct pipeline *pipeline);

/*
 * Starts them, and lets go of standard input and output. Returns -1 to go on; else it has ended those that were started,
 * prints a line and returns the exit status. Source: pipe(2), fork(2), execve(2).
 */
int pipeline_start(struct pipeline *pipeline);

/*
 * Waits until all have ended, and passes on signals that a process sent to this one. When deadline comes it ends them, by
 * SIGTERM and a second later by SIGKILL, and returns -1 with ETIMEDOUT.
 */
int pipeline_wait(struct pipeline *pipeline, const struct deadline *deadline);

/* The status of the first from the left that failed, or 0. */
int pipeline_status(const struct pipeline *pipeline);

void pipeline_close(struct pipeline *pipeline);

/* ---- addr.c: socket addresses -------------------------------------------------------------------------------------- */

enum addr_kind { ADDR_TCP, ADDR_UDP, ADDR_UNIX, ADDR_RAW };

struct addr {
	enum addr_kind kind;
	const char *text;   /* as it was written */
	const char *scheme; /* "tcp", "unix-dgram" */
	int family, type; /* AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX; SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW */
	bool any;         /* HOST is * */
	const char *host; /* NULL: loopback, or any */
	const char *port; /* NULL: none */
	int protocol;     /* ADDR_RAW */
	const char *path; /* ADDR_UNIX; an abstract name begins with @ */
	bool abstract;
	char *rest; /* what stands after the scheme; addr.c's own */
};

/* An address as the system has it. */
struct addr_socket {
	struct sockaddr_storage address;
	socklen_t size;
};

struct addr_list {
	struct addr_socket *sockets;
	size_t count;
};

/* Reads an address (ipc7(7)); text must stay. -1: EINVAL, ENOMEM, and *fault says in a phrase what is wrong. */
int addr_parse(struct addr *addr, const char *text, const char **fault);

/* Releases its strings. */
void addr_free(struct addr *addr);

/*
 * All addresses that it stands for, in the order in which they are to be tried; listens: to listen at. -1: *fault says why
 * there is none. Source: getaddrinfo(3p).
 */
int addr_resolve(const struct addr *addr, bool listens, struct addr_list *list, const char **fault);

void addr_list_free(struct addr_list *list);

/* Room for the numeric form of an address. */
#define ADDR_HOST 64

/* Writes the host as numbers, and the port. False: it is not of IPv4 or IPv6. Source: inet_ntop(3p). */
bool addr_numeric(const struct addr_socket *socket, char *host, size_t room, unsigned int *port);

/* Appends an address as the user would write it, with the scheme of addr. */
void addr_format(const struct addr *addr, const struct addr_socket *socket, struct text *text);

/* True if a socket of one kind can be bound, or send, to the other. */
bool addr_alike(const struct addr *one, const struct addr *other);

/* The name of an address family, as AF_UNIX. */
const char *addr_family(int family);

/* Appends an address as the trace shows it. */
void addr_quote(const struct addr_socket *socket, struct text *text);

/* Traces a call that takes an address, as bind(2); keeps errno. */
void addr_trace(const char *call, int fd, const struct addr_socket *socket, long result);

/* ---- path.c: the path of a Unix socket ------------------------------------------------------------------------------ */

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
    struct path *path, const struct addr *addr, mode_t mode, int fd, const struct addr_socket *at, int *status);

/* Removes what path_bind has made, if it still stands there. Returns the exit status, with a line. */
int path_unlink(struct path *path, const struct addr *addr);

/* ---- sock.c: sockets ------------------------------------------------------------------------------------------------ */

struct sock {
	struct addr addr;
	struct addr local;       /* what a connecting one is bound to; text NULL: nothing */
	mode_t mode;             /* of a Unix path, exact */
	long long timeout;       /* the longest wait for one connection, in nanoseconds; DEADLINE_NEVER */
	long long retry;         /* how long one that is refused is tried again; 0: not */
	int fd;                  /* non-blocking; -1: not open */
	struct addr_socket peer; /* of one that is connected */
	struct path path;        /* sock.c's own: what was made at addr, or at local */
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
int sock_accept(const struct sock *sock, struct addr_socket *peer);

/* The address that a socket is bound to; its size is 0 if it has none. Source: getsockname(2). */
void sock_local(int fd, struct addr_socket *local);

/* Tells the peer that nothing more comes. Source: shutdown(2). */
int sock_half_close(int fd);

/* Listens no more: who tries to connect is refused. */
void sock_stop(struct sock *sock);

/* Removes the path that it has created, if that is still the same. Returns the exit status, with a line. */
int sock_unlink(struct sock *sock);

void sock_close(struct sock *sock);

/* ---- flow.c: one direction of a connection --------------------------------------------------------------------------- */

enum flow_end { FLOW_NONE, FLOW_PIPE, FLOW_SOCKET, FLOW_FILE, FLOW_TERMINAL, FLOW_DEVICE };

struct flow {
	int from, to; /* a socket is non-blocking; to -1: what comes is dropped */
	enum flow_end source, sink;
	bool alone;                  /* there is no other direction: a write may wait */
	bool open;                   /* from has not come to its end */
	bool blocked;                /* after a step: to has no room */
	bool output;                 /* after an error: it was that of to */
	unsigned long long moved;    /* bytes that to has accepted */
	bool may_hand, hands, grown; /* flow.c's own: pages can be, are handed on; a pipe was made larger */
	int pipe[2];                 /* leads to a file */
	size_t held;                 /* bytes in it */
	size_t start, end;           /* what is in buffer was read and not yet written */
	char buffer[64 * 1024];
};

/* Sets up; from -1: nothing comes. pass: the pages of a file may be handed on. */
void flow_open(struct flow *flow, int from, int to, bool pass);

/* Moves what can be moved now. Returns 1 if it did, or from has ended; 0 if it would have to wait, -1. */
int flow_step(struct flow *flow);

/* True if something was taken and not yet written. */
bool flow_holds(const struct flow *flow);

/* True if poll(2) has this event, an end or an error for fd. */
bool flow_ready(int fd, short event);

void flow_close(struct flow *flow);

/* ---- outlet.c: bytes, or packets, on their way to a descriptor ---------------------------------------------------------- */

/* What is written is kept until it is taken, so that the caller never waits; no more than this is kept. */
#define OUTLET_MOST ((size_t)1024 * 1024)

struct outlet {
	int fd;       /* -1: dropped */
	bool packets; /* each outlet_add is one packet */
	enum flow_end sink;
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

/* ---- relay.c: both directions of a connection ------------------------------------------------------------------------ */

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
	struct flow up, down; /* what was sent and what was received */
};

/*
 * Copies both ways, and passes the end of input on as a half-close. Ends when the peer has closed and all is written; what
 * comes from an input that is not idle then is still sent, unless it cannot be. Without output it ends with the input, once
 * the peer has closed too. -1: ETIMEDOUT, EINTR, EPIPE and ECONNRESET (the peer has gone without taking all), errno of
 * recv(2), send(2), read(2), write(2).
 */
int relay_run(struct relay *relay);

/* ---- session.c: what is done with a socket -------------------------------------------------------------------------------- */

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
int session_accept(const struct session *session, const struct sock *sock, struct addr_socket *peer);

/* ---- pool.c: COMMANDs on connections, or packets ----------------------------------------------------------------------------- */

/*
 * Runs COMMAND on one connection (fd), or on each that comes (fd -1): its standard input and output are the socket. Each is
 * a process group, which ends with its client and with this process. Returns the exit status. Source: posix_spawn(3p).
 */
int pool_run(struct session *session, struct sock *sock, int fd, const struct addr_socket *peer);

/* The same for each packet: it is COMMAND's standard input, and the records that it prints are the answer. */
int answers_run(struct session *session, struct sock *sock);

/* ---- hub.c: many clients and no COMMAND -------------------------------------------------------------------------------------- */

/*
 * Writes the records of all clients to standard output, unmixed, and standard input to all of them. Returns the exit status.
 */
int hub_run(struct session *session, struct sock *sock);

/* ---- env.c: the environment of a COMMAND ------------------------------------------------------------------------------------- */

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
int env_connection(struct env *env, const struct sock *sock, int fd, const struct addr_socket *peer);

void env_close(struct env *env);

/* ---- packet.c: one packet --------------------------------------------------------------------------------------------------- */

/* The largest packet. */
#define PACKET_MOST ((size_t)1024 * 1024)

struct packet {
	char *data; /* room for PACKET_MOST bytes and one more */
	size_t size;
	struct addr_socket peer;
	bool ended; /* not a packet: the peer has closed */
};

/* Takes a packet, without waiting. -1: EAGAIN, EMSGSIZE (it was larger), errno of recvmsg(2). */
int packet_take(int fd, bool connects, struct packet *packet);

/*
 * Sends a packet, without waiting; to NULL: to whom the socket is connected. Returns its size; -1: EAGAIN, ENOBUFS (no room
 * now), errno of sendto(2).
 */
ssize_t packet_send(int fd, const char *data, size_t size, const struct addr_socket *to);

/* Appends why a record does not fit into a packet, after EMSGSIZE; record: its number. */
void packet_too_large(const struct sock *sock, unsigned long record, size_t size, struct text *text);

/* A descriptor from which a packet can be read as a record. -1: ENOMEM, errno of memory_file. */
int packet_input(enum record_form form, const struct packet *packet);

/* ---- packets.c: packets as records ------------------------------------------------------------------------------------------ */

/* Copies packets of a socket both ways, one a record; listens: the peer is whoever sent last. Returns the exit status. */
int packets_run(struct session *session, struct sock *sock, int fd, bool listens);

/* ---- delivery.c: messages on their way from a queue to an output ---------------------------------------------- */

/*
 * Holds records until they are written, in whole records of up to PIPE_BUF bytes a write, which other writers of the
 * same pipe cannot split; what cannot be written goes back to its queue.
 */
struct delivery;

/*
 * A delivery of messages of queue to descriptor output; prefix: each with its priority and a tab; copies: the messages
 * are still in the queue and never go back.
 */
struct delivery *delivery_open(struct queue *queue, int output, enum record_form form, bool prefix, bool copies);

/*
 * Adds a message, and writes those before it when there is no room for it. -1: as delivery_flush; the message is held
 * all the same. With ENOMEM it was put back.
 */
int delivery_add(struct delivery *delivery, const struct message *message);

/* Writes what is held. -1: errno of write(2), or EINTR after a caught signal; what was not written is still held. */
int delivery_flush(struct delivery *delivery);

void delivery_close(struct delivery *delivery);

/*
 * Puts one message back into its queue with its priority, waiting at most patience nanoseconds for room. If that fails
 * it goes to spare (may be NULL); else it is printed on standard error, escaped, so that it is not lost. Returns the
 * queue that took it, or NULL.
 */
struct queue *delivery_put_back(
    struct queue *queue, struct queue *spare, const struct message *message, long long patience);

/*
 * Gives up for errno value error: puts what is held back, each as delivery_put_back does, all within patience, and
 * prints a line about it. Returns the exit status. *returned is set if something was put back.
 */
int delivery_fail(struct delivery *delivery, int error, long long patience, bool *returned);

/* ---- worker.c: a COMMAND that is run on each message of a queue ------------------------------------------------ */

struct worker {
	char **argv;           /* COMMAND and its arguments, to a NULL */
	struct name dead_name; /* where a message goes whose COMMAND failed; text NULL: back */
	enum record_form form; /* of what COMMAND reads */
	bool prefix;           /* with its priority and a tab in front */
	bool copies;           /* the messages are still in the queue */
	long long patience;    /* how long a message that is put back may wait for room */
	long long timeout;     /* how long one may wait for room in the dead-letter queue; DEADLINE_NEVER: not at all */
	bool returned;         /* a message was put back */
	bool ended;            /* the status that worker_run returned is COMMAND's own */
	char *path;            /* the rest is worker.c's own */
	struct queue *queue, *dead;
};

/*
 * Finds COMMAND, before a message is taken for it. Returns -1 to go on; else it prints a line and returns the exit
 * status.
 */
int worker_find(struct worker *worker);

/*
 * Sets up for the messages of queue: opens the dead-letter queue as options say, which must be another one; sets
 * IPC7_QUEUE. Returns as worker_find.
 */
int worker_open(struct worker *worker, struct queue *queue, const struct queue_options *options);

/* Releases what the functions above made. */
void worker_close(struct worker *worker);

/*
 * Runs COMMAND with the message as its standard input, IPC7_PRIO set. Returns -1 to go on; else it has put the message
 * back, prints a line, and returns the exit status: COMMAND's own, or what kept it from being run.
 */
int worker_run(struct worker *worker, const struct message *message);

/* ---- show.c: names as they can be shown ---------------------------------------------------------------------------------- */

/*
 * Appends a string whose characters are UTF-8. Control characters, and bytes that are none, stand as \xNN; json: as the
 * inside of a string of JSON, where those are \u00NN and \\xNN. Source: RFC 3629, RFC 8259.
 */
void show_string(struct text *text, const char *string, bool json);

/* ---- object.c: queues, segments and semaphores, whatever their kind --------------------------------------------------- */

enum object_kind { OBJECT_QUEUE = 1, OBJECT_SEGMENT = 2, OBJECT_SEMAPHORE = 4, OBJECT_ALL = 7 };

/* What is looked at only if somebody wants it, since it needs calls of its own for each object. */
enum {
	OBJECT_CONTENTS = 1, /* of a POSIX queue: size, used, count, depth, message_size */
	OBJECT_VALUES = 2,   /* of a semaphore: values, last */
	OBJECT_WAITING = 4   /* of a System V semaphore: waiting */
};

#define OBJECT_UNKNOWN LLONG_MIN

/* What is not known, or has no meaning for it, is OBJECT_UNKNOWN, or NULL. */
struct object {
	enum object_kind kind;
	bool posix;
	char *name;        /* as the other commands take it */
	long long id, key; /* of a System V object; key 0: it is private */
	bool owned;        /* these are known: */
	uid_t uid, creator_uid;
	gid_t gid;
	mode_t mode;
	long long size;                /* bytes; of a queue: that all its messages may have */
	long long used;                /* bytes that are queued */
	long long count;               /* messages, attachments, members */
	long long depth, message_size; /* limits of a POSIX queue: messages, and bytes of each */
	char *values;                  /* of all members of a semaphore, with commas */
	long long waiting;             /* processes that wait for it */
	long long creator, last;       /* process ids: who made it, who used it last */
	long long changed;             /* seconds since 1970 */
};

struct object_list {
	struct object *items;
	size_t count, capacity;
	unsigned int wanted; /* OBJECT_CONTENTS and so on; set before it is filled */
};

/* What a user means. */
struct object_choice {
	const char *text;   /* as it was written */
	unsigned int kinds; /* a set of enum object_kind */
	bool named;
	struct name name;
};

/* "mq", "shm", "sem"; and "queue", "segment", "semaphore", or all three for a set. */
const char *object_kind_word(enum object_kind kind);
const char *object_kind_noun(unsigned int set);

/* Reads KIND, KIND:NAME or NAME. -1: EINVAL, ENOMEM, and *fault says in a phrase what is wrong. */
int object_parse(struct object_choice *choice, const char *text, const char **fault);

/*
 * Reads operands that name one object each, KIND:NAME, up to a NULL. Returns -1 if all are well formed; else it prints a
 * line and returns the exit status. Either way object_choices_free releases them.
 */
int object_operands(char *operands[], struct object_choice **choices, size_t *count);
void object_choices_free(struct object_choice *choices, size_t count);

/*
 * Adds all objects of a set of kinds, sorted: by kind, POSIX before System V, by name or identifier. What cannot be listed
 * gets a line, and the rest is listed. Returns the exit status. Source: msgctl(2), shmctl(2), semctl(2), mq_overview(7),
 * shm_overview(7), sem_overview(7).
 */
int object_list_all(unsigned int set, struct object_list *list);

/*
 * Adds the objects that choices name, each once, and sorts the list. Returns -1 if all are there; else it prints a line for
 * each that is not, and returns the exit status.
 */
int object_find(const struct object_choice *choices, size_t count, struct object_list *list);

/* For those who fill a list: adds one about which nothing is known yet; takes the last away. NULL: ENOMEM. */
struct object *object_add(struct object_list *list, enum object_kind kind, bool posix, const char *name);
struct object *object_add_sysv(struct object_list *list, enum object_kind kind, int id, key_t key);
void object_drop(struct object_list *list);

void object_list_free(struct object_list *list);

/* Appends KIND:NAME, as show_string has it. */
void object_show(const struct object *object, struct text *text);

/* Prints a line about an object. Returns STATUS_FAILED. */
int object_say(const struct object *object, const char *why);

/* ---- change.c: changing and removing objects ---------------------------------------------------------------------------- */

struct change {
	bool mode_given, uid_given, gid_given;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	size_t capacity; /* msg_qbytes, in bytes; 0: as it is */
};

/* Changes an object. Returns the exit status, with a line. Source: msgctl(2) IPC_SET, chmod(2), chown(2). */
int change_apply(const struct object *object, const struct change *change);

/* Removes an object; it need not be there any more. As change_apply. Source: mq_unlink(3), shm_unlink(3), msgctl(2). */
int change_remove(const struct object *object);

/* ---- permit.c: whether an object may be changed ---------------------------------------------------------------------- */

/*
 * Looks whether this process may change, or remove (change NULL), an object. Returns -1 if so; else it prints a line and
 * returns the exit status. Source: capabilities(7), msgctl(2), chown(2), unlink(2).
 */
int permit_change(const struct object *object, const struct change *change);

/* The bytes that a System V queue will hold then; 0 for other objects. */
size_t permit_capacity(const struct object *object, const struct change *change);

/* Prints the line that says that kernel.msgmnb is in the way. Returns the exit status. */
int permit_explain(const struct object *object, size_t capacity);

/* ---- owner.c: users and groups --------------------------------------------------------------------------------------- */

/*
 * Reads OWNER, OWNER:GROUP or :GROUP, names or numbers. EINVAL: it is none of these, or there is no such user or group.
 * Source: getpwnam(3), getgrnam(3).
 */
int owner_parse(struct change *change, const char *text);

/* ---- listing.c: objects as lines ----------------------------------------------------------------------------------------- */

/* The most columns that one line can have. */
#define LISTING_MOST 32

struct listing {
	size_t columns[LISTING_MOST]; /* listing.c's own */
	size_t count;
	bool json;
};

/* The columns that are shown if nobody says which. */
void listing_usual(struct listing *listing);

/* Reads the names of columns, with commas between them. EINVAL: there is no such column, or they are too many. */
int listing_parse(struct listing *listing, const char *text);

/* What has to be looked at for them: a set of OBJECT_CONTENTS and so on. */
unsigned int listing_wanted(const struct listing *listing);

/* Appends the line of column names, or that of an object. */
void listing_header(const struct listing *listing, struct text *text);
void listing_line(const struct listing *listing, const struct object *object, struct text *text);

/* ---- command.c: what all commands do alike --------------------------------------------------------------------- */

struct command {
	const char *name;
	const char *usage; /* the synopsis, without the name */
	const char *help;  /* the text of -h after the synopsis */
	bool signals;      /* signals are its business: sigs_spare instead of sigs_setup */
};

/*
 * To be called first in main: keeps descriptors 0 to 2, sets up signals, the trace and the program's name; answers
 * --help and --version. Returns -1 to go on, else the exit status.
 */
int command_start(const struct command *command, int argc, char *argv[]);

/*
 * Writes a text to standard output, and frees it; one that memory ran out for is not written. Returns the exit status, with
 * a line. Source: write(2).
 */
int command_print(struct text *text);

/* The options of every command, and what getopt(3) returns for a bad one. Returns -1 to go on, else the exit status. */
int command_option(const struct command *command, int option);

/* Each reads the argument of an option; a bad one gets a line. Returns -1 to go on, else the exit status. */
int command_number(
    int option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);
int command_size(int option, const char *text, size_t *bytes);
int command_time(int option, const char *text, long long *nanoseconds);
int command_mode(int option, const char *text, mode_t *mode);
int command_name(struct name *name, const char *text);

/* One signal, min 0 where that means none; a list of them with commas, or all, which is added to set. */
int command_signal(int option, const char *text, int min, int *number);
int command_signals(const char *what, const char *text, sigset_t *set);

/* A position or a length in bytes: as a size, but may be 0. */
int command_offset(int option, const char *text, size_t *bytes);

/*
 * Looks whether a name can be that of a queue, segment or semaphore (what), and goes with the options that create.
 * Returns -1 if so; else it prints a line and returns the exit status.
 */
int command_object(const struct name *name, const char *what, bool create, bool exclusive);

/* -0, -N and -r, of which only one may be given. form starts as RECORD_LINE. */
int command_form(int option, enum record_form *form);

/* The options that say how a queue is created: -c -d -m -s -x. Others go on to command_option. */
int command_queue(const struct command *command, int option, const char *text, struct queue_options *options);

/* Prints a line about wrong usage and returns STATUS_USAGE. */
int command_usage(const char *format, ...);

/* The same about an argument, which is quoted; what stands in front of it, and what was expected behind it. */
int command_argument(const char *what, const char *argument, const char *expected);

/*
 * The one way out: ends by the signal that was caught, if any; a standard output that cannot be closed turns status 0
 * into 1. Returns the status for main.
 */
int command_end(int status);

#endif
