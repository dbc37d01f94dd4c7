/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What went wrong, as one line of text. Pure. The texts of errno values are here because klibc's
 * strerror() prints numbers, and because the line must read the same in the init and on the host.
 */
#include "fault.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error_text {
	int error;
	const char *text;
};

/* What networking, files, mounts and modules return. Words of our own: the reader boots machines.
 */
static const struct error_text error_texts[] = {
	{ EPERM, "operation not permitted" },
	{ ENOENT, "no such file or name" },
	{ ESRCH, "no such process" },
	{ EINTR, "interrupted" },
	{ EIO, "input/output error" },
	{ ENXIO, "no such device or address" },
	{ E2BIG, "too many or too long" },
	{ ENOEXEC, "not an executable or module for this kernel" },
	{ ECHILD, "no child process" },
	{ EAGAIN, "try again" },
	{ ENOMEM, "out of memory" },
	{ EACCES, "permission denied" },
	{ EBUSY, "busy" },
	{ EEXIST, "exists already" },
	{ EXDEV, "on another file system" },
	{ ENODEV, "no such device or file system type" },
	{ ENOTDIR, "not a directory" },
	{ EISDIR, "is a directory" },
	{ EINVAL, "invalid argument" },
	{ ENFILE, "too many open files in the system" },
	{ EMFILE, "too many open files" },
	{ EFBIG, "file too large" },
	{ ENOSPC, "no space left" },
	{ EROFS, "read-only file system" },
	{ EPIPE, "broken pipe" },
	{ ERANGE, "out of range" },
	{ ENAMETOOLONG, "name too long" },
	{ ENOSYS, "not supported by this kernel" },
	{ ELOOP, "too many symbolic links" },
	{ ENOMSG, "no matching message" },
	{ ENODATA, "no data of this kind" },
	{ ETIME, "timer expired" },
	{ EPROTO, "protocol error" },
	{ ENOTUNIQ, "not unique" },
	{ EBADMSG, "malformed message" },
	{ EOVERFLOW, "value too large" },
	{ EMSGSIZE, "message too long" },
	{ EPROTONOSUPPORT, "protocol or version not supported" },
	{ EOPNOTSUPP, "operation not supported" },
	{ EAFNOSUPPORT, "address family not supported" },
	{ EADDRINUSE, "address in use" },
	{ EADDRNOTAVAIL, "address not available" },
	{ ENETDOWN, "network is down" },
	{ ENETUNREACH, "network unreachable" },
	{ ECONNABORTED, "connection aborted" },
	{ ECONNRESET, "connection reset" },
	{ ENOBUFS, "no buffer space" },
	{ ENOTCONN, "not connected" },
	{ ETIMEDOUT, "timed out" },
	{ ECONNREFUSED, "connection refused" },
	{ EHOSTDOWN, "host is down" },
	{ EHOSTUNREACH, "host unreachable" },
	{ EALREADY, "under way already" },
	{ EINPROGRESS, "under way" },
	{ ESTALE, "stale file handle" },
	{ EREMOTEIO, "remote side reports an error" },
	{ ECANCELED, "canceled" },
	{ EKEYREJECTED, "signature rejected" },
};

static const char *error_text(int error)
{
	for (size_t i = 0; i < sizeof(error_texts) / sizeof(error_texts[0]); i++)
		if (error_texts[i].error == error)
			return error_texts[i].text;
	return NULL;
}

int fault_set(struct fault *fault, int error, const char *doing, const char *peer, const char *hint)
{
	fault->error = abs(error);
	snprintf(fault->doing, sizeof(fault->doing), "%s", doing);
	snprintf(fault->peer, sizeof(fault->peer), "%s", peer ? peer : "");
	snprintf(fault->hint, sizeof(fault->hint), "%s", hint ? hint : "");
	return -fault->error;
}

/* All but printable ASCII: before user space no console shows more, and on some the bytes from
 * 0x80 to 0x9f are control characters, too. */
static void replace_controls(char *line)
{
	for (; *line; line++)
		if (*line < ' ' || *line > '~')
			*line = '?';
}

char *fault_line(const struct fault *fault, char line[static FAULT_LINE_BYTES])
{
	const char *text = error_text(fault->error);
	char error[64];

	if (fault->error == 0) {
		line[0] = '\0';
		return line;
	}
	if (text)
		snprintf(error, sizeof(error), "%s (errno %d)", text, fault->error);
	else
		snprintf(error, sizeof(error), "errno %d", fault->error);

	snprintf(line, FAULT_LINE_BYTES, "%s%s%s: %s%s%s", fault->doing, fault->peer[0] ? ": " : "",
		 fault->peer, error, fault->hint[0] ? "; " : "", fault->hint);
	replace_controls(line);
	return line;
}
