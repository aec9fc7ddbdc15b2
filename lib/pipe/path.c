/*
 * path.c: the path of a FIFO: checked, created and removed, always in the directory that was opened at first. Any other
 * object there is refused and left as it is, and so is a FIFO other than the one that was opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/explain.h"
#include "base/trace.h"
#include "pipe/internal.h"

void
fifo_trace(const char *name, const char *path, long result, const char *format, ...)
{
	struct text call = {0};
	va_list args;

	text_format(&call, "%s(", name);
	text_quote(&call, path, strlen(path), 4096);
	va_start(args, format);
	text_vformat(&call, format, args);
	va_end(args);
	text_format(&call, ")");
	trace_end(&call, result);
}

/* Return the name of the kind of file at the path, which is not a FIFO. */
static const char *
kind(mode_t mode)
{
	if (S_ISREG(mode))
		return "an ordinary file, not a FIFO";
	if (S_ISDIR(mode))
		return "a directory, not a FIFO";
	if (S_ISSOCK(mode))
		return "a socket, not a FIFO (see sockcat)";
	return "not a FIFO";
}

/* Create the FIFO. Returns 0 or -1. Errors: those of mkfifo(3); EEXIST even if the path is a dangling symbolic link. */
static int
make(struct fifo *fifo)
{
	mode_t mask = umask(0);
	int result = TRACED(mkfifoat(fifo->place.directory, fifo->place.name, fifo->mode));

	umask(mask);
	if (trace_on)
		fifo_trace("mkfifo", fifo->path, result, ", 0%03o", (unsigned int)fifo->mode);
	fifo->created = result == 0;
	return result;
}

/* Print why there is no FIFO. Returns the exit status. */
static int
missing(const struct fifo *fifo, int error)
{
	struct stat st;

	if (error == EEXIST ||
	    (error == ENOENT && fifo->place.name &&
	        fstatat(fifo->place.directory, fifo->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)))
		error_line(fifo->path, "a dangling symbolic link%s",
		    fifo->create ? "; it is not followed to create a FIFO" : "");
	else if (error == ENOENT && !fifo->place.name)
		error_line(fifo->path, "its directory does not exist");
	else if (fifo->create)
		error_line(fifo->path, "cannot be created: %s", explain_errno(error));
	else if (error == ENOENT)
		error_line(fifo->path, "no such FIFO (create it with -c)");
	else
		error_line(fifo->path, "%s", explain_errno(error));
	return STATUS_FAILED;
}

/* Call stat(2) on the FIFO. Returns 0 or the errno value. */
static int
look(const struct fifo *fifo, struct stat *st)
{
	return fstatat(fifo->place.directory, fifo->place.name, st, 0) == -1 ? errno : 0;
}

int
fifo_find(struct fifo *fifo)
{
	struct stat st;
	int error, found;

	if (place_open(&fifo->place, fifo->path) == -1)
		return missing(fifo, errno);
	error = look(fifo, &st);
	if (error == ENOENT && fifo->create) {
		error = make(fifo) == -1 ? errno : 0;
		/* Another process may have created or removed the FIFO meanwhile. */
		found = look(fifo, &st);
		if (found != ENOENT && (found == 0 || error == 0)) {
			error = found;
		} else if (!error) {
			error_line(fifo->path, "the FIFO was removed");
			return STATUS_REMOVED;
		}
	}
	if (error)
		return missing(fifo, error);
	if (!S_ISFIFO(st.st_mode)) {
		error_line(fifo->path, "%s; it was left as it is", kind(st.st_mode));
		return STATUS_FAILED;
	}
	if (fifo->create && st.st_uid != geteuid() && st.st_uid != 0 && place_sticky(&fifo->place)) {
		error_line(fifo->path, "another user owns the FIFO and may have planted it, so -c does not use it "
		                       "(leave out -c to use it)");
		return STATUS_FAILED;
	}
	fifo->device = st.st_dev;
	fifo->inode = st.st_ino;
	return GO_ON;
}

int
fifo_tick(void *owner)
{
	const struct fifo *fifo = owner;

	return place_holds(&fifo->place, fifo->device, fifo->inode, 0) ? 0 : error_set(EIDRM);
}

int
fifo_unlink(struct fifo *fifo)
{
	int result;

	if (fifo_tick(fifo) == -1)
		return STATUS_OK;
	result = TRACED(unlinkat(fifo->place.directory, fifo->place.name, 0));
	if (trace_on)
		fifo_trace("unlink", fifo->path, result, "%s", "");
	if (result == 0 || errno == ENOENT)
		return STATUS_OK;
	error_line(fifo->path, "not removed: %s", explain_errno(errno));
	return STATUS_FAILED;
}
