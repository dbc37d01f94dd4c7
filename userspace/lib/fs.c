// SPDX-License-Identifier: GPL-2.0-only
/* Whole files and directories; see fs.h. */
#include "userspace/lib/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read @fd to its end; the size that stat gives is a guess (it is 0 in /proc). */
static int read_to_end(int fd, size_t limit, size_t guess, char **data, size_t *length)
{
	size_t capacity = guess < limit ? guess + 2 : limit + 2;
	size_t have = 0;
	char *buffer = malloc(capacity);

	for (;;) {
		ssize_t got;

		if (!buffer)
			return -ENOMEM;
		got = read(fd, buffer + have, capacity - 1 - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			int error = got < 0 ? errno : 0;

			buffer[have] = '\0';
			*data = buffer;
			*length = have;
			return -error;
		}
		have += (size_t)got;
		if (have > limit) {
			*data = buffer;
			return -EFBIG;
		}
		if (have == capacity - 1) {
			char *larger;

			capacity = capacity < 4096 ? 8192 : capacity * 2;
			larger = realloc(buffer, capacity);
			if (!larger)
				free(buffer);
			buffer = larger;
		}
	}
}

/* Read the open file @fd, at @path, and close it. */
static int read_and_close(int fd, const char *path, const struct stat *status, size_t limit,
			  char **data, size_t *length, struct fault *fault)
{
	int error = read_to_end(fd, limit, (size_t)status->st_size, data, length);

	close(fd);
	if (!error)
		return 0;
	free(*data);
	*data = NULL;
	*length = 0;
	return fault_set(fault, error, "read file", path, NULL);
}

int fs_read_file(const char *path, size_t limit, char **data, size_t *length, struct fault *fault)
{
	struct stat status = { 0 };
	int fd;

	*data = NULL;
	*length = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, errno, "open file", path, NULL);
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		close(fd);
		return fault_set(fault, EISDIR, "read file", path, NULL);
	}
	return read_and_close(fd, path, &status, limit, data, length, fault);
}

int fs_read_regular_file(const char *path, size_t limit, char **data, size_t *length,
			 struct fault *fault)
{
	struct stat status = { 0 };
	int fd;

	*data = NULL;
	*length = 0;
	/* Of a regular file, O_NONBLOCK changes nothing. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fault_set(fault, errno, "open file", path, NULL);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		int error = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;

		close(fd);
		return fault_set(fault, error, "read file", path,
				 error == EINVAL ? "it is no regular file" : NULL);
	}
	return read_and_close(fd, path, &status, limit, data, length, fault);
}

int fs_write_all(int fd, const void *data, size_t length)
{
	const char *rest = data;

	while (length > 0) {
		ssize_t done = write(fd, rest, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		rest += done;
		length -= (size_t)done;
	}
	return 0;
}

/* Fill the temporary file in and give it its name. */
static int write_and_rename(int fd, const char *temporary, const char *target, const void *data,
			    size_t length, mode_t mode)
{
	int error = fs_write_all(fd, data, length);

	if (!error && fchmod(fd, mode) < 0)
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && rename(temporary, target) < 0)
		error = -errno;
	if (error)
		unlink(temporary);
	return error;
}

static int write_in_place(const char *path, const void *data, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = fs_write_all(fd, data, length);
	close(fd);
	return error;
}

static int replace(const char *target, const void *data, size_t length, mode_t mode)
{
	char *temporary;
	int fd, error;

	if (asprintf(&temporary, "%s.XXXXXX", target) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	error = fd < 0 ? -errno : write_and_rename(fd, temporary, target, data, length, mode);
	free(temporary);
	return error;
}

int fs_write_file(const char *path, const void *data, size_t length, mode_t mode,
		  struct fault *fault)
{
	char *real = realpath(path, NULL);
	struct stat status;
	int error;

	/*
	 * What is no file or has no name of its own, such as a pipe behind /dev/stdout, can only be
	 * written to; renaming would put a file in the place of the link.
	 */
	if (stat(path, &status) == 0 && (!real || !S_ISREG(status.st_mode)))
		error = write_in_place(path, data, length);
	else
		error = replace(real ? real : path, data, length, mode);
	free(real);
	return error ? fault_set(fault, error, "write file", path, NULL) : 0;
}

int fs_make_dirs(const char *path, mode_t mode, struct fault *fault)
{
	char *copy = strdup(path);
	char *slash = copy;

	if (!copy)
		return fault_set(fault, ENOMEM, "make directory", path, NULL);
	while (slash) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(copy, mode) < 0 && !fs_is_directory(copy)) {
			int error = errno;

			fault_set(fault, error, "make directory", copy, NULL);
			free(copy);
			return -error;
		}
		if (slash)
			*slash = '/';
	}
	free(copy);
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)where;
	if ((type == FTW_DP || type == FTW_DNR ? rmdir(path) : unlink(path)) < 0)
		return -errno;
	return 0;
}

int fs_remove_tree(const char *path, struct fault *fault)
{
	/* Number of directories held open at once; deeper ones are reopened. */
	int error = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (error == -1)
		error = -errno;
	if (!error || error == -ENOENT)
		return 0;
	return fault_set(fault, error, "remove directory", path, NULL);
}

bool fs_is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool fs_is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *fs_join(const char *directory, const char *name)
{
	size_t length = strlen(directory);
	char *path;

	if (asprintf(&path, "%s%s%s", directory,
		     length > 0 && directory[length - 1] == '/' ? "" : "/", name) < 0)
		return NULL;
	return path;
}
