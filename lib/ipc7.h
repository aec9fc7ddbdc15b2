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
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#define IPC7_VERSION "0.1"

/* ---- text.c: a line that is being put together --------------------------------------------------------------- */

/* Starts as {0}; grows as needed; the owner calls text_free. When memory runs out the rest of the text is left out. */
struct text {
	char *data;      /* NUL-terminated; NULL while empty */
	size_t size;     /* bytes in use, without the NUL */
	size_t capacity; /* bytes of room */
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

/* A size in bytes: digits, then optionally K, M or G (powers of 1024). At least 1, at most SSIZE_MAX. */
int num_size(const char *text, size_t *bytes);

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

/* Milliseconds until it comes, rounded up, at most longest: what poll(2) takes. 0 once it has come. */
int deadline_poll(const struct deadline *deadline, int longest);

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
 * Catches the signals that end a process (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU; not
 * those that were ignored on entry), ignores SIGPIPE and SIGXFSZ so that writes fail with EPIPE and EFBIG, and lets
 * SIGURG and SIGCHLD interrupt. After a caught signal SIGALRM interrupts every second. Source: sigaction(2),
 * alarm(3p).
 */
int sigs_setup(void);

/* The signal that was caught first, or 0. */
int sigs_caught(void);

/* A signal that was caught and not yet taken here, or 0. */
int sigs_take(void);

/* Gives all signals back the treatment and the mask that they had before sigs_setup; for a child before exec. */
void sigs_restore(void);

/* Ends the process by that signal's default action. */
void sigs_raise(int number);

/* Blocks SIGCHLD and the signals that are caught, for child_run. */
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

/* The same for a call whose arguments printf can format. Only when trace_on is set. */
void trace_call(long result, const char *format, ...);

/* ---- record.c: records in streams ----------------------------------------------------------------------------- */

enum record_form { RECORD_LINE, RECORD_NUL, RECORD_NETSTRING, RECORD_RAW };

/* Reads records from a descriptor, holding no more than one record and a buffer of 64 KiB. */
struct record_reader {
	int fd;
	enum record_form form;
	size_t limit;        /* the longest record, in bytes, that will be returned */
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

/* The exit status that stands for a wait status: its own, or 128 plus the signal that ended it. */
int child_status(int status);

/* A descriptor from which exactly these bytes can be read, then the end; it never blocks. */
int child_input(const void *data, size_t size);

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

/* ---- command.c: what all commands do alike --------------------------------------------------------------------- */

struct command {
	const char *name;
	const char *usage; /* the synopsis, without the name */
	const char *help;  /* the text of -h after the synopsis */
};

/*
 * To be called first in main: keeps descriptors 0 to 2, sets up signals, the trace and the program's name; answers
 * --help and --version. Returns -1 to go on, else the exit status.
 */
int command_start(const struct command *command, int argc, char *argv[]);

/* The options of every command, and what getopt(3) returns for a bad one. Returns -1 to go on, else the exit status. */
int command_option(const struct command *command, int option);

/* Each reads the argument of an option; a bad one gets a line. Returns -1 to go on, else the exit status. */
int command_number(
    int option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *result);
int command_size(int option, const char *text, size_t *bytes);
int command_time(int option, const char *text, long long *nanoseconds);
int command_mode(int option, const char *text, mode_t *mode);
int command_name(struct name *name, const char *text);

/* -0, -N and -r, of which only one may be given. form starts as RECORD_LINE. */
int command_form(int option, enum record_form *form);

/* The options that say how a queue is created: -c -d -m -s -x. Others go on to command_option. */
int command_queue(const struct command *command, int option, const char *text, struct queue_options *options);

/* Prints a line about wrong usage and returns STATUS_USAGE. */
int command_usage(const char *format, ...);

/*
 * The one way out: ends by the signal that was caught, if any; a standard output that cannot be closed turns status 0
 * into
 * 1. Returns the status for main.
 */
int command_end(int status);

#endif
