/*
 * error.c: error lines, which name the command and the object and are written in one piece, and the names of errno
 * values for -v.
 */
#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "base/text.h"

const char *error_program = "ipc7";

void
error_line(const char *object, const char *format, ...)
{
	char space[1024];
	struct text line = {.data = space, .capacity = sizeof(space), .borrowed = true};
	va_list args;
	int saved = errno;

	text_format(&line, "%s: ", error_program);
	if (object)
		text_format(&line, "%s: ", *object ? object : "''");
	va_start(args, format);
	text_vformat(&line, format, args);
	va_end(args);
	text_clean(&line);
	/* The newline replaces the NUL, so that the line needs no more memory. */
	line.data[line.size++] = '\n';
	if (io_write(STDERR_FILENO, line.data, line.size, NULL) == -1)
		errno = saved; /* there is no other place for the line */
	text_free(&line);
	errno = saved;
}

void
error_text(const char *object, struct text *text)
{
	error_line(object, "%s%s", text->data ? text->data : "", text->cut ? "... (out of memory)" : "");
	text_free(text);
}

/* clang-format off */
#define NAMED(value) {value, #value}

const char *
error_name(int error)
{
	static const struct {
		int value;
		const char *name;
	} names[] = {
		NAMED(E2BIG), NAMED(EACCES), NAMED(EADDRINUSE), NAMED(EADDRNOTAVAIL), NAMED(EAFNOSUPPORT),
		NAMED(EAGAIN), NAMED(EALREADY), NAMED(EBADF), NAMED(EBADMSG), NAMED(EBUSY), NAMED(ECANCELED),
		NAMED(ECHILD), NAMED(ECONNABORTED), NAMED(ECONNREFUSED), NAMED(ECONNRESET), NAMED(EDEADLK),
		NAMED(EDESTADDRREQ), NAMED(EDOM), NAMED(EDQUOT), NAMED(EEXIST), NAMED(EFAULT), NAMED(EFBIG),
		NAMED(EHOSTUNREACH), NAMED(EIDRM), NAMED(EILSEQ), NAMED(EINPROGRESS), NAMED(EINTR),
		NAMED(EINVAL), NAMED(EIO), NAMED(EISCONN), NAMED(EISDIR), NAMED(ELOOP), NAMED(EMFILE),
		NAMED(EMLINK), NAMED(EMSGSIZE), NAMED(ENAMETOOLONG), NAMED(ENETDOWN), NAMED(ENETRESET),
		NAMED(ENETUNREACH), NAMED(ENFILE), NAMED(ENOBUFS), NAMED(ENODEV), NAMED(ENOENT),
		NAMED(ENOEXEC), NAMED(ENOLCK), NAMED(ENOMEM), NAMED(ENOMSG), NAMED(ENOPROTOOPT), NAMED(ENOSPC),
		NAMED(ENOSYS), NAMED(ENOTCONN), NAMED(ENOTDIR), NAMED(ENOTEMPTY), NAMED(ENOTSOCK),
		NAMED(ENOTSUP), NAMED(ENOTTY), NAMED(ENXIO), NAMED(EOVERFLOW), NAMED(EPERM), NAMED(EPIPE),
		NAMED(EPROTO), NAMED(EPROTONOSUPPORT), NAMED(EPROTOTYPE), NAMED(ERANGE), NAMED(EROFS),
		NAMED(ESPIPE), NAMED(ESRCH), NAMED(ESTALE), NAMED(ETIMEDOUT), NAMED(ETXTBSY), NAMED(EXDEV),
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].value == error)
			return names[i].name;
	return "E?";
}
