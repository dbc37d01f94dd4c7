/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens a file below a directory. See beneath.h for what is promised. */
#include "userspace/wirerootd/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_NONBLOCK: opening a FIFO, which is refused afterwards, must not wait for its writer. */
#define FILE_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* The kernel asks to try again when something is renamed meanwhile; more often than this, it's an
 * attack. */
#define RENAME_RACES 8

static int only_regular(int fd, struct stat *status)
{
	int error;

	if (fd < 0)
		return fd;
	if (fstat(fd, status) < 0)
		error = -errno;
	else if (!S_ISREG(status->st_mode))
		error = -ENOENT;
	else
		return fd;
	close(fd);
	return error;
}

/* Open the directory of the next part; closes @directory unless it is the caller's @top. */
static int step_down(int top, int directory, const char *part, size_t length)
{
	char name[NAME_MAX + 1];
	int next = -ENAMETOOLONG;

	if (length <= NAME_MAX) {
		memcpy(name, part, length);
		name[length] = '\0';
		next = openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			next = -errno;
	}
	if (directory != top)
		close(directory);
	return next;
}

int beneath_open_by_parts(int directory, const char *path, struct stat *status)
{
	int at = directory;
	int fd;

	for (;;) {
		size_t length = strcspn(path, "/");

		/* http_path_parse() lets none of these pass; here it is the last wall. */
		if (length == 0 || (length == 2 && !memcmp(path, "..", 2)))
			fd = -EXDEV;
		else if (path[length] == '\0')
			fd = openat(at, path, FILE_FLAGS | O_NOFOLLOW);
		else {
			at = step_down(directory, at, path, length);
			if (at < 0)
				return at;
			path += length + 1;
			continue;
		}
		if (fd == -1)
			fd = -errno;
		if (at != directory)
			close(at);
		return only_regular(fd, status);
	}
}

int beneath_open(int directory, const char *path, struct stat *status)
{
	struct open_how how = {
		.flags = FILE_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	for (int tries = 0; tries < RENAME_RACES; tries++) {
		long fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));

		if (fd >= 0)
			return only_regular((int)fd, status);
		/* EPERM: what filters of system calls in old containers say of one they don't know.
		 */
		if (errno == ENOSYS || errno == EPERM)
			return beneath_open_by_parts(directory, path, status);
		if (errno != EAGAIN)
			return -errno;
	}
	return -EAGAIN;
}
